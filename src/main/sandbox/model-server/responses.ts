import { z } from 'zod';
import { eventStream, json, type SimAnswer } from '../http/message.ts';
import { chatPrompts, type Dialect } from './dialect.ts';
import { collect, firstPromptTokens, sse, type Collected, type Writing } from './openai-chat.ts';
import type { Piece, Prompt } from './prompt.ts';
import { textOf, type ChatRequest } from './requests.ts';
import { misfit } from './vllm-errors.ts';

const item = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z
    .union([z.string(), z.array(z.looseObject({ type: z.string().optional(), text: z.string().optional() }))])
    .nullish(),
  output: z.unknown().optional(),
  name: z.string().optional(),
  arguments: z.string().optional(),
});

const requestSchema = z.looseObject({
  model: z.string().nullish(),
  input: z.union([z.string(), z.array(item)]),
  instructions: z.string().nullish(),
  tools: z
    .array(
      z.looseObject({ type: z.string(), name: z.string().optional(), parameters: z.unknown().optional() }),
    )
    .nullish(),
  tool_choice: z
    .union([z.enum(['none', 'auto', 'required']), z.looseObject({ name: z.string().optional() })])
    .nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: z.int().nullish(),
  text: z
    .looseObject({ format: z.looseObject({ type: z.string(), schema: z.unknown().optional() }).nullish() })
    .nullish(),
});
type ResponsesRequest = z.infer<typeof requestSchema>;

/** OpenAI's Responses, as vLLM serves them: text, reasoning and function calls; nothing is stored. */
export function responses(body: unknown, dialect: Dialect): SimAnswer | Promise<SimAnswer> {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) throw misfit(parsed.error);
  const request = parsed.data;
  const writing = dialect.writing('resp_', request.model);
  const prompts = chatPrompts(toChat(request), dialect);
  const prompt = prompts[0];
  if (prompt === undefined) return json(200, {});
  const writer = new ResponseWriter(request, prompt, writing);
  return request.stream === true ? eventStream(writer.events()) : writer.plain();
}

function toChat(request: ResponsesRequest): ChatRequest {
  const system =
    typeof request.instructions === 'string' ? [{ role: 'system', content: request.instructions }] : [];
  const turns =
    typeof request.input === 'string'
      ? [{ role: 'user', content: request.input }]
      : request.input.map((entry) => ({ role: roleOf(entry), content: itemText(entry) }));
  const format = request.text?.format;
  return {
    model: request.model,
    messages: [...system, ...turns],
    ...(typeof request.max_output_tokens === 'number' ? { max_tokens: request.max_output_tokens } : {}),
    tools: (request.tools ?? []).flatMap((tool) =>
      tool.type === 'function' && tool.name !== undefined
        ? [{ type: 'function', function: { name: tool.name, parameters: tool.parameters } }]
        : [],
    ),
    tool_choice: choiceOf(request),
    ...(format?.type === 'json_schema'
      ? { response_format: { type: 'json_schema', json_schema: { schema: format.schema } } }
      : format?.type === 'json_object'
        ? { response_format: { type: 'json_object' } }
        : {}),
  };
}

function roleOf(entry: z.infer<typeof item>): string {
  if (entry.type === 'function_call_output') return 'tool';
  return entry.type === 'function_call' ? 'assistant' : (entry.role ?? 'user');
}

function itemText(entry: z.infer<typeof item>): string {
  if (entry.type === 'function_call_output') {
    return typeof entry.output === 'string' ? entry.output : JSON.stringify(entry.output ?? '');
  }
  return entry.type === 'function_call'
    ? `${entry.name ?? ''}(${entry.arguments ?? ''})`
    : textOf(entry.content);
}

function choiceOf(request: ResponsesRequest): ChatRequest['tool_choice'] {
  const choice = request.tool_choice;
  if (typeof choice === 'string') return choice;
  return choice?.name === undefined ? undefined : { function: { name: choice.name } };
}

/** One output item while it is being written. */
interface OpenItem {
  readonly key: string;
  readonly id: string;
  readonly index: number;
  readonly call: { readonly id: string; readonly name: string } | null;
  text: string;
}

class ResponseWriter {
  readonly #request: ResponsesRequest;
  readonly #prompt: Prompt;
  readonly #writing: Writing;
  readonly #output: object[] = [];
  #sequence = 0;
  #tokens = 0;

  constructor(request: ResponsesRequest, prompt: Prompt, writing: Writing) {
    this.#request = request;
    this.#prompt = prompt;
    this.#writing = writing;
  }

