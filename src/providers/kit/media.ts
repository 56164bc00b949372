import type { DeliveredMedia, Input } from '../../domain/request.ts';

/** The address of an input as a vendor takes it. Data URIs get a lower-case media type, which Ark insists on. */
export function addressOf({ source }: Input<DeliveredMedia>): string {
  if ('base64' in source) return `data:${source.mediaType.toLowerCase()};base64,${source.base64}`;
  return source.url.replace(/^data:[^;,]*/i, (head) => head.toLowerCase());
}
