import { AppError } from '../../../shared/errors.ts';
import { isObject, objectsOf, stringOf, type JsonObject } from '../json.ts';
import { kept } from './anthropic-request.ts';

/**
 * A Responses request as a chat request. Tools other than functions are dropped, not refused: Codex always sends some.
 * @throws AppError unsupported for conversations kept at the server
 */
export function responsesToChat(json: JsonObject, stream: boolean): JsonObject {
  if (json['previous_response_id'] !== undefined && json['previous_response_id'] !== null) {
    throw new AppError('unsupported', 'This model server keeps no earlier responses.', {
      advice: 'Send the whole conversation as input.',
      details: { param: 'previous_response_id' },
    });
  }
  const instructions = stringOf(json['instructions']);
  const tools = objectsOf(json['tools']).filter((tool) => tool['type'] === 'function');
  return {
    model: json['model'],
    messages: [
      ...(instructions === null ? [] : [{ role: 'system', content: instructions }]),
      ...inputMessages(json['input']),
    ],
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    ...kept(json, { max_output_tokens: 'max_tokens', temperature: 'temperature', top_p: 'top_p' }),
    ...(tools.length > 0 ? { tools: tools.map((tool) => chatTool(tool)) } : {}),
    ...(tools.length > 0 ? kept(json, { parallel_tool_calls: 'parallel_tool_calls' }) : {}),
    ...toolChoice(json['tool_choice'], tools.length > 0),
    ...responseFormat(json['text']),
  };
}

function chatTool(tool: JsonObject): JsonObject {
  const { type: _type, ...fn } = tool;
  return { type: 'function', function: fn };
}

function toolChoice(choice: unknown, hasTools: boolean): JsonObject {
  if (!hasTools || choice === undefined || choice === null) return {};
  if (typeof choice === 'string') return { tool_choice: choice };
  const named = isObject(choice) && choice['type'] === 'function';
  return { tool_choice: named ? { type: 'function', function: { name: choice['name'] } } : 'auto' };
}

function responseFormat(text: unknown): JsonObject {
  const format = isObject(text) ? text['format'] : null;
  if (!isObject(format) || format['type'] === 'text') return {};
  if (format['type'] !== 'json_schema') return { response_format: format };
  const { type: _type, ...schema } = format;
  return { response_format: { type: 'json_schema', json_schema: schema } };
}

function inputMessages(input: unknown): readonly JsonObject[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  const messages: JsonObject[] = [];
  for (const item of objectsOf(input)) addItem(messages, item);
  return messages;
}

function addItem(messages: JsonObject[], item: JsonObject): void {
  switch (item['type']) {
    case 'function_call':
      addCall(messages, item);
      break;
    case 'function_call_output': {
      const { output } = item;
      const content = typeof output === 'string' ? output : JSON.stringify(output ?? '');
      messages.push({ role: 'tool', tool_call_id: item['call_id'], content });
      break;
    }
    case undefined:
    case 'message':
      messages.push({ role: chatRole(item['role']), content: messageContent(item['content']) });
      break;
    default: // Reasoning items and the like mean nothing to a chat server.
  }
}

/** Calls made together stand in one assistant message. */
function addCall(messages: JsonObject[], item: JsonObject): void {
  const call = {
    id: item['call_id'],
    type: 'function',
    function: { name: item['name'], arguments: item['arguments'] ?? '{}' },
  };
  const last = messages.at(-1);
  const calls = last?.['role'] === 'assistant' ? objectsOf(last['tool_calls']) : [];
  if (last?.['role'] === 'assistant')
    messages[messages.length - 1] = { ...last, tool_calls: [...calls, call] };
  else messages.push({ role: 'assistant', content: null, tool_calls: [call] });
}

function chatRole(role: unknown): unknown {
  return role === 'developer' ? 'system' : (role ?? 'user');
}

function messageContent(content: unknown): unknown {
  if (typeof content === 'string') return content;
  const parts = objectsOf(content);
  const images = parts.filter((part) => part['type'] === 'input_image');
  if (images.length === 0) return parts.map((part) => stringOf(part['text']) ?? '').join('');
  return parts.map((part) =>
    part['type'] === 'input_image'
      ? { type: 'image_url', image_url: { url: part['image_url'] } }
      : { type: 'text', text: stringOf(part['text']) ?? '' },
  );
}
