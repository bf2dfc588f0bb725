import { eventStream, json, type SimAnswer } from '../http/message.ts';
import { promptTokens } from './engine.ts';
import type { Finish, Piece, Prompt } from './prompt.ts';
import type { ChatRequest } from './requests.ts';

/** What a dialect needs to write an answer. */
export interface Writing {
  readonly id: string;
  readonly created: number;
  /** The name the caller used. */
  readonly model: string;
  readonly generate: (prompt: Prompt, signal: AbortSignal) => AsyncIterable<Piece>;
  readonly signal: AbortSignal;
}

export const FINGERPRINT = 'sandbox';

interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; arguments: string };
}

export interface Collected {
  text: string;
  reasoning: string;
  readonly calls: ToolCall[];
  finish: Finish;
  stopReason: string | null;
  tokens: number;
}

/** Waits for a whole answer. */
export async function collect(pieces: AsyncIterable<Piece>): Promise<Collected> {
  const all: Collected = { text: '', reasoning: '', calls: [], finish: 'stop', stopReason: null, tokens: 0 };
  for await (const piece of pieces) add(all, piece);
  return all;
}

function add(all: Collected, piece: Piece): void {
  if (piece.kind === 'end') {
    all.finish = piece.finish;
    all.stopReason = piece.stopReason;
    return;
  }
  all.tokens += 1;
  if (piece.kind === 'text') all.text += piece.text;
  else if (piece.kind === 'reasoning') all.reasoning += piece.text;
  else if (piece.kind === 'tool') {
    all.calls.push({ id: piece.id, type: 'function', function: { name: piece.name, arguments: '' } });
  } else {
    const call = all.calls[piece.index];
    if (call !== undefined) call.function.arguments += piece.text;
  }
}

export function usage(input: number, output: number): object {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

export async function plainChat(prompts: readonly Prompt[], writing: Writing): Promise<SimAnswer> {
  const answers = await Promise.all(
    prompts.map((prompt) => collect(writing.generate(prompt, writing.signal))),
  );
  const output = answers.reduce((sum, answer) => sum + answer.tokens, 0);
  return json(200, {
    id: writing.id,
    object: 'chat.completion',
    created: writing.created,
    model: writing.model,
    choices: answers.map((answer, index) => ({
      index,
      message: {
        role: 'assistant',
        content: answer.calls.length > 0 && answer.text === '' ? null : answer.text,
        refusal: null,
        ...(answer.reasoning === '' ? {} : { reasoning: answer.reasoning }),
        ...(answer.calls.length === 0 ? {} : { tool_calls: answer.calls }),
      },
      logprobs: null,
      finish_reason: answer.finish,
      stop_reason: answer.stopReason,
    })),
    service_tier: null,
    system_fingerprint: FINGERPRINT,
    usage: usage(firstPromptTokens(prompts), output),
  });
}

export function streamedChat(request: ChatRequest, prompts: readonly Prompt[], writing: Writing): SimAnswer {
  return eventStream(chatEvents(request, prompts, writing));
}

async function* chatEvents(
  request: ChatRequest,
  prompts: readonly Prompt[],
  writing: Writing,
): AsyncGenerator<string, void> {
  const input = firstPromptTokens(prompts);
  const continuous = request.stream_options?.continuous_usage_stats === true;
  let output = 0;
  const chunk = (choices: readonly object[], extra: object = {}): string =>
    sse({
      id: writing.id,
      object: 'chat.completion.chunk',
      created: writing.created,
      model: writing.model,
      system_fingerprint: FINGERPRINT,
      choices,
      ...(continuous ? { usage: usage(input, output) } : {}),
      ...extra,
    });
  for (const index of prompts.keys()) {
    yield chunk([{ index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]);
  }
  for await (const { index, piece } of merged(prompts, writing)) {
    if (piece.kind === 'end') {
      const finish = { finish_reason: piece.finish, stop_reason: piece.stopReason };
      yield chunk([{ index, delta: {}, logprobs: null, ...finish }]);
      continue;
    }
    output += 1;
    yield chunk([{ index, delta: delta(piece), logprobs: null, finish_reason: null }]);
  }
  if (request.stream_options?.include_usage === true) yield chunk([], { usage: usage(input, output) });
  yield 'data: [DONE]\n\n';
}

/** The first delta of a call carries id, type and name; later ones only pieces of its arguments. */
function delta(piece: Exclude<Piece, { kind: 'end' }>): object {
  switch (piece.kind) {
    case 'text':
      return { content: piece.text };
    case 'reasoning':
      return { reasoning: piece.text };
    case 'tool': {
      const call = { id: piece.id, type: 'function', index: piece.index };
      return { tool_calls: [{ ...call, function: { name: piece.name, arguments: '' } }] };
    }
    case 'arguments':
      return { tool_calls: [{ index: piece.index, function: { arguments: piece.text } }] };
  }
}

/** The pieces of all choices as they come, each with its index. */
export async function* merged(
  prompts: readonly Prompt[],
  writing: Writing,
): AsyncGenerator<{ readonly index: number; readonly piece: Piece }, void> {
  const sources = prompts.map((prompt, index) => ({
    index,
    iterator: writing.generate(prompt, writing.signal)[Symbol.asyncIterator](),
  }));
  const pull = async (source: (typeof sources)[number]): Promise<Pulled> => ({
    source,
    result: await source.iterator.next(),
  });
  type Pulled = { readonly source: (typeof sources)[number]; readonly result: IteratorResult<Piece> };
  const pending = new Map(sources.map((source) => [source.index, pull(source)]));
  try {
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values());
      if (result.done === true) pending.delete(source.index);
      else {
        yield { index: source.index, piece: result.value };
        pending.set(source.index, pull(source));
      }
    }
  } finally {
    await Promise.allSettled(sources.map(async ({ iterator }) => iterator.return?.()));
  }
}

export function firstPromptTokens(prompts: readonly Prompt[]): number {
  return prompts[0] === undefined ? 0 : promptTokens(prompts[0]);
}

export function sse(value: object, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(value)}\n\n`;
}
