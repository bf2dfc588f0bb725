import { MARK, type Piece } from '../flow.ts';
import { isObject, numberOf, objectsOf, stringOf, type JsonObject } from '../json.ts';
import type { DialectName } from '../routes.ts';
import { DONE_EVENT, dataEvent, namedEvent } from './event-stream.ts';

/**
 * The events of an answer that came whole although a stream was asked for: some servers ignore `stream`, and SDKs would
 * take the JSON for an empty stream (PROXY-TRAPS 1).
 */
export function disassemble(dialect: DialectName, json: JsonObject): readonly Piece[] {
  switch (dialect) {
    case 'responses':
      return responseEvents(json);
    case 'messages':
      return messageEvents(json);
    case 'completions':
      return choiceEvents(json, 'text_completion');
    case 'chat':
    case 'ollama':
    case 'plain':
      return choiceEvents(json, 'chat.completion.chunk');
  }
}

const event = (chunk: Buffer): Piece => ({ chunk, mark: MARK.events });

function choiceEvents(json: JsonObject, object: string): readonly Piece[] {
  const { choices: _choices, usage, object: _object, ...top } = json;
  const pieces: Piece[] = [];
  for (const choice of objectsOf(json['choices'])) {
    const { message, finish_reason: reason, ...rest } = choice;
    const delta = isObject(message) ? { delta: withIndexedTools(message) } : {};
    pieces.push(
      event(dataEvent({ ...top, object, choices: [{ ...rest, ...delta, finish_reason: null }] })),
      event(
        dataEvent({
          ...top,
          object,
          choices: [
            {
              index: numberOf(choice['index']) ?? 0,
              ...(isObject(message) ? { delta: {} } : { text: '' }),
              finish_reason: reason ?? 'stop',
            },
          ],
        }),
      ),
    );
  }
  if (isObject(usage)) {
    pieces.push({ chunk: dataEvent({ ...top, object, choices: [], usage }), mark: MARK.usage });
  }
  return [...pieces, { chunk: DONE_EVENT, mark: MARK.done }];
}

function withIndexedTools(message: JsonObject): JsonObject {
  const tools = objectsOf(message['tool_calls']);
  if (tools.length === 0) return message;
  return { ...message, tool_calls: tools.map((call, index) => ({ index, ...call })) };
}

function responseEvents(response: JsonObject): readonly Piece[] {
  const status = stringOf(response['status']) ?? 'completed';
  const type = `response.${status}`;
  return [
    event(
      namedEvent('response.created', {
        type: 'response.created',
        sequence_number: 0,
        response: { ...response, status: 'in_progress', output: [], usage: null },
      }),
    ),
    event(namedEvent(type, { type, sequence_number: 1, response })),
  ];
}

/** Anthropic's sequence: message_start, each block with one delta, message_delta, message_stop. */
function messageEvents(message: JsonObject): readonly Piece[] {
  const usage = isObject(message['usage']) ? message['usage'] : {};
  const start = {
    ...message,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 0 },
  };
  const named = (type: string, fields: JsonObject): Piece => event(namedEvent(type, { type, ...fields }));
  const blocks = objectsOf(message['content']).flatMap((block, index) => [
    named('content_block_start', { index, content_block: emptyBlock(block) }),
    named('content_block_delta', { index, delta: wholeDelta(block) }),
    named('content_block_stop', { index }),
  ]);
  return [
    named('message_start', { message: start }),
    ...blocks,
    named('message_delta', {
      delta: {
        stop_reason: message['stop_reason'] ?? 'end_turn',
        stop_sequence: message['stop_sequence'] ?? null,
      },
      usage,
    }),
    named('message_stop', {}),
  ];
}

function emptyBlock(block: JsonObject): JsonObject {
  if (block['type'] === 'tool_use') return { ...block, input: {} };
  if (block['type'] === 'thinking') return { ...block, thinking: '' };
  return { ...block, text: '' };
}

function wholeDelta(block: JsonObject): JsonObject {
  if (block['type'] === 'tool_use') {
    return { type: 'input_json_delta', partial_json: JSON.stringify(block['input'] ?? {}) };
  }
  if (block['type'] === 'thinking') return { type: 'thinking_delta', thinking: block['thinking'] ?? '' };
  return { type: 'text_delta', text: block['text'] ?? '' };
}
