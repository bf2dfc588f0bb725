import { z } from 'zod';
import { eventStream, json, type SimAnswer } from '../http/message.ts';
import type { Dialect } from './dialect.ts';
import { chatPrompts } from './dialect.ts';
import { collect, firstPromptTokens, sse, type Collected, type Writing } from './openai-chat.ts';
import type { Finish, Piece, Prompt } from './prompt.ts';
import type { ChatRequest } from './requests.ts';
import { countTokens } from './tokens.ts';
import { misfit, type VllmError } from './vllm-errors.ts';

const block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  content: z.unknown().optional(),
});
const content = z.union([z.string(), z.array(block)]);

const requestSchema = z.looseObject({
  model: z.string(),
  max_tokens: z.int().optional(),
  system: content.optional(),
  // As vLLM before it learned of system turns, and as templates that take them only first (vLLM issue 44000).
  messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant']), content })).min(1),
  tools: z.array(z.looseObject({ name: z.string(), input_schema: z.unknown().optional() })).optional(),
  tool_choice: z.looseObject({ type: z.string(), name: z.string().optional() }).optional(),
  stream: z.boolean().optional(),
  stop_sequences: z.array(z.string()).optional(),
  thinking: z.looseObject({ type: z.string() }).optional(),
});
type MessagesRequest = z.infer<typeof requestSchema>;

/** Anthropic's Messages, as vLLM serves them. */
export function anthropicMessages(body: unknown, dialect: Dialect): SimAnswer | Promise<SimAnswer> {
  const parsed = requestSchema.required({ max_tokens: true }).safeParse(body);
  if (!parsed.success) throw misfit(parsed.error);
  const request = parsed.data;
  const writing = dialect.writing('msg_', request.model);
  const prompts = chatPrompts(toChat(request), dialect);
  return request.stream === true ? eventStream(events(prompts, writing)) : plain(prompts, writing);
}

export function anthropicCount(body: unknown): SimAnswer {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) throw misfit(parsed.error);
  const { messages, tools } = toChat(parsed.data);
  return json(200, {
    input_tokens: countTokens(JSON.stringify(messages)) + countTokens(JSON.stringify(tools ?? '')),
  });
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
};

export function anthropicError(error: VllmError): SimAnswer {
  const type = TYPES[error.status] ?? 'api_error';
  return json(error.status, { type: 'error', error: { type, message: error.message } });
}

function toChat(request: MessagesRequest): ChatRequest {
  const system = request.system === undefined ? [] : [{ role: 'system', content: flat(request.system) }];
  return {
    model: request.model,
    messages: [
      ...system,
      ...request.messages.map((message) => ({ role: roleOf(message), content: flat(message.content) })),
    ],
    ...(request.max_tokens === undefined ? {} : { max_tokens: request.max_tokens }),
    ...(request.stop_sequences === undefined ? {} : { stop: request.stop_sequences }),
    tools: (request.tools ?? []).map((tool) => ({
      type: 'function',
      function: { name: tool.name, parameters: tool.input_schema },
    })),
    tool_choice: choiceOf(request),
    ...(request.thinking?.type === 'disabled' ? { chat_template_kwargs: { enable_thinking: false } } : {}),
  };
}

/** A user message that carries tool results speaks for the tool. */
function roleOf(message: MessagesRequest['messages'][number]): string {
  const results =
    typeof message.content !== 'string' && message.content.some((part) => part.type === 'tool_result');
  return results ? 'tool' : message.role;
}

function flat(value: z.infer<typeof content>): string {
  if (typeof value === 'string') return value;
  return value
    .map((part) => part.text ?? textIn(part.content) ?? JSON.stringify(part.input ?? ''))
    .join('\n');
}

function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const parsed = z.array(block).safeParse(value);
  return parsed.success ? parsed.data.map((part) => part.text ?? '').join('\n') : undefined;
}

function choiceOf(request: MessagesRequest): ChatRequest['tool_choice'] {
  const choice = request.tool_choice;
  if (choice?.type === 'any') return 'required';
  if (choice?.type === 'none') return 'none';
  if (choice?.type === 'tool' && choice.name !== undefined) return { function: { name: choice.name } };
  return undefined;
}

