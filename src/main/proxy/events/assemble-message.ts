import { AppError } from '../../../shared/errors.ts';
import { isObject, numberOf, parseObject, stringOf, type JsonObject } from '../json.ts';

/** Puts Anthropic's message events together (message_start, content blocks and their deltas, message_delta). */
export class MessageAssembler {
  #message: JsonObject | null = null;
  readonly #blocks = new Map<number, Record<string, unknown>>();
  readonly #inputs = new Map<number, string>();

  add(name: string | null, json: JsonObject): void {
    const index = numberOf(json['index']) ?? 0;
    if (name === 'message_start' && isObject(json['message'])) {
      this.#message = json['message'];
    } else if (name === 'content_block_start' && isObject(json['content_block'])) {
      this.#blocks.set(index, { ...json['content_block'] });
    } else if (name === 'content_block_delta' && isObject(json['delta'])) {
      this.#addDelta(index, json['delta']);
    } else if (name === 'message_delta') {
      this.#finish(json);
    }
  }

  result(): JsonObject {
    if (this.#message === null) {
      throw new AppError('upstream_failed', 'The model server ended its answer before it was finished.');
    }
    const content = Array.from(this.#blocks.entries())
      .sort(([a], [b]) => a - b)
      .map(([index, block]) => this.#withInput(index, block));
    return { ...this.#message, content };
  }

  #addDelta(index: number, delta: JsonObject): void {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    const partial = stringOf(delta['partial_json']);
    if (partial !== null) this.#inputs.set(index, (this.#inputs.get(index) ?? '') + partial);
    for (const key of ['text', 'thinking', 'signature']) {
      const piece = stringOf(delta[key]);
      if (piece !== null) block[key] = (stringOf(block[key]) ?? '') + piece;
    }
    if (isObject(delta['citation'])) {
      const before: unknown = block['citations'];
      block['citations'] = Array.isArray(before) ? [...before, delta['citation']] : [delta['citation']];
    }
  }

  #finish(json: JsonObject): void {
    const message = this.#message ?? {};
    const delta = isObject(json['delta']) ? json['delta'] : {};
    const before = isObject(message['usage']) ? message['usage'] : {};
    const usage = isObject(json['usage']) ? { ...before, ...json['usage'] } : before;
    this.#message = { ...message, ...delta, usage };
  }

  #withInput(index: number, block: Record<string, unknown>): JsonObject {
    const text = this.#inputs.get(index);
    if (text === undefined) return block;
    return { ...block, input: parseObject(text === '' ? '{}' : text) ?? {} };
  }
}
