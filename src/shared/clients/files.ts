import { z } from 'zod';
import { isoSchema } from '../common.ts';

/** Clients whose configuration stands in a known file of a form that can be merged (CLIENTS 2.5). */
const FILE_CLIENTS = ['claude-code', 'codex', 'opencode', 'kilo', 'zed', 'continue', 'raycast'] as const;

export const fileClientSchema = z.enum(FILE_CLIENTS);
export type FileClient = z.infer<typeof fileClientSchema>;

export function writesFile(clientId: string): clientId is FileClient {
  return fileClientSchema.safeParse(clientId).success;
}

/** A client whose file can be written, as this computer has it. */
export const foundClientSchema = z.object({
  client: fileClientSchema,
  path: z.string(),
  /** Its folder is there, so it is probably installed. */
  installed: z.boolean(),
  /** What this app wrote last: nothing, something that stands, or something that was changed or taken away since. */
  written: z.enum(['no', 'yes', 'changed']),
  /** The model it was pointed at, where no deployment answers for that any more. */
  goneModel: z.string().nullable(),
});
export type FoundClient = z.infer<typeof foundClientSchema>;

/** What writing a client's file would do. Nothing in it is a secret: keys are masked, the client's other ones too. */
export const filePreviewSchema = z.object({
  path: z.string(),
  /** Name of the computer the file is on. */
  machine: z.string(),
  exists: z.boolean(),
  /** The file says all of it already. */
  upToDate: z.boolean(),
  lines: z.array(z.object({ kind: z.enum(['same', 'added', 'removed', 'gap']), text: z.string() })),
  /** Goes with `connect.write`, which refuses when the file or what is to be written has changed meanwhile. */
  fingerprint: z.string(),
  /** none = the client keeps its key elsewhere; kept = the one in the file is this client's and works; made = a new one. */
  clientKey: z.enum(['none', 'kept', 'made']),
  /** A command that uses it, once it is written. */
  next: z.string().nullable(),
  /**
   * The last write of this app, if it can still be undone: whole = byte for byte; part = the file was changed since, so
   * only what is this app's is taken out of it.
   */
  undo: z
    .object({ at: isoSchema, backup: z.string().nullable(), kind: z.enum(['whole', 'part']) })
    .nullable(),
});
export type FilePreview = z.infer<typeof filePreviewSchema>;

export const fileWrittenSchema = z.object({
  path: z.string(),
  /** The file as it was before; null = there was none. */
  backup: z.string().nullable(),
  /** The key made for it. */
  madeKey: z.object({ name: z.string(), hint: z.string() }).nullable(),
  next: z.string().nullable(),
});
export type FileWritten = z.infer<typeof fileWrittenSchema>;

export const fileRestoredSchema = z.object({
  path: z.string(),
  /** removed = there was no file before; taken-out = changed since, so that only what is this app's went. */
  outcome: z.enum(['restored', 'removed', 'taken-out']),
  /** Name of the key that was made for it, and now opens nothing. */
  revokedKey: z.string().nullable(),
});
export type FileRestored = z.infer<typeof fileRestoredSchema>;
