import type { GenerationStore, InputRows, KeptFile, Links, MediaRefusal } from './application/ports.ts';
import { parseGenerationId } from './domain/generation-id.ts';

interface OwnFileParts {
  readonly links: Links;
  readonly generations: Pick<GenerationStore, 'findById'>;
  readonly inputs: Pick<InputRows, 'find'>;
}

export type FindOwnFile = (url: string) => Promise<KeptFile | MediaRefusal | undefined>;

/**
 * What lies behind a signed link of ours, wherever it says that we are: whoever has the link may read the file, and the
 * file is here. So no exception to the guarded fetcher is needed for our own address. Undefined for any other address.
 */
export const ownFiles =
  ({ links, generations, inputs }: OwnFileParts): FindOwnFile =>
  async (url) => {
    const link = readLink(url);
    if (!link) return undefined;
    const { id, variant, query } = link;
    const verdict = variant === undefined ? links.verifyInput(id, query) : links.verify(id, variant, query);
    if (verdict === 'forged') return undefined;
    if (verdict === 'expired')
      return {
        refused: 'unreachable',
        reason: 'this link of ours has expired; read the generation again for a new one.',
      };
    if (variant === undefined) return (await inputs.find(id)) ?? gone;
    const generation = await generations.findById(id);
    return generation?.outputs.find(({ role }) => role === variant) ?? gone;
  };

const gone: MediaRefusal = {
  refused: 'unreachable',
  reason: 'the file behind this link of ours is not kept any more.',
};

const CONTENT = /^\/v1\/(?:videos|video\/generations|videos\/generations)\/([^/]+)\/content$/;
const INPUT = /^\/v1\/inputs\/(\d+)$/;

function readLink(url: string) {
  const parsed = /^https?:/i.test(url) ? URL.parse(url) : null;
  const [expires, signature] = ['expires', 'signature'].map((name) => parsed?.searchParams.get(name));
  if (!parsed || typeof expires !== 'string' || typeof signature !== 'string') return undefined;
  const content = CONTENT.exec(parsed.pathname)?.[1];
  const spelled = content ?? INPUT.exec(parsed.pathname)?.[1];
  const id = spelled === undefined ? undefined : parseGenerationId(spelled);
  if (id === undefined) return undefined;
  const query = { expires, signature };
  return content === undefined
    ? { id, variant: undefined, query }
    : { id, variant: parsed.searchParams.get('variant') ?? 'video', query };
}
