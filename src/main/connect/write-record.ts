import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fileClientSchema, type FileClient } from '../../shared/clients/files.ts';
import { writeFileAtomic } from '../platform/files.ts';

const writtenSchema = z.strictObject({
  path: z.string(),
  /** What the file points at. */
  model: z.string(),
  /** SHA-256 of what was written. */
  digest: z.string(),
  backup: z.string().nullable(),
  keyId: z.string().nullable(),
  /** Milliseconds since 1970. */
  at: z.number(),
});
export type Written = z.infer<typeof writtenSchema>;

const recordSchema = z.partialRecord(fileClientSchema, writtenSchema);

/** What this app wrote last for each client, so that it can be undone; kept in the data directory. */
export class WriteRecord {
  readonly #path: string;

  constructor(dataDir: string) {
    this.#path = join(dataDir, 'client-files.json');
  }

  get(client: FileClient): Written | null {
    return this.#read()[client] ?? null;
  }

  set(client: FileClient, written: Written | null): void {
    const { [client]: _old, ...others } = this.#read();
    const next = written === null ? others : { ...others, [client]: written };
    writeFileAtomic(this.#path, `${JSON.stringify(next, null, 2)}\n`);
  }

  /** A record that is missing or broken says that nothing can be undone; the files themselves are not touched. */
  #read(): z.infer<typeof recordSchema> {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return {};
    }
    try {
      return recordSchema.parse(JSON.parse(text));
    } catch {
      return {};
    }
  }
}
