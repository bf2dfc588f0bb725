import { z } from 'zod';
import type { BuildStep } from '../../shared/images.ts';
import { asBytes, asNumber, asText, fieldsOf } from './protobuf.ts';

/** What a build's stream says, whichever builder speaks. */
export type BuildMessage =
  | { readonly kind: 'step'; readonly step: BuildStep; readonly total: number | null }
  | { readonly kind: 'log'; readonly step: number | null; readonly text: string }
  | { readonly kind: 'pull'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly kind: 'image'; readonly id: string }
  | { readonly kind: 'error'; readonly message: string };

/** Reads one builder's stream, message by message. Stateful: steps are told by what came before. */
export interface ProgressReader {
  read(value: unknown, nowMs: number): readonly BuildMessage[];
}

const messageSchema = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).nullish(),
  aux: z.union([z.string(), z.object({ ID: z.string().optional() })]).optional(),
});
type Message = z.infer<typeof messageSchema>;

/** A message of another form is skipped: new engines add kinds. */
function parse(value: unknown): Message {
  return messageSchema.safeParse(value).data ?? {};
}

function errorOf(message: Message): BuildMessage[] {
  const text = message.errorDetail?.message ?? message.error;
  return text === undefined ? [] : [{ kind: 'error', message: text }];
}

function imageOf({ aux }: Message): BuildMessage[] {
  const id = typeof aux === 'object' ? aux.ID : undefined;
  return id?.startsWith('sha256:') === true ? [{ kind: 'image', id }] : [];
}

const STEP = /^Step (\d+)\/(\d+) : (.*)$/;

/** The classic builder: text in `stream`, one `Step n/m` line a step. */
export class ClassicReader implements ProgressReader {
  #pending = '';
  #step: { index: number; name: string; startedMs: number; cached: boolean } | null = null;
  #total: number | null = null;
  readonly #layers = new Map<string, { done: number; total: number }>();

