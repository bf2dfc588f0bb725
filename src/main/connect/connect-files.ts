import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ConnectFacts } from '../../shared/clients/clients.ts';
import { CLIENTS } from '../../shared/clients/clients.ts';
import {
  fileClientSchema,
  type FileClient,
  type FilePreview,
  type FileRestored,
  type FileWritten,
  type FoundClient,
} from '../../shared/clients/files.ts';
import { AppError } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { ClientFile } from './client-files.ts';
import type { ClientFolders } from './client-folders.ts';
import { CLIENT_PLACES } from './client-places.ts';
import { lineDiff } from './line-diff.ts';
import { maskLine, NEW_KEY } from './mask-line.ts';
import { TextError } from './text-error.ts';
import { digestOf, undoFile, undoKind } from './undo-file.ts';
import { backUp, readUserFile, unusable, writeUserFile, type UserFile } from './user-file.ts';
import { WriteRecord, type Written } from './write-record.ts';

/** The keys of the endpoint, as far as files need them. */
export interface FileKeys {
  /** Whether this is a key made for a client, and opens the endpoint. */
  opens(secret: string): boolean;
  make(name: string): { readonly id: string; readonly name: string; readonly secret: string };
  /** Returns its name; null when there is none. */
  revoke(id: string): string | null;
}

export interface ConnectFilesParts {
  readonly folders: ClientFolders;
  readonly dataDir: string;
  /** Name of this computer. */
  readonly machine: string;
  readonly keys: FileKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly scrub: (text: string) => string;
}

export type FileTarget = Pick<ConnectFacts, 'baseUrl' | 'model' | 'contextTokens'>;

interface Draft {
  readonly file: UserFile;
  readonly text: string;
  readonly key: FilePreview['clientKey'];
  readonly next: string | null;
  readonly fingerprint: string;
}

/**
 * Points clients at the endpoint by writing their own files: what would change is shown first, the old file is kept
 * beside the new one, what is not ours stays as it stands, and the last write can be undone (CLIENTS 2.8 rule 3).
 */
export class ConnectFiles {
  readonly #parts: ConnectFilesParts;
  readonly #record: WriteRecord;

  constructor(parts: ConnectFilesParts) {
    this.#parts = parts;
    this.#record = new WriteRecord(parts.dataDir);
  }

