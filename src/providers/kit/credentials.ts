import { z } from 'zod';

/** A secret that travels in a header: visible ASCII only, so that it can neither break the line nor be half pasted. */
export const headerSecret = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces');
