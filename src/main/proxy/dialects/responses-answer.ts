import { namedEvent } from '../events/event-stream.ts';
import type { Flow } from '../flow.ts';
import { isObject, numberOf, objectsOf, stringOf, type JsonObject } from '../json.ts';
import type { AnswerIdentity } from './anthropic-answer.ts';
import { cachedTokens, ChatTranslator, readWhole, type ChatPiece, type ToolPiece } from './chat-reader.ts';

/** A whole chat answer as a Responses object. */
export function chatToResponse(json: JsonObject, identity: AnswerIdentity): JsonObject {
  const { message, finish, usage } = readWhole(json);
  const text = stringOf(message['content']) ?? '';
  const calls = objectsOf(message['tool_calls']).map((call, i) => {
    const fn: JsonObject = isObject(call['function']) ? call['function'] : {};
    return callItem(identity, i, stringOf(call['id']), stringOf(fn['name']), stringOf(fn['arguments']) ?? '');
  });
  const output = [
    ...(text === '' && calls.length > 0 ? [] : [messageItem(identity, text, 'completed')]),
    ...calls,
  ];
  return responseObject(identity, finish === 'length' ? 'incomplete' : 'completed', output, usage);
}

function responseObject(
  { id, model, created }: AnswerIdentity,
  status: string,
  output: readonly JsonObject[],
  usage: JsonObject | null,
): JsonObject {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: created,
    status,
    model,
    output,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    metadata: {},
    usage: usage === null ? null : responsesUsage(usage),
  };
}

function responsesUsage(usage: JsonObject): JsonObject {
  const input = numberOf(usage['prompt_tokens']) ?? 0;
  const output = numberOf(usage['completion_tokens']) ?? 0;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cachedTokens(usage) },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}

function messageItem({ id }: AnswerIdentity, text: string, status: string): JsonObject {
  const content = status === 'completed' ? [textPart(text)] : [];
  return { id: `msg_${id}`, type: 'message', role: 'assistant', status, content };
}

const textPart = (text: string): JsonObject => ({ type: 'output_text', text, annotations: [] });

function callItem(
  { id }: AnswerIdentity,
  index: number,
  callId: string | null,
  name: string | null,
  args: string,
): JsonObject {
  return {
    id: `fc_${id}_${index}`,
    type: 'function_call',
    status: 'completed',
    call_id: callId ?? `call_${index}`,
    name: name ?? '',
    arguments: args,
  };
}

interface OpenCall {
  readonly callId: string | null;
  readonly name: string | null;
  args: string;
}

/** Chat events as the Responses dialect's: one message item, then one item per function call. */
export class ResponseEvents extends ChatTranslator {
  readonly #identity: AnswerIdentity;
  #sequence = 0;
  #begun = false;
  #text: string | null = null;
  #call: { readonly tool: number; readonly index: number; readonly open: OpenCall } | null = null;
  readonly #output: JsonObject[] = [];
  #finish: string | null = null;

  constructor(source: Flow, identity: AnswerIdentity) {
    super(source);
    this.#identity = identity;
  }

  protected onPiece(piece: ChatPiece): void {
    if (!this.#begun) {
      this.#begun = true;
      const response = responseObject(this.#identity, 'in_progress', [], null);
      this.#send('response.created', { response });
      this.#send('response.in_progress', { response });
    }
    if (piece.text !== '') this.#addText(piece.text);
    for (const tool of piece.tools) this.#addTool(tool);
    this.#finish = piece.finish ?? this.#finish;
  }

  protected onDone(): void {
    this.#closeText();
    this.#closeCall();
    const status = this.#finish === 'length' ? 'incomplete' : 'completed';
    const response = responseObject(this.#identity, status, this.#output, this.usage);
    this.#send(`response.${status}`, { response });
  }

  #addText(text: string): void {
    const at = { item_id: `msg_${this.#identity.id}`, output_index: this.#output.length, content_index: 0 };
    if (this.#text === null) {
      this.#closeCall();
      const item = messageItem(this.#identity, '', 'in_progress');
      this.#send('response.output_item.added', { output_index: this.#output.length, item });
      this.#send('response.content_part.added', { ...at, part: textPart('') });
      this.#text = '';
    }
    this.#text += text;
    this.#send('response.output_text.delta', { ...at, delta: text });
  }

  #closeText(): void {
    const text = this.#text;
    if (text === null) return;
    this.#text = null;
    const index = this.#output.length;
    const at = { item_id: `msg_${this.#identity.id}`, output_index: index, content_index: 0 };
    const item = messageItem(this.#identity, text, 'completed');
    this.#send('response.output_text.done', { ...at, text });
    this.#send('response.content_part.done', { ...at, part: textPart(text) });
    this.#send('response.output_item.done', { output_index: index, item });
    this.#output.push(item);
  }

  #addTool(tool: ToolPiece): void {
    if (this.#call?.tool !== tool.index) {
      this.#closeText();
      this.#closeCall();
      const open = { callId: tool.id, name: tool.name, args: '' };
      this.#call = { tool: tool.index, index: this.#output.length, open };
      const item = { ...this.#item(), status: 'in_progress' };
      this.#send('response.output_item.added', { output_index: this.#output.length, item });
    }
    if (tool.args === '' || this.#call === null) return;
    this.#call.open.args += tool.args;
    this.#send('response.function_call_arguments.delta', { ...this.#place(), delta: tool.args });
  }

  #closeCall(): void {
    if (this.#call === null) return;
    const item = this.#item();
    this.#send('response.function_call_arguments.done', {
      ...this.#place(),
      arguments: this.#call.open.args,
    });
    this.#send('response.output_item.done', { output_index: this.#call.index, item });
    this.#output.push(item);
    this.#call = null;
  }

  #item(): JsonObject {
    const index = this.#call?.index ?? 0;
    const open = this.#call?.open;
    return callItem(this.#identity, index, open?.callId ?? null, open?.name ?? null, open?.args ?? '');
  }

  #place(): JsonObject {
    const index = this.#call?.index ?? 0;
    return { item_id: `fc_${this.#identity.id}_${index}`, output_index: index };
  }

  #send(type: string, fields: JsonObject): void {
    this.emit(namedEvent(type, { type, sequence_number: this.#sequence++, ...fields }));
  }
}
