import type { AppError } from '../../../shared/errors.ts';
import { EVENTS_TYPE } from '../call.ts';
import { namedEvent, readEvent } from '../events/event-stream.ts';
import { MARK, Through, type Flow, type Mark } from '../flow.ts';
import { isObject, parseObject, stringOf, type JsonObject } from '../json.ts';
import { errorText, responsesFailureCode } from './errors.ts';
import { COMMENT_BEAT, type Voice, type VoiceContext } from './voice.ts';

/**
 * The Responses dialect. Codex counts parsed events, so comments do not keep it: the stream opens with
 * `response.created`, repeats `response.in_progress`, and the model server's own opening is dropped and its id replaced,
 * so that all events speak of one response (CLIENTS 2.2.2).
 */
export class ResponsesVoice implements Voice {
  readonly beatMs = 15_000;
  readonly contentType = EVENTS_TYPE;
  readonly #context: VoiceContext;
  readonly #id: string;
  #sequence = 0;

  constructor(context: VoiceContext) {
    this.#context = context;
    this.#id = `resp_${context.requestId}`;
  }

  open(): Buffer {
    return this.#event('response.created', { response: this.#response('in_progress') });
  }
  beat(begun: boolean): Buffer {
    // Inside a running answer the model server's own numbering must not be disturbed.
    if (begun) return COMMENT_BEAT;
    return this.#event('response.in_progress', { response: this.#response('in_progress') });
  }
  adopt(flow: Flow): Flow {
    return new Adopted(flow, this.#id, () => this.#sequence++);
  }
  error(error: AppError): Buffer {
    const failure = { code: responsesFailureCode(error), message: errorText(error) };
    return this.#event('response.failed', { response: { ...this.#response('failed'), error: failure } });
  }

  #event(type: string, fields: JsonObject): Buffer {
    return namedEvent(type, { type, sequence_number: this.#sequence++, ...fields });
  }

  #response(status: string): JsonObject {
    return {
      id: this.#id,
      object: 'response',
      created_at: this.#context.created,
      status,
      model: this.#context.model,
      output: [],
      error: null,
      incomplete_details: null,
      usage: null,
    };
  }
}

/** The model server's events under the id and numbering that the client has already seen. */
class Adopted extends Through {
  readonly #id: string;
  readonly #next: () => number;

  constructor(source: Flow, id: string, next: () => number) {
    super(source);
    this.#id = id;
    this.#next = next;
  }

  override data(chunk: Buffer, _mark: Mark): void {
    let from = 0;
    while (from < chunk.length) {
      const at = chunk.indexOf('\n\n', from, 'latin1');
      const end = at < 0 ? chunk.length : at + 2;
      this.#event(chunk.subarray(from, end));
      from = end;
    }
  }

  #event(event: Buffer): void {
    const fields = readEvent(event);
    const json = fields === null ? null : parseObject(fields.data);
    if (json === null) return;
    const type = stringOf(json['type']) ?? '';
    if (type === 'response.created' || type === 'response.in_progress' || type === 'response.queued') return;
    const response = isObject(json['response']) ? { response: { ...json['response'], id: this.#id } } : {};
    const own = { ...json, ...response, sequence_number: this.#next() };
    this.sink.data(namedEvent(type, own), MARK.events);
  }
}
