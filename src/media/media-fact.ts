import type { MediaFact } from '../application/ports.ts';
import { type MediaFacts, ProbeError } from './probe.ts';

/** The facts that a look at bytes brought, or the reason why they are no media; what else is thrown passes. */
export async function facing(
  look: () => Promise<MediaFacts>,
): Promise<{ readonly fact: MediaFact } | { readonly reason: string }> {
  try {
    return { fact: factOf(await look()) };
  } catch (error) {
    if (error instanceof ProbeError) return { reason: error.message.replace(/\.$/, '') };
    throw error;
  }
}

function factOf(facts: MediaFacts): MediaFact {
  const { kind, mediaType, bytes } = facts;
  switch (facts.kind) {
    case 'image': {
      const { width, height, orientation } = facts;
      return { kind, mediaType, bytes, width, height, ...(orientation !== 1 && { orientation }) };
    }
    case 'video': {
      const { width, height, seconds, fps, audio, videoCodec, audioCodec } = facts;
      const coded = { videoCodec, ...(audioCodec !== undefined && { audioCodec }) };
      return { kind, mediaType, bytes, width, height, seconds, fps, audio, ...coded };
    }
    case 'audio':
      return { kind, mediaType, bytes, seconds: facts.seconds, audioCodec: facts.codec };
  }
}
