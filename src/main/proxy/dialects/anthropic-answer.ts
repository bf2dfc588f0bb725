import { namedEvent } from '../events/event-stream.ts';
import type { Flow } from '../flow.ts';
import { isObject, numberOf, objectsOf, parseObject, stringOf, type JsonObject } from '../json.ts';
import { cachedTokens, ChatTranslator, readWhole, type ChatPiece, type ToolPiece } from './chat-reader.ts';

export interface AnswerIdentity {
  readonly id: string;
  readonly model: string;
  /** Wall-clock seconds. */
  readonly created: number;
}

/** A whole chat answer as an Anthropic message. */
export function chatToMessage(json: JsonObject, identity: AnswerIdentity): JsonObject {
  const { message, finish, usage } = readWhole(json);
  const reasoning = stringOf(message['reasoning_content']) ?? '';
  const text = stringOf(message['content']) ?? '';
  const calls = objectsOf(message['tool_calls']).map((call) => {
    const fn: JsonObject = isObject(call['function']) ? call['function'] : {};
    const input = parseObject(stringOf(fn['arguments']) ?? '') ?? {};
    return { type: 'tool_use', id: call['id'], name: fn['name'], input };
  });
  return {
    ...emptyMessage(identity),
    content: [
      ...(reasoning === '' ? [] : [{ type: 'thinking', thinking: reasoning, signature: '' }]),
      ...(text === '' && calls.length > 0 ? [] : [{ type: 'text', text }]),
      ...calls,
    ],
    stop_reason: stopReason(finish),
    usage: anthropicUsage(usage),
  };
}

function emptyMessage({ id, model }: AnswerIdentity): JsonObject {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 0, output_tokens: 0 },
  };
}

function stopReason(finish: string | null): string {
  if (finish === 'length') return 'max_tokens';
  if (finish === 'tool_calls' || finish === 'function_call') return 'tool_use';
  return finish === 'content_filter' ? 'refusal' : 'end_turn';
}

function anthropicUsage(usage: JsonObject): JsonObject {
  const cached = cachedTokens(usage);
  return {
    input_tokens: Math.max(0, (numberOf(usage['prompt_tokens']) ?? 0) - cached),
    output_tokens: numberOf(usage['completion_tokens']) ?? 0,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: 0,
  };
}

type BlockKind = 'text' | 'thinking' | 'tool_use';

/** Chat events as Anthropic's: blocks open and close around runs of text, thinking and tool calls. */
export class MessageEvents extends ChatTranslator {
  readonly #identity: AnswerIdentity;
  #begun = false;
  #block: { readonly kind: BlockKind; readonly tool: number | null } | null = null;
  #index = -1;
  #finish: string | null = null;

  constructor(source: Flow, identity: AnswerIdentity) {
    super(source);
    this.#identity = identity;
  }

  protected onPiece(piece: ChatPiece): void {
    if (!this.#begun) {
      this.#begun = true;
      this.#send('message_start', { message: emptyMessage(this.#identity) });
    }
    if (piece.reasoning !== '') {
      this.#open('thinking', null, { type: 'thinking', thinking: '', signature: '' });
      this.#delta({ type: 'thinking_delta', thinking: piece.reasoning });
    }
    if (piece.text !== '') {
      this.#open('text', null, { type: 'text', text: '' });
      this.#delta({ type: 'text_delta', text: piece.text });
    }
    for (const tool of piece.tools) this.#tool(tool);
    this.#finish = piece.finish ?? this.#finish;
  }

  protected onDone(): void {
    this.#close();
    const usage = anthropicUsage(this.usage);
    this.#send('message_delta', {
      delta: { stop_reason: stopReason(this.#finish), stop_sequence: null },
      usage,
    });
    this.#send('message_stop', {});
  }

  #tool(tool: ToolPiece): void {
    const block = {
      type: 'tool_use',
      id: tool.id ?? `toolu_${tool.index}`,
      name: tool.name ?? '',
      input: {},
    };
    this.#open('tool_use', tool.index, block);
    if (tool.args !== '') this.#delta({ type: 'input_json_delta', partial_json: tool.args });
  }

  #open(kind: BlockKind, tool: number | null, block: JsonObject): void {
    if (this.#block?.kind === kind && this.#block.tool === tool) return;
    this.#close();
    this.#block = { kind, tool };
    this.#index++;
    this.#send('content_block_start', { index: this.#index, content_block: block });
  }

  #close(): void {
    if (this.#block === null) return;
    this.#block = null;
    this.#send('content_block_stop', { index: this.#index });
  }

  #delta(delta: JsonObject): void {
    this.#send('content_block_delta', { index: this.#index, delta });
  }

  #send(type: string, fields: JsonObject): void {
    this.emit(namedEvent(type, { type, ...fields }));
  }
}
