import { isObject, objectsOf, stringOf, type JsonObject } from '../json.ts';

/** An Anthropic Messages request as a chat request, for model servers that know only chat. */
export function messagesToChat(json: JsonObject, stream: boolean): JsonObject {
  const system = textOf(json['system']);
  const tools = objectsOf(json['tools']).filter((tool) => isObject(tool['input_schema']));
  return {
    model: json['model'],
    messages: [
      ...(system === '' ? [] : [{ role: 'system', content: system }]),
      ...objectsOf(json['messages']).flatMap((message) => chatMessages(message)),
    ],
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    ...kept(json, { max_tokens: 'max_tokens', temperature: 'temperature', top_p: 'top_p', top_k: 'top_k' }),
    ...kept(json, { stop_sequences: 'stop' }),
    ...(tools.length > 0 ? { tools: tools.map((tool) => chatTool(tool)) } : {}),
    ...toolChoice(json['tool_choice'], tools.length > 0),
  };
}

/** Copies fields under their new names, where present. */
export function kept(json: JsonObject, names: Readonly<Record<string, string>>): JsonObject {
  const out: Record<string, unknown> = {};
  for (const [from, to] of Object.entries(names)) {
    if (json[from] !== undefined && json[from] !== null) out[to] = json[from];
  }
  return out;
}

function chatTool(tool: JsonObject): JsonObject {
  const { name, description, input_schema: parameters } = tool;
  return {
    type: 'function',
    function: { name, ...(description === undefined ? {} : { description }), parameters },
  };
}

function toolChoice(choice: unknown, hasTools: boolean): JsonObject {
  if (!isObject(choice) || !hasTools) return {};
  switch (choice['type']) {
    case 'any':
      return { tool_choice: 'required' };
    case 'none':
      return { tool_choice: 'none' };
    case 'tool':
      return { tool_choice: { type: 'function', function: { name: choice['name'] } } };
    default:
      return { tool_choice: 'auto' };
  }
}

function chatMessages(message: JsonObject): readonly JsonObject[] {
  const { role, content } = message;
  if (typeof content === 'string') return [{ role, content }];
  const blocks = objectsOf(content);
  return role === 'assistant' ? [assistantMessage(blocks)] : userMessages(blocks);
}

function assistantMessage(blocks: readonly JsonObject[]): JsonObject {
  const text = textOf(blocks);
  const calls = blocks
    .filter((block) => block['type'] === 'tool_use')
    .map((block) => ({
      id: block['id'],
      type: 'function',
      function: { name: block['name'], arguments: JSON.stringify(block['input'] ?? {}) },
    }));
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

/** Tool results are messages of their own, and must follow the call they answer: they go first. */
function userMessages(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const results = blocks
    .filter((block) => block['type'] === 'tool_result')
    .map((block) => ({
      role: 'tool',
      tool_call_id: block['tool_use_id'],
      content: textOf(block['content']),
    }));
  const parts = blocks.flatMap((block) => userPart(block));
  if (parts.length === 0) return results;
  const onlyText = parts.every((part) => part['type'] === 'text');
  const content = onlyText ? parts.map((part) => stringOf(part['text']) ?? '').join('\n') : parts;
  return [...results, { role: 'user', content }];
}

function userPart(block: JsonObject): readonly JsonObject[] {
  if (block['type'] === 'text') return [{ type: 'text', text: block['text'] ?? '' }];
  if (block['type'] !== 'image' || !isObject(block['source'])) return [];
  const { source } = block;
  const url =
    source['type'] === 'url'
      ? stringOf(source['url'])
      : `data:${stringOf(source['media_type']) ?? 'image/png'};base64,${stringOf(source['data']) ?? ''}`;
  return [{ type: 'image_url', image_url: { url } }];
}

/** The text of a string or of text blocks. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .filter((block) => typeof block['text'] === 'string')
    .map((block) => stringOf(block['text']) ?? '')
    .join('\n');
}
