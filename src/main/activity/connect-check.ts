import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import type { RequestRecord } from '../../shared/activity.ts';
import type { ClientVoice, ConnectCheckItem } from '../../shared/clients/voice.ts';
import { AppError, asAppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Fetch } from '../platform/http.ts';
import { nothingHeard, WIRES, type Heard, type Question, type Wire } from './client-wires.ts';

export interface ConnectCheckParts {
  /** The app's own proxy: a check takes the way that the client will take. */
  readonly proxyUrl: () => string;
  readonly proxyKey: () => Promise<string>;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly recordOf: (requestId: string, signal: AbortSignal) => Promise<RequestRecord>;
}

export interface CheckTarget {
  readonly model: string;
  /** How long its last start took; null = not known. */
  readonly bootSeconds: number | null;
}

/** None of these takes longer on a model that is ready. */
const STEP_LIMIT_MS = 60_000;
const MAX_EVENT_CHARS = 1_000_000;

type Check = Promise<Omit<ConnectCheckItem, 'name'>>;

/**
 * Replays a client's way of talking through the proxy: a stream, a tool call, a caller that leaves. A few hundred tokens
 * in all. Never throws for what it finds: that is its answer. @throws AbortError
 */
export async function connectCheck(
  parts: ConnectCheckParts,
  voice: ClientVoice,
  target: CheckTarget,
  signal: AbortSignal,
): Promise<ConnectCheckItem[]> {
  const caller = new Caller(parts, WIRES[voice.wire], target.model);
  const found: ConnectCheckItem[] = [];
  const step = async (
    name: ConnectCheckItem['name'],
    check: (limit: AbortSignal) => Check,
  ): Promise<void> => {
    found.push({ name, ...(await bounded(parts.clock, signal, check)) });
  };
  if (voice.listsModels) await step('models', (limit) => caller.models(limit));
  let answer: Heard | null = null;
  await step('streaming', async (limit) => {
    const begin = parts.clock.monotonic();
    answer = await caller.ask({ text: 'Count from one to ten.', maxTokens: 60, withTool: false }, limit);
    return judgeStream(answer, parts.clock.monotonic() - begin);
  });
  await step('usage', async () => judgeUsage(answer));
  await step('tools', async (limit) =>
    judgeTools(
      await caller.ask({ text: 'Read the file README.md.', maxTokens: 200, withTool: true }, limit),
      voice.usesTools,
    ),
  );
  await step('abort', (limit) => caller.leave(limit));
  found.push({ name: 'waiting', ...judgePatience(voice.patienceSeconds, target.bootSeconds) });
  return found;
}

async function bounded(
  clock: Clock,
  signal: AbortSignal,
  check: (limit: AbortSignal) => Check,
): Promise<Omit<ConnectCheckItem, 'name'>> {
  const late = new AbortController();
  const cancel = clock.after(STEP_LIMIT_MS, () => late.abort());
  try {
    return await check(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) return { ok: false, detail: `No end within ${STEP_LIMIT_MS / 1000} s.` };
    return { ok: false, detail: asAppError(error).message };
  } finally {
    cancel();
  }
}

/** Talks to the proxy as the client would. */
class Caller {
  readonly #parts: ConnectCheckParts;
  readonly #wire: Wire;
  readonly #model: string;

  constructor(parts: ConnectCheckParts, wire: Wire, model: string) {
    this.#parts = parts;
    this.#wire = wire;
    this.#model = model;
  }

