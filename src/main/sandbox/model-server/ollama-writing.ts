import type { Clock } from '../../platform/clock.ts';
import { json, type SimAnswer } from '../http/message.ts';
import { promptTokens } from './engine.ts';
import type { ServerParts } from './model-server.ts';
import { collect } from './openai-chat.ts';
import { fetchMs, modelDigest, sizeBytes } from './ollama-models.ts';
import type { Finish, Piece, Prompt } from './prompt.ts';

const PULL_STEPS = 40;

export function ndjson(values: Iterable<object> | AsyncIterable<object>): SimAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-ndjson' },
    body: (async function* lines() {
      for await (const value of values) yield `${JSON.stringify(value)}\n`;
    })(),
  };
}

/** A pull: goes on for the caller as a stream of progress, or is waited for. The model is there at its end. */
export function pullProgress(
  model: string,
  parts: ServerParts,
  signal: AbortSignal,
): { stream(): SimAnswer; wait(): Promise<SimAnswer> } {
  async function* steps(): AsyncGenerator<object, void> {
    yield { status: 'pulling manifest' };
    const total = sizeBytes(model);
    const name = modelDigest(model);
    const layer = { status: `pulling ${name.slice(0, 12)}`, digest: `sha256:${name}`, total };
    const here = parts.models().includes(model);
    for (let step = here ? PULL_STEPS : 0; step <= PULL_STEPS; step++) {
      yield { ...layer, completed: Math.round((total * step) / PULL_STEPS) };
      if (step < PULL_STEPS) await parts.clock.sleep(fetchMs(model) / PULL_STEPS / parts.speed, signal);
    }
    yield { status: 'verifying sha256 digest' };
    yield { status: 'writing manifest' };
    parts.addModel(model);
    yield { status: 'success' };
  }
  return {
    stream: () => ndjson(steps()),
    wait: async () => {
      for await (const step of steps()) void step;
      return json(200, { status: 'success' });
    },
  };
}

interface Writing {
  readonly prompt: Prompt;
  readonly pieces: AsyncIterable<Piece>;
  readonly route: 'chat' | 'generate';
  readonly stream: boolean;
  readonly clock: Clock;
}

export async function writeOllama(writing: Writing): Promise<SimAnswer> {
  if (writing.stream) return ndjson(chunks(writing));
  const started = writing.clock.monotonic();
  const answer = await collect(writing.pieces);
  const calls = answer.calls.map((call) => toolCall(call.function.name, call.function.arguments));
  const body =
    writing.route === 'generate'
      ? { response: answer.text }
      : {
          message: {
            role: 'assistant',
            content: answer.text,
            ...(answer.reasoning === '' ? {} : { thinking: answer.reasoning }),
            ...(calls.length === 0 ? {} : { tool_calls: calls }),
          },
        };
  return json(200, { ...head(writing), ...body, ...ending(writing, answer.finish, answer.tokens, started) });
}

async function* chunks(writing: Writing): AsyncGenerator<object, void> {
  const started = writing.clock.monotonic();
  let tokens = 0;
  let call: { readonly name: string; text: string } | null = null;
  for await (const piece of writing.pieces) {
    if (piece.kind === 'end') {
      if (call !== null)
        yield {
          ...head(writing),
          ...part(writing, { content: '', tool_calls: [toolCall(call.name, call.text)] }),
          done: false,
        };
      yield {
        ...head(writing),
        ...part(writing, { content: '' }),
        ...ending(writing, piece.finish, tokens, started),
      };
      continue;
    }
    tokens += 1;
    // Ollama hands over a call as a whole.
    if (piece.kind === 'tool') call = { name: piece.name, text: '' };
    else if (piece.kind === 'arguments') {
      if (call !== null) call.text += piece.text;
    } else {
      const words =
        piece.kind === 'reasoning' ? { content: '', thinking: piece.text } : { content: piece.text };
      yield { ...head(writing), ...part(writing, words), done: false };
    }
  }
}

function head(writing: Writing): object {
  return { model: writing.prompt.model, created_at: new Date(writing.clock.now()).toISOString() };
}

function part(
  writing: Writing,
  words: { readonly content: string; readonly [key: string]: unknown },
): object {
  if (writing.route === 'generate') return { response: words.content };
  return { message: { role: 'assistant', ...words } };
}

function ending(writing: Writing, finish: Finish, tokens: number, startedMs: number): object {
  const nanos = Math.round((writing.clock.monotonic() - startedMs) * 1e6);
  return {
    done: true,
    done_reason: finish === 'length' ? 'length' : 'stop',
    total_duration: nanos,
    load_duration: 0,
    prompt_eval_count: promptTokens(writing.prompt),
    prompt_eval_duration: Math.round(nanos * 0.1),
    eval_count: tokens,
    eval_duration: Math.round(nanos * 0.9),
  };
}

function toolCall(name: string, text: string): object {
  const input: unknown = JSON.parse(text);
  return { function: { name, arguments: input } };
}
