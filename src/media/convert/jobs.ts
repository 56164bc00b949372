import type { ImageWish } from '../../application/ports.ts';

/** What the parent asks its child: make of this picture file another one that is as wished. */
export interface ConvertJob {
  readonly job: number;
  readonly from: string;
  readonly to: string;
  readonly wish: ImageWish;
}

/** `reason` is the end of a sentence, for the caller; absent when it worked. */
export interface ConvertAnswer {
  readonly job: number;
  readonly reason?: string;
}