  async models(signal: AbortSignal): Check {
    const response = await this.#parts.fetch(`${this.#parts.proxyUrl()}/v1/models`, {
      headers: await this.#headers(),
      signal,
    });
    const { data } = modelsSchema.parse(await response.json());
    return data.some(({ id }) => id === this.#model)
      ? { ok: true, detail: `“${this.#model}” is one of ${data.length} listed.` }
      : { ok: false, detail: `“${this.#model}” is not among the ${data.length} listed.` };
  }

  async ask(question: Omit<Question, 'model'>, signal: AbortSignal): Promise<Heard> {
    const response = await this.#post(question, signal);
    const heard = nothingHeard();
    for await (const data of eventsOf(response)) this.#wire.read(data, heard);
    if (heard.problem !== null) throw new AppError('upstream_failed', heard.problem);
    return heard;
  }

  /** Hangs up after the first words, and asks the proxy's own record whether that was noticed. */
  async leave(signal: AbortSignal): Check {
    const leaving = new AbortController();
    const question = { text: 'Write a long story.', maxTokens: 2000, withTool: false };
    const response = await this.#post(question, AbortSignal.any([signal, leaving.signal]));
    const id = response.headers.get('x-request-id') ?? '';
    const heard = nothingHeard();
    for await (const data of eventsOf(response)) {
      this.#wire.read(data, heard);
      if (heard.texts > 0) break;
    }
    leaving.abort();
    const record = await this.#parts.recordOf(id, signal);
    const tokens = record.outputTokens ?? 0;
    return record.outcome === 'aborted'
      ? { ok: true, detail: `The model stopped after ${tokens} tokens when the caller left.` }
      : { ok: false, detail: `The answer ended by itself after ${tokens} tokens, before the caller left.` };
  }

  async #post(question: Omit<Question, 'model'>, signal: AbortSignal): Promise<Response> {
    const { proxyUrl, fetch } = this.#parts;
    const response = await fetch(`${proxyUrl()}${this.#wire.path}`, {
      method: 'POST',
      headers: {
        ...(await this.#headers()),
        'content-type': 'application/json',
        // An answer out of the cache or shared with another caller would prove nothing about the model.
        'x-single-flight': 'off',
        'cache-control': 'no-store',
        ...this.#wire.headers,
      },
      body: JSON.stringify(this.#wire.body({ ...question, model: this.#model })),
      signal,
    });
    if (response.ok) return response;
    const refused = refusalSchema.safeParse(await response.json().catch(() => null));
    throw new AppError(
      'upstream_failed',
      refused.success ? refused.data.error.message : `The proxy answered with status ${response.status}.`,
    );
  }

  async #headers(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await this.#parts.proxyKey()}` };
  }
}

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const refusalSchema = z.object({ error: z.object({ message: z.string() }) });

function judgeStream(heard: Heard, totalMs: number): Awaited<Check> {
  if (heard.texts === 0) return { ok: false, detail: 'The answer was empty.' };
  if (!heard.ended) return { ok: false, detail: 'The stream broke off without its last event.' };
  if (heard.texts === 1) return { ok: false, detail: 'The whole answer came in one piece.' };
  return {
    ok: true,
    detail: `${heard.texts} pieces in ${(totalMs / 1000).toFixed(1)} s, closed in good order.`,
  };
}

function judgeUsage(heard: Heard | null): Awaited<Check> {
  return heard === null || heard.outputTokens === null || heard.outputTokens === 0
    ? {
        ok: false,
        detail: 'The stream told no token counts: the client cannot tell how full its context is.',
      }
    : { ok: true, detail: `${heard.outputTokens} output tokens were told at the end.` };
}

function judgeTools(heard: Heard, needed: boolean): Awaited<Check> {
  const without = needed ? 'This client needs tool calls.' : 'Chat works without them.';
  if (heard.toolName === '') return { ok: false, detail: `The model called no tool. ${without}` };
  return isJsonObject(heard.toolArguments)
    ? { ok: true, detail: `It called ${heard.toolName} with ${heard.toolArguments}.` }
    : { ok: false, detail: `The arguments of its tool call are no JSON. ${without}` };
}

/** While hardware starts the proxy keeps sending signs of life, so silence is what a client's patience is about. */
function judgePatience(patienceSeconds: number | null, bootSeconds: number | null): Awaited<Check> {
  const boot = bootSeconds === null ? 'A start' : `The last start took ${Math.round(bootSeconds)} s; a start`;
  const life = 'is bridged by signs of life in streams';
  if (patienceSeconds === null)
    return { ok: true, detail: `${boot} ${life}; it sets no time limit of its own.` };
  const limit = `it gives up after ${patienceSeconds} s of silence`;
  return bootSeconds !== null && bootSeconds > patienceSeconds
    ? { ok: false, detail: `${boot} ${life}, but without streaming ${limit}.` }
    : { ok: true, detail: `${boot} ${life}; without streaming ${limit}.` };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false; // Text that is no JSON is the finding, not a fault.
  }
}

async function* eventsOf(response: Response): AsyncGenerator<string> {
  const ready: string[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: (event) => ready.push(event.data),
    onError: (error) => {
      throw new AppError('upstream_failed', 'The stream could not be read.', { cause: error });
    },
  });
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? new ReadableStream<Uint8Array>()) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* ready.splice(0);
  }
}