function stopReason(finish: Finish, stop: string | null): string {
  if (finish === 'tool_calls') return 'tool_use';
  if (finish === 'length') return 'max_tokens';
  return stop === null ? 'end_turn' : 'stop_sequence';
}

async function plain(prompts: readonly Prompt[], writing: Writing): Promise<SimAnswer> {
  const prompt = prompts[0];
  if (prompt === undefined) return json(200, {});
  const answer = await collect(writing.generate(prompt, writing.signal));
  return json(200, {
    id: writing.id,
    type: 'message',
    role: 'assistant',
    model: writing.model,
    content: contentOf(answer),
    stop_reason: stopReason(answer.finish, answer.stopReason),
    stop_sequence: answer.stopReason,
    usage: { input_tokens: firstPromptTokens(prompts), output_tokens: answer.tokens },
  });
}

function contentOf(answer: Collected): object[] {
  return [
    ...(answer.reasoning === '' ? [] : [{ type: 'thinking', thinking: answer.reasoning, signature: '' }]),
    ...(answer.text === '' ? [] : [{ type: 'text', text: answer.text }]),
    ...answer.calls.map((call) => {
      const input: unknown = JSON.parse(call.function.arguments);
      return { type: 'tool_use', id: call.id, name: call.function.name, input };
    }),
  ];
}

interface OpenBlock {
  readonly key: string;
  readonly index: number;
}

async function* events(prompts: readonly Prompt[], writing: Writing): AsyncGenerator<string, void> {
  const prompt = prompts[0];
  if (prompt === undefined) return;
  const input = firstPromptTokens(prompts);
  let output = 0;
  let open: OpenBlock | null = null;
  const emit = (type: string, fields: object): string => sse({ type, ...fields }, type);
  const message = { id: writing.id, type: 'message', role: 'assistant', content: [], model: writing.model };
  const usage = { input_tokens: input, output_tokens: 0 };
  yield emit('message_start', { message: { ...message, stop_reason: null, stop_sequence: null, usage } });
  for await (const piece of writing.generate(prompt, writing.signal)) {
    if (piece.kind === 'end') {
      if (open !== null) yield emit('content_block_stop', { index: open.index });
      yield emit('message_delta', {
        delta: { stop_reason: stopReason(piece.finish, piece.stopReason), stop_sequence: piece.stopReason },
        usage: { input_tokens: input, output_tokens: output },
      });
      continue;
    }
    output += 1;
    const key = blockKey(piece);
    if (open?.key !== key) {
      if (open !== null) yield emit('content_block_stop', { index: open.index });
      const next: OpenBlock = { key, index: open === null ? 0 : open.index + 1 };
      open = next;
      yield emit('content_block_start', { index: open.index, content_block: blockStart(piece) });
    }
    const delta = blockDelta(piece);
    if (delta !== null) yield emit('content_block_delta', { index: open.index, delta });
  }
  yield emit('message_stop', {});
}

function blockKey(piece: Exclude<Piece, { kind: 'end' }>): string {
  return piece.kind === 'tool' || piece.kind === 'arguments' ? `tool ${piece.index}` : piece.kind;
}

function blockStart(piece: Exclude<Piece, { kind: 'end' }>): object {
  if (piece.kind === 'tool') return { type: 'tool_use', id: piece.id, name: piece.name, input: {} };
  return piece.kind === 'reasoning'
    ? { type: 'thinking', thinking: '', signature: '' }
    : { type: 'text', text: '' };
}

function blockDelta(piece: Exclude<Piece, { kind: 'end' }>): object | null {
  switch (piece.kind) {
    case 'text':
      return { type: 'text_delta', text: piece.text };
    case 'reasoning':
      return { type: 'thinking_delta', thinking: piece.text };
    case 'arguments':
      return { type: 'input_json_delta', partial_json: piece.text };
    case 'tool':
      return null;
  }
}
