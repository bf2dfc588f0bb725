import { parseObject, isObject, numberOf, objectsOf, stringOf, type JsonObject } from '../json.ts';
import { readEvent } from '../events/event-stream.ts';
import { MARK, Through, type Mark } from '../flow.ts';

/** One chat chunk as other dialects need it. */
export interface ChatPiece {
  readonly text: string;
  readonly reasoning: string;
  readonly tools: readonly ToolPiece[];
  readonly finish: string | null;
}

export interface ToolPiece {
  readonly index: number;
  /** Only on the first piece of a call. */
  readonly id: string | null;
  readonly name: string | null;
  readonly args: string;
}

function readPiece(json: JsonObject): ChatPiece {
  const choice = objectsOf(json['choices'])[0] ?? {};
  const delta = isObject(choice['delta']) ? choice['delta'] : {};
  return {
    text: stringOf(delta['content']) ?? '',
    reasoning: stringOf(delta['reasoning_content']) ?? stringOf(delta['reasoning']) ?? '',
    tools: objectsOf(delta['tool_calls']).map((call) => {
      const fn: JsonObject = isObject(call['function']) ? call['function'] : {};
      return {
        index: numberOf(call['index']) ?? 0,
        id: stringOf(call['id']),
        name: stringOf(fn['name']),
        args: stringOf(fn['arguments']) ?? '',
      };
    }),
    finish: stringOf(choice['finish_reason']),
  };
}

/** Turns the chat events of a model server into another dialect's, event by event. */
export abstract class ChatTranslator extends Through {
  protected usage: JsonObject = {};

  protected abstract onPiece(piece: ChatPiece): void;
  /** The chat answer is complete, usage included. */
  protected abstract onDone(): void;

  override data(chunk: Buffer, mark: Mark): void {
    if (mark === MARK.done) {
      this.onDone();
      return;
    }
    let from = 0;
    while (from < chunk.length) {
      const at = chunk.indexOf('\n\n', from, 'latin1');
      const end = at < 0 ? chunk.length : at + 2;
      const json = parseObject(readEvent(chunk.subarray(from, end))?.data ?? '');
      from = end;
      if (json === null) continue;
      if (mark === MARK.usage && isObject(json['usage'])) this.usage = json['usage'];
      else this.onPiece(readPiece(json));
    }
  }

  protected emit(bytes: Buffer): void {
    this.sink.data(bytes, MARK.events);
  }
}

/** A whole chat answer's message and usage. */
export function readWhole(json: JsonObject): {
  readonly message: JsonObject;
  readonly finish: string | null;
  readonly usage: JsonObject;
} {
  const choice = objectsOf(json['choices'])[0] ?? {};
  return {
    message: isObject(choice['message']) ? choice['message'] : {},
    finish: stringOf(choice['finish_reason']),
    usage: isObject(json['usage']) ? json['usage'] : {},
  };
}

export function cachedTokens(usage: JsonObject): number {
  const details = usage['prompt_tokens_details'];
  return isObject(details) ? (numberOf(details['cached_tokens']) ?? 0) : 0;
}
