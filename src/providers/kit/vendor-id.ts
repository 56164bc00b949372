import { z } from 'zod';

/** An id that a vendor gave and that goes back as a part of a path: text as it came; a part of dots would climb. */
export const vendorId = z
  .string()
  .min(1)
  .refine((id) => !/^\.{1,2}$/.test(id), 'is not an id');
