import type { RenderSpec } from './spec.ts';

/** What the parent asks a child: render this into that folder. */
export interface JobRequest {
  readonly job: number;
  readonly folder: string;
  readonly spec: RenderSpec;
}

/** What a child answers; `seconds` is the whole length. */
export type JobAnswer =
  | { readonly job: number; readonly ok: true; readonly seconds: number }
  | {
      readonly job: number;
      readonly ok: false;
      readonly code: 'input_unreadable' | 'render_failed';
      readonly message: string;
    };

/**
 * A render that did not work. `input_unreadable`: the message names the input. `encoder_missing`: this platform has no
 * encoder. `render_failed`: the renderer failed, died or took too long, twice. `closed`: the studio was closed.
 */
export class StudioError extends Error {
  readonly code: 'input_unreadable' | 'encoder_missing' | 'render_failed' | 'closed';

  constructor(code: StudioError['code'], message: string) {
    super(message);
    this.name = 'StudioError';
    this.code = code;
  }
}
