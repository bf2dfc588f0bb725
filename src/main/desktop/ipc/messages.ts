import { z } from 'zod';
import { pageAddressSchema } from '../deep-link.ts';

/** What windows send, as it must look; a message that does not is refused unread. */
const id = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const name = z.string().min(1).max(100);

export const askSchema = z.strictObject({ id, name, input: z.unknown() });
export const idSchema = z.strictObject({ id });
export const acknowledgeSchema = z.strictObject({ id, count: z.int().min(1).max(10_000) });
export const nothingSchema = z.strictObject({});
export const openPageSchema = z.strictObject({ address: pageAddressSchema });