  /**
   * Every client whose file can be written, as it is here.
   * @param served every value of `model` that is answered
   */
  found(served: ReadonlySet<string>): FoundClient[] {
    const { folders } = this.#parts;
    return fileClientSchema.options.map((client) => {
      const { path, sign } = CLIENT_PLACES[client];
      const file = path(folders);
      const installed = existsSync(sign?.(folders) ?? dirname(file));
      const model = this.#record.get(client)?.model ?? null;
      const goneModel = model === null || served.has(model) ? null : model;
      return { client, path: file, installed, written: this.#written(client), goneModel };
    });
  }

  /** Changes nothing. @throws AppError client_file_unusable */
  async preview(client: FileClient, target: FileTarget): Promise<FilePreview> {
    const { machine, scrub } = this.#parts;
    const known = await knownFile(client);
    const { file, text, key, next, fingerprint } = this.#draft(client, known, target, NEW_KEY);
    return {
      path: file.path,
      machine,
      exists: file.text !== null,
      upToDate: file.text === text,
      lines: lineDiff(file.text ?? '', text).map(({ kind, text: line }) => ({
        kind,
        text: maskLine(line, scrub),
      })),
      fingerprint,
      clientKey: key,
      next,
      undo: this.#undoable(client, known, file),
    };
  }

  /**
   * Writes what the preview with this fingerprint showed.
   * @throws AppError client_file_changed, client_file_unusable
   */
  async write(client: FileClient, target: FileTarget, fingerprint: string): Promise<FileWritten> {
    const known = await knownFile(client);
    // From here to the end nothing is awaited: what is read is what is replaced.
    const shown = this.#draft(client, known, target, NEW_KEY);
    if (shown.fingerprint !== fingerprint) throw changed(shown.file.path);
    const { clock, keys, log } = this.#parts;
    const made = shown.key === 'made' ? keys.make(nameOf(client)) : null;
    try {
      const { file, text, next } = made === null ? shown : this.#draft(client, known, target, made.secret);
      const backup = backUp(file, clock.now());
      this.#put(client, file, text, {
        path: file.path,
        model: target.model,
        backup,
        keyId: made?.id ?? null,
        digest: digestOf(text),
        at: clock.now(),
      });
      log.info(
        { client, path: file.path, backup, key: made?.name ?? null },
        'the file of a client was written',
      );
      const madeKey = made === null ? null : { name: made.name, hint: made.secret.slice(-4) };
      return { path: file.path, backup, madeKey, next };
    } catch (error) {
      if (made !== null) keys.revoke(made.id);
      throw error;
    }
  }

  /**
   * Puts back what stood there before the last write. Where the file was changed since, by its client or by hand, only
   * what is this app's is taken out of it.
   * @throws AppError not_found, client_file_changed, client_file_unusable
   */
  async restore(client: FileClient): Promise<FileRestored> {
    const known = await knownFile(client);
    const written = this.#record.get(client);
    if (written === null) {
      throw new AppError('not_found', `This app wrote no file for ${nameOf(client)} that could be undone.`);
    }
    const file = readUserFile(written.path);
    const outcome = this.#understood(file, () => undoFile(known, file, written, this.#parts.clock.now()));
    this.#record.set(client, null);
    this.#parts.log.info({ client, path: file.path, outcome }, 'the file of a client was put back');
    const revokedKey = written.keyId === null ? null : this.#parts.keys.revoke(written.keyId);
    return { path: file.path, outcome, revokedKey };
  }

  /** The record comes first: a file whose key nobody remembers could not be undone. */
  #put(client: FileClient, file: UserFile, text: string, written: Written): void {
    const before = this.#record.get(client);
    this.#record.set(client, written);
    try {
      writeUserFile(file, text);
    } catch (error) {
      this.#record.set(client, before);
      throw error;
    }
  }

  #draft(client: FileClient, { merge, keyIn, next }: ClientFile, target: FileTarget, newKey: string): Draft {
    const file = readUserFile(CLIENT_PLACES[client].path(this.#parts.folders));
    return this.#understood(file, () => {
      const old = keyIn?.(file.text ?? '') ?? null;
      const kept = old !== null && this.#parts.keys.opens(old) ? old : null;
      const key = kept ?? newKey;
      const facts: ConnectFacts = { ...target, key, shellKey: key };
      const text = merge(file.text ?? '', facts);
      return {
        file,
        text,
        key: keyIn === undefined ? 'none' : kept === null ? 'made' : 'kept',
        next: next?.(facts) ?? null,
        fingerprint: digestOf(JSON.stringify([file.path, file.text, text])),
      };
    });
  }

  /** What a file cannot be understood for, in words that hold no key. */
  #understood<T>(file: UserFile, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TextError)) throw error;
      const message = maskLine(error.message, this.#parts.scrub);
      throw unusable(file.path, `line ${error.line}: ${message}`, error);
    }
  }

  #written(client: FileClient): FoundClient['written'] {
    const written = this.#record.get(client);
    if (written === null) return 'no';
    try {
      const { text } = readUserFile(written.path);
      return text !== null && digestOf(text) === written.digest ? 'yes' : 'changed';
    } catch (error) {
      if (error instanceof AppError) return 'changed';
      throw error;
    }
  }

  #undoable(client: FileClient, known: ClientFile, file: UserFile): FilePreview['undo'] {
    const written = this.#record.get(client);
    if (written?.path !== file.path || file.text === null) return null;
    const kind = this.#understood(file, () => undoKind(known, file, written));
    return kind === null ? null : { at: new Date(written.at).toISOString(), backup: written.backup, kind };
  }
}

/** Loads the libraries that keep comments; they are not part of a start. */
async function knownFile(client: FileClient): Promise<ClientFile> {
  const { CLIENT_FILES } = await import('./client-files.ts');
  return CLIENT_FILES[client];
}

function changed(path: string): AppError {
  return new AppError('client_file_changed', `${path} is not as it was when the difference was shown.`);
}

const nameOf = (client: FileClient): string => CLIENTS.find(({ id }) => id === client)?.name ?? client;