  read(value: unknown, nowMs: number): readonly BuildMessage[] {
    const message = parse(value);
    const failed = errorOf(message);
    return [
      ...this.#lines(message.stream ?? '', failed.length > 0).flatMap((line) => this.#line(line, nowMs)),
      ...this.#pulled(message),
      ...imageOf(message).flatMap((image) => [...this.#end('done', nowMs), image]),
      ...(failed.length === 0 ? [] : [...this.#end('failed', nowMs), ...failed]),
    ];
  }

  /** Whole lines; what follows the last one waits for its end. */
  #lines(text: string, last: boolean): string[] {
    const lines = (this.#pending + text).split(/\r\n|\n|\r/);
    this.#pending = last ? '' : (lines.pop() ?? '');
    return lines.filter((line) => line !== '');
  }

  #line(line: string, nowMs: number): BuildMessage[] {
    const [, index, total, name] = STEP.exec(line) ?? [];
    if (name !== undefined) {
      const ended = this.#end('done', nowMs);
      this.#step = { index: Number(index), name, startedMs: nowMs, cached: false };
      this.#total = Number(total);
      return [...ended, this.#told('running', null)];
    }
    if (line === ' ---> Using cache' && this.#step !== null) this.#step.cached = true;
    return [{ kind: 'log', step: this.#step?.index ?? null, text: line }];
  }

  #end(state: 'done' | 'failed', nowMs: number): BuildMessage[] {
    if (this.#step === null) return [];
    const seconds = (nowMs - this.#step.startedMs) / 1000;
    const told = this.#told(state === 'done' && this.#step.cached ? 'cached' : state, seconds);
    this.#step = null;
    return [told];
  }

  #told(state: BuildStep['state'], seconds: number | null): BuildMessage {
    const { index, name } = this.#step ?? { index: 0, name: '' };
    return { kind: 'step', step: { index, name, state, seconds }, total: this.#total };
  }

  /** The base image on its way, summed over its layers. */
  #pulled({ id, progressDetail }: Message): BuildMessage[] {
    if (id === undefined || progressDetail?.total === undefined) return [];
    this.#layers.set(id, { done: progressDetail.current ?? 0, total: progressDetail.total });
    return [sumOf(this.#layers)];
  }
}

function sumOf(layers: ReadonlyMap<string, { done: number; total: number }>): BuildMessage {
  let doneBytes = 0;
  let totalBytes = 0;
  for (const { done, total } of layers.values()) {
    doneBytes += Math.min(done, total);
    totalBytes += total;
  }
  return { kind: 'pull', doneBytes, totalBytes };
}

interface Vertex {
  readonly index: number;
  readonly name: string;
  state: BuildStep['state'] | 'waiting';
}

/**
 * BuildKit: `StatusResponse` messages (moby/buildkit api/services/control) in base64 under the id `moby.buildkit.trace`.
 * Steps run side by side; each output line names its own.
 */
export class BuildKitReader implements ProgressReader {
  readonly #vertexes = new Map<string, Vertex>();
  readonly #partial = new Map<string, string>();
  readonly #layers = new Map<string, { done: number; total: number }>();

  read(value: unknown, _nowMs: number): readonly BuildMessage[] {
    const message = parse(value);
    if (typeof message.aux === 'string' && message.id === 'moby.buildkit.trace') {
      return this.#trace(Buffer.from(message.aux, 'base64'));
    }
    return [...imageOf(message), ...errorOf(message)];
  }

  #trace(status: Buffer): BuildMessage[] {
    return [...fieldsOf(status)].flatMap(({ number, value }) => {
      if (number === 1) return this.#vertex(asBytes(value));
      if (number === 2) return this.#transfer(asBytes(value));
      return number === 3 ? this.#log(asBytes(value)) : [];
    });
  }

  #vertex(bytes: Buffer): BuildMessage[] {
    const told = { digest: '', name: '', cached: false, started: 0, completed: 0, error: '' };
    for (const { number, value } of fieldsOf(bytes)) {
      if (number === 1) told.digest = asText(value);
      else if (number === 3) told.name = asText(value);
      else if (number === 4) told.cached = asNumber(value) === 1;
      else if (number === 5) told.started = secondsOf(asBytes(value));
      else if (number === 6) told.completed = secondsOf(asBytes(value));
      else if (number === 7) told.error = asText(value);
    }
    // Its own housekeeping (loading the Dockerfile, the context) is no step of the user's.
    if (told.name.startsWith('[internal]') || told.name === 'copy /context /') return [];
    const vertex = this.#known(told.digest, told.name);
    const state = stateOf(told);
    if (state === 'waiting' || state === vertex.state) return [];
    vertex.state = state;
    const seconds = told.completed === 0 ? null : Math.max(0, told.completed - told.started);
    const step = { index: vertex.index, name: vertex.name, state, seconds };
    return [...this.#flush(told.digest, state), { kind: 'step', step, total: this.#vertexes.size }];
  }

  #known(digest: string, name: string): Vertex {
    const known = this.#vertexes.get(digest);
    if (known !== undefined) return known;
    const vertex: Vertex = { index: this.#vertexes.size + 1, name, state: 'waiting' };
    this.#vertexes.set(digest, vertex);
    return vertex;
  }

  /** A line without an end is told when its step ends. */
  #flush(digest: string, state: BuildStep['state']): BuildMessage[] {
    const rest = this.#partial.get(digest) ?? '';
    if (state === 'running' || rest === '') return [];
    this.#partial.delete(digest);
    return [{ kind: 'log', step: this.#vertexes.get(digest)?.index ?? null, text: rest }];
  }

  #log(bytes: Buffer): BuildMessage[] {
    let digest = '';
    let text = '';
    for (const { number, value } of fieldsOf(bytes)) {
      if (number === 1) digest = asText(value);
      else if (number === 4) text = asText(value);
    }
    const lines = ((this.#partial.get(digest) ?? '') + text).split(/\r\n|\n|\r/);
    this.#partial.set(digest, lines.pop() ?? '');
    const step = this.#vertexes.get(digest)?.index ?? null;
    return lines.filter((line) => line !== '').map((line) => ({ kind: 'log', step, text: line }));
  }

  #transfer(bytes: Buffer): BuildMessage[] {
    let id = '';
    let done = 0;
    let total = 0;
    for (const { number, value } of fieldsOf(bytes)) {
      if (number === 1) id = asText(value);
      else if (number === 4) done = asNumber(value);
      else if (number === 5) total = asNumber(value);
    }
    if (total === 0) return [];
    this.#layers.set(id, { done, total });
    return [sumOf(this.#layers)];
  }
}

function stateOf(vertex: {
  cached: boolean;
  started: number;
  completed: number;
  error: string;
}): Vertex['state'] {
  if (vertex.error !== '') return 'failed';
  if (vertex.completed !== 0) return vertex.cached ? 'cached' : 'done';
  return vertex.started === 0 ? 'waiting' : 'running';
}

/** A `Timestamp` as seconds since 1970. */
function secondsOf(bytes: Buffer): number {
  let seconds = 0;
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) seconds += asNumber(value);
    else if (number === 2) seconds += asNumber(value) / 1e9;
  }
  return seconds;
}
