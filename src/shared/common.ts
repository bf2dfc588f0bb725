import { z } from 'zod';

export const isoSchema = z.iso.datetime({ offset: true });

export const errorBodySchema = z.object({
  code: z.string(),
  message: z.string(),
  advice: z.string(),
  requestId: z.string().optional(),
  retryAfterSeconds: z.number().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
