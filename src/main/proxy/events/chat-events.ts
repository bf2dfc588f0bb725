import { AppError } from '../../../shared/errors.ts';
import { MARK, type Flow } from '../flow.ts';
import { numberOf, parseObject, type JsonObject } from '../json.ts';
import type { Trace } from '../trace.ts';
import { clean, readError, statusIn, upstreamError } from '../upstream/errors.ts';
import { newMemory, normaliseChunk, usageOf, type ChunkIdentity } from './chat-chunk.ts';
import { DONE_EVENT, EventStream, dataEvent, readEvent } from './event-stream.ts';

/**
 * Signs that a chunk needs reading: usage, reasoning, tool calls, a finish, an error, the end marker, a line that is
 * no data, or shapes clients choke on. Everything else is plain text on its way and passes as bytes: 0.25 instead of
 * 0.9 µs an event.
 */
const REMARKABLE =
  /"(?:usage"\s*:\s*[^n\s]|reasoning|tool_calls|function_call|finish_reason"\s*:\s*"|error"\s*:|delta"\s*:\s*n|choices"\s*:\s*[n\]])|\[DONE\]|\n[^\nd]|"choices":\[\]/;

/** The events of a chat or completion answer, made right for every client (CLIENTS 2.4) and metered on the way. */
export class ChatEvents extends EventStream {
  readonly #identity: ChunkIdentity;
  readonly #trace: Trace;
  readonly #targetName: string;
  readonly #now: () => number;
  readonly #memory = newMemory();
  /** Until the first text: the opening events are read one by one. */
  #opening = true;
  /** The server calls the model something else, so every chunk is rewritten. */
  #renames = false;
  #usageSent = false;

  constructor(source: Flow, identity: ChunkIdentity, trace: Trace, targetName: string, now: () => number) {
    super(source);
    this.#identity = identity;
    this.#trace = trace;
    this.#targetName = targetName;
    this.#now = now;
  }

  protected passes(text: string): boolean {
    if (this.#opening || this.#renames || !text.startsWith('data:') || REMARKABLE.test(text)) return false;
    for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n', at + 2))
      this.#trace.contentEvents++;
    return true;
  }

  protected onEvent(event: Buffer): void {
    const fields = readEvent(event);
    if (fields === null) return;
    if (fields.data.trim() === '[DONE]') {
      this.#complete();
      return;
    }
    const json = parseObject(fields.data);
    if (json === null) {
      this.breakOff(new AppError('upstream_failed', `${this.#targetName} sent an event that is not JSON.`));
      return;
    }
    if (fields.name === 'error' || (json['error'] !== undefined && json['error'] !== null)) {
      this.breakOff(this.#failure(json, fields.data));
      return;
    }
    this.#trace.costUsd = numberOf(json['cost']) ?? this.#trace.costUsd;
    this.#renames ||= json['model'] !== this.#identity.model;
    const { chunk, usageOnly, content } = normaliseChunk(json, this.#memory, this.#identity);
    if (chunk === null) return;
    if (content) this.#content();
    if (usageOnly) this.#takeUsage(chunk['usage']);
    this.sink.data(dataEvent(chunk), usageOnly ? MARK.usage : MARK.events);
  }

  protected onEnd(): void {
    if (this.#memory.finished) {
      this.#complete();
      return;
    }
    this.breakOff(
      new AppError('upstream_failed', `${this.#targetName} ended its answer before it was finished.`),
    );
  }

  /** Before the first text it is a refusal like any other, with its status where one is known. */
  #failure(json: JsonObject, body: string): AppError {
    const targetName = this.#targetName;
    if (this.#opening && this.#memory.id === null) {
      return upstreamError({ status: statusIn(json), headers: {}, body, targetName });
    }
    const { message } = readError(json);
    return new AppError('upstream_failed', `${targetName} failed while answering: ${clean(message)}`);
  }

  #content(): void {
    this.#trace.contentEvents++;
    if (!this.#opening) return;
    this.#opening = false;
    this.#trace.firstToken(this.#now());
  }

  #takeUsage(usage: unknown): void {
    this.#usageSent = true;
    this.#trace.usage = usageOf(usage) ?? this.#trace.usage;
  }

  /** `[DONE]` goes out once, and only after a real finish (trap 5). */
  #complete(): void {
    const { usage, finishReason, id, created } = this.#memory;
    this.#trace.finishReason = finishReason;
    if (!this.#usageSent && usage !== null) {
      this.#takeUsage(usage);
      const chunk = {
        id: id ?? this.#identity.id,
        object: this.#identity.object,
        created: created ?? this.#identity.created,
        model: this.#identity.model,
        choices: [],
        usage,
      };
      this.sink.data(dataEvent(chunk), MARK.usage);
    }
    this.sink.data(DONE_EVENT, MARK.done);
    this.finish();
  }
}