  async plain(): Promise<SimAnswer> {
    const answer = await collect(this.#writing.generate(this.#prompt, this.#writing.signal));
    this.#tokens = answer.tokens;
    this.#output.push(...plainItems(this.#writing.id, answer));
    return json(200, this.#envelope(answer.finish === 'length' ? 'incomplete' : 'completed'));
  }

  async *events(): AsyncGenerator<string, void> {
    yield this.#event('response.created', { response: this.#envelope('in_progress') });
    yield this.#event('response.in_progress', { response: this.#envelope('in_progress') });
    let open: OpenItem | null = null;
    let status: 'completed' | 'incomplete' = 'completed';
    for await (const piece of this.#writing.generate(this.#prompt, this.#writing.signal)) {
      if (piece.kind === 'end') {
        if (piece.finish === 'length') status = 'incomplete';
        continue;
      }
      this.#tokens += 1;
      const key = piece.kind === 'tool' || piece.kind === 'arguments' ? `call ${piece.index}` : piece.kind;
      if (open?.key !== key) {
        if (open !== null) yield* this.#close(open);
        open = this.#openItem(key, piece);
        yield* this.#started(open);
      }
      if (piece.kind !== 'tool') yield this.#delta(open, piece.text);
    }
    if (open !== null) yield* this.#close(open);
    yield this.#event(`response.${status}`, { response: this.#envelope(status) });
  }

  #openItem(key: string, piece: Piece): OpenItem {
    const index = this.#output.length;
    const call = piece.kind === 'tool' ? { id: piece.id, name: piece.name } : null;
    const prefix = call === null ? (key === 'text' ? 'msg' : 'rs') : 'fc';
    return { key, id: `${prefix}_${this.#writing.id}_${index}`, index, call, text: '' };
  }

  *#started(open: OpenItem): Generator<string> {
    yield this.#event('response.output_item.added', {
      output_index: open.index,
      item: itemOf(open, 'in_progress'),
    });
    if (open.key === 'text')
      yield this.#event('response.content_part.added', { ...at(open), part: part('') });
  }

  #delta(open: OpenItem, text: string): string {
    open.text += text;
    return this.#event(`${eventName(open)}.delta`, {
      ...at(open),
      delta: text,
      ...(open.key === 'text' ? { logprobs: [] } : {}),
    });
  }

  *#close(open: OpenItem): Generator<string> {
    const done = open.call === null ? { text: open.text } : { arguments: open.text, name: open.call.name };
    yield this.#event(`${eventName(open)}.done`, { ...at(open), ...done });
    if (open.key === 'text')
      yield this.#event('response.content_part.done', { ...at(open), part: part(open.text) });
    const item = itemOf(open, 'completed');
    this.#output.push(item);
    yield this.#event('response.output_item.done', { output_index: open.index, item });
  }

  #event(type: string, fields: object): string {
    return sse({ type, sequence_number: this.#sequence++, ...fields }, type);
  }

  #envelope(status: 'in_progress' | 'completed' | 'incomplete'): object {
    const input = firstPromptTokens([this.#prompt]);
    const usage = {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: this.#tokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + this.#tokens,
    };
    return {
      id: this.#writing.id,
      object: 'response',
      created_at: this.#writing.created,
      status,
      model: this.#writing.model,
      error: null,
      incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
      instructions: this.#request.instructions ?? null,
      metadata: null,
      output: [...this.#output],
      parallel_tool_calls: true,
      tool_choice: this.#request.tool_choice ?? 'auto',
      tools: this.#request.tools ?? [],
      usage: status === 'in_progress' ? null : usage,
    };
  }
}

function at(open: OpenItem): object {
  const place = { item_id: open.id, output_index: open.index };
  return open.call === null ? { ...place, content_index: 0 } : place;
}

function eventName(open: OpenItem): string {
  if (open.call !== null) return 'response.function_call_arguments';
  return open.key === 'text' ? 'response.output_text' : 'response.reasoning_text';
}

function part(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function itemOf(open: OpenItem, status: 'in_progress' | 'completed'): object {
  if (open.call !== null) {
    const { id, name } = open.call;
    return { id: open.id, type: 'function_call', call_id: id, name, arguments: open.text, status };
  }
  if (open.key === 'reasoning') {
    const content = open.text === '' ? [] : [{ type: 'reasoning_text', text: open.text }];
    return { id: open.id, type: 'reasoning', summary: [], content, status };
  }
  const content = status === 'completed' ? [part(open.text)] : [];
  return { id: open.id, type: 'message', role: 'assistant', content, status };
}

function plainItems(id: string, answer: Collected): object[] {
  const drafts: Omit<OpenItem, 'id' | 'index'>[] = [
    ...(answer.reasoning === '' ? [] : [{ key: 'reasoning', call: null, text: answer.reasoning }]),
    ...(answer.text === '' ? [] : [{ key: 'text', call: null, text: answer.text }]),
    ...answer.calls.map((call, index) => ({
      key: `call ${index}`,
      call: { id: call.id, name: call.function.name },
      text: call.function.arguments,
    })),
  ];
  return drafts.map((draft, index) => itemOf({ ...draft, id: `item_${id}_${index}`, index }, 'completed'));
}
