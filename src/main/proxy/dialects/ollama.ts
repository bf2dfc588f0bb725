import type { Flow } from '../flow.ts';
import { isObject, numberOf, objectsOf, parseObject, stringOf, type JsonObject } from '../json.ts';
import { kept } from './anthropic-request.ts';
import { ChatTranslator, readWhole, type ChatPiece, type ToolPiece } from './chat-reader.ts';

/** Ollama's own dialect over chat: requests in, NDJSON lines or one object out. */
export type OllamaRoute = 'ollama_chat' | 'ollama_generate';

const OPTIONS = {
  temperature: 'temperature',
  top_p: 'top_p',
  top_k: 'top_k',
  min_p: 'min_p',
  seed: 'seed',
  stop: 'stop',
  num_predict: 'max_tokens',
  presence_penalty: 'presence_penalty',
  frequency_penalty: 'frequency_penalty',
};

/** An Ollama chat or generate request as a chat request. */
export function ollamaToChat(route: OllamaRoute, json: JsonObject, stream: boolean): JsonObject {
  const options = isObject(json['options']) ? kept(json['options'], OPTIONS) : {};
  // -1 means "until the model stops", which is what leaving it out means elsewhere.
  const unlimited = (numberOf(options['max_tokens']) ?? 1) < 0;
  const { max_tokens: most, ...rest } = options;
  return {
    model: json['model'],
    messages: route === 'ollama_chat' ? chatMessages(json) : promptMessages(json),
    stream,
    ...rest,
    ...(most === undefined || unlimited ? {} : { max_tokens: most }),
    ...(Array.isArray(json['tools']) && json['tools'].length > 0 ? { tools: json['tools'] } : {}),
    ...responseFormat(json['format']),
  };
}

function responseFormat(format: unknown): JsonObject {
  if (format === 'json') return { response_format: { type: 'json_object' } };
  if (!isObject(format)) return {};
  return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: format } } };
}

function promptMessages(json: JsonObject): readonly JsonObject[] {
  const system = stringOf(json['system']);
  return [
    ...(system === null || system === '' ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: withImages(stringOf(json['prompt']) ?? '', json['images']) },
  ];
}

/** Ollama's tool calls have no ids and object arguments; ids are made from their place, results follow in order. */
function chatMessages(json: JsonObject): readonly JsonObject[] {
  let calls = 0;
  let answered = 0;
  return objectsOf(json['messages']).map((message) => {
    const content = withImages(stringOf(message['content']) ?? '', message['images']);
    if (message['role'] === 'tool') {
      return {
        role: 'tool',
        tool_call_id: stringOf(message['tool_call_id']) ?? `call_${answered++}`,
        content,
      };
    }
    const tools = objectsOf(message['tool_calls']).map((call) => {
      const fn: JsonObject = isObject(call['function']) ? call['function'] : {};
      const id = stringOf(call['id']) ?? `call_${calls++}`;
      return {
        id,
        type: 'function',
        function: { name: fn['name'], arguments: JSON.stringify(fn['arguments'] ?? {}) },
      };
    });
    return { role: message['role'], content, ...(tools.length > 0 ? { tool_calls: tools } : {}) };
  });
}

function withImages(text: string, images: unknown): unknown {
  const found = Array.isArray(images) ? images.filter((image) => typeof image === 'string') : [];
  if (found.length === 0) return text;
  const parts = found.map((image) => ({
    type: 'image_url',
    image_url: { url: `data:image/png;base64,${image}` },
  }));
  return [{ type: 'text', text }, ...parts];
}

export interface OllamaIdentity {
  readonly route: OllamaRoute;
  readonly model: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly elapsedMs: () => number;
}

/** A whole chat answer as Ollama's one object. */
export function chatToOllama(json: JsonObject, identity: OllamaIdentity): JsonObject {
  const { message, finish, usage } = readWhole(json);
  const text = stringOf(message['content']) ?? '';
  const tools = objectsOf(message['tool_calls']).map((call) => {
    const fn: JsonObject = isObject(call['function']) ? call['function'] : {};
    return ollamaCall(stringOf(fn['name']) ?? '', stringOf(fn['arguments']) ?? '');
  });
  return {
    ...line(identity, text, stringOf(message['reasoning_content']) ?? '', tools),
    ...ending(identity, finish, usage),
  };
}

function line(
  identity: OllamaIdentity,
  text: string,
  thinking: string,
  tools: readonly JsonObject[],
): JsonObject {
  const { model, createdAt } = identity;
  const head = { model, created_at: createdAt };
  const thought = thinking === '' ? {} : { thinking };
  if (identity.route === 'ollama_generate') return { ...head, response: text, ...thought, done: false };
  const calls = tools.length === 0 ? {} : { tool_calls: tools };
  return { ...head, message: { role: 'assistant', content: text, ...thought, ...calls }, done: false };
}

function ending(identity: OllamaIdentity, finish: string | null, usage: JsonObject): JsonObject {
  const total = Math.round(identity.elapsedMs() * 1e6);
  return {
    done: true,
    done_reason: finish === 'length' ? 'length' : 'stop',
    total_duration: total,
    load_duration: 0,
    prompt_eval_count: numberOf(usage['prompt_tokens']) ?? 0,
    prompt_eval_duration: 0,
    eval_count: numberOf(usage['completion_tokens']) ?? 0,
    eval_duration: total,
  };
}

function ollamaCall(name: string, args: string): JsonObject {
  return { function: { name, arguments: parseObject(args === '' ? '{}' : args) ?? {} } };
}

/** Chat events as Ollama's lines. Tool calls come whole there, so they wait until their arguments are complete. */
export class OllamaLines extends ChatTranslator {
  readonly #identity: OllamaIdentity;
  readonly #tools = new Map<number, { name: string; args: string }>();
  #finish: string | null = null;

  constructor(source: Flow, identity: OllamaIdentity) {
    super(source);
    this.#identity = identity;
  }

  protected onPiece(piece: ChatPiece): void {
    for (const tool of piece.tools) this.#collect(tool);
    if (piece.text !== '' || piece.reasoning !== '') {
      this.#send(line(this.#identity, piece.text, piece.reasoning, []));
    }
    this.#finish = piece.finish ?? this.#finish;
  }

  protected onDone(): void {
    const calls = Array.from(this.#tools.values()).map(({ name, args }) => ollamaCall(name, args));
    if (calls.length > 0) this.#send(line(this.#identity, '', '', calls));
    this.#send({ ...line(this.#identity, '', '', []), ...ending(this.#identity, this.#finish, this.usage) });
  }

  #collect(tool: ToolPiece): void {
    const known = this.#tools.get(tool.index) ?? { name: '', args: '' };
    this.#tools.set(tool.index, { name: known.name + (tool.name ?? ''), args: known.args + tool.args });
  }

  #send(json: JsonObject): void {
    this.emit(Buffer.from(`${JSON.stringify(json)}\n`));
  }
}
