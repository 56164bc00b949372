import type { Issue } from '../../domain/issue.ts';
import type { DeliveredMedia, GenerationRequest, Input } from '../../domain/request.ts';

/** The address of an input as a vendor takes it. Data URIs get a lower-case media type, which Ark insists on. */
export function addressOf({ source }: Input<DeliveredMedia>): string {
  if ('base64' in source) return `data:${source.mediaType.toLowerCase()};base64,${source.base64}`;
  return source.url.replace(/^data:[^;,]*/i, (head) => head.toLowerCase());
}

/** Characters that an input adds to a body as a data URI; none when it goes as an address. */
function inlineChars({ source }: Input): number {
  if ('stored' in source) return Math.ceil(source.bytes / 3) * 4;
  return /^data:/i.test(source.url) ? source.url.length : 0;
}

/** Refuses inputs given as data that would make the body larger than the vendor takes. */
export function bodyTooLarge(request: GenerationRequest, maxBytes: number): readonly Issue[] {
  const first = request.inputs.find((input) => inlineChars(input) > 0);
  const bytes = request.inputs.reduce((sum, input) => sum + inlineChars(input), Buffer.byteLength(request.prompt));
  if (first === undefined || bytes <= maxBytes) return [];
  const message = `The request has ${bytes} bytes with the inputs that are given as data; at most ${maxBytes} are allowed. Give addresses instead.`;
  return [{ param: `${first.role}.${first.kind}`, code: 'input_invalid', message }];
}
