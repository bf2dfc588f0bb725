import { eventStream, json, type SimAnswer } from '../http/message.ts';
import { collect, FINGERPRINT, firstPromptTokens, merged, sse, usage, type Writing } from './openai-chat.ts';
import { promptTokens } from './engine.ts';
import type { Prompt } from './prompt.ts';
import { completionRequestSchema, jsonOf, stopsOf, type CompletionRequest } from './requests.ts';
import { badRequestError, checkLength, misfit } from './vllm-errors.ts';
import type { Dialect } from './dialect.ts';

/** vLLM's default for plain completions (FACTS 3.7). */
const DEFAULT_MAX_TOKENS = 16;

export function completions(body: unknown, dialect: Dialect): SimAnswer | Promise<SimAnswer> {
  const parsed = completionRequestSchema.safeParse(body);
  if (!parsed.success) throw misfit(parsed.error);
  const request = parsed.data;
  if (request.suffix !== null && request.suffix !== undefined)
    throw badRequestError('suffix is not currently supported');
  const prompts = completionPrompts(request, dialect);
  const writing = dialect.writing('cmpl-', request.model);
  return request.stream === true
    ? eventStream(events(request, prompts, writing))
    : plain(request, prompts, writing);
}

function completionPrompts(request: CompletionRequest, dialect: Dialect): Prompt[] {
  const texts = promptTexts(request.prompt);
  const asked = request.max_tokens ?? DEFAULT_MAX_TOKENS;
  return texts.flatMap((text) => {
    const messages = [{ role: 'user', text }];
    if (dialect.refusesLongPrompts)
      checkLength(dialect.maxModelLen, promptTokens({ messages, tools: [] }), asked);
    return Array.from({ length: request.n ?? 1 }, (_, choice) => ({
      model: dialect.model,
      messages,
      tools: [],
      toolChoice: 'none' as const,
      json: jsonOf(request),
      maxTokens: asked,
      minTokens: request.min_tokens ?? 0,
      ignoreEos: request.ignore_eos === true,
      stop: stopsOf(request.stop),
      seed: request.seed ?? 0,
      choice,
      reasoning: false,
      relay: {
        messages: [{ role: 'user', content: text }],
        max_tokens: asked,
        seed: request.seed ?? undefined,
      },
    }));
  });
}

function promptTexts(prompt: CompletionRequest['prompt']): string[] {
  if (typeof prompt === 'string') return [prompt];
  const tokens = (ids: readonly number[]): string => ids.map((id) => `t${id}`).join(' ');
  if (prompt.every((entry) => typeof entry === 'number')) return [tokens(prompt)];
  return prompt.map((entry) =>
    typeof entry === 'string' ? entry : Array.isArray(entry) ? tokens(entry) : String(entry),
  );
}

async function plain(
  request: CompletionRequest,
  prompts: readonly Prompt[],
  writing: Writing,
): Promise<SimAnswer> {
  const answers = await Promise.all(
    prompts.map((prompt) => collect(writing.generate(prompt, writing.signal))),
  );
  const output = answers.reduce((sum, answer) => sum + answer.tokens, 0);
  return json(200, {
    id: writing.id,
    object: 'text_completion',
    created: writing.created,
    model: writing.model,
    choices: answers.map((answer, index) => ({
      index,
      text: `${echoOf(request, prompts[index])}${answer.text}`,
      logprobs: null,
      finish_reason: answer.finish,
      stop_reason: answer.stopReason,
    })),
    system_fingerprint: FINGERPRINT,
    usage: usage(firstPromptTokens(prompts), output),
  });
}

async function* events(
  request: CompletionRequest,
  prompts: readonly Prompt[],
  writing: Writing,
): AsyncGenerator<string, void> {
  let output = 0;
  const head = {
    id: writing.id,
    object: 'text_completion',
    created: writing.created,
    model: writing.model,
    system_fingerprint: FINGERPRINT,
  };
  const echoed = new Set<number>();
  for await (const { index, piece } of merged(prompts, writing)) {
    const end = piece.kind === 'end';
    const text = `${echoed.has(index) ? '' : echoOf(request, prompts[index])}${piece.kind === 'text' ? piece.text : ''}`;
    echoed.add(index);
    if (!end) output += 1;
    const reasons = end
      ? { finish_reason: piece.finish, stop_reason: piece.stopReason }
      : { finish_reason: null, stop_reason: null };
    yield sse({ ...head, choices: [{ index, text, logprobs: null, ...reasons }] });
  }
  if (request.stream_options?.include_usage === true) {
    yield sse({ ...head, choices: [], usage: usage(firstPromptTokens(prompts), output) });
  }
  yield 'data: [DONE]\n\n';
}

function echoOf(request: CompletionRequest, prompt: Prompt | undefined): string {
  return request.echo === true ? (prompt?.messages[0]?.text ?? '') : '';
}
