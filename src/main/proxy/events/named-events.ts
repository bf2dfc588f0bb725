import { AppError } from '../../../shared/errors.ts';
import { editJson, type Edit } from '../json-edit.ts';
import { isObject, parseObject, stringOf } from '../json.ts';
import { MARK, type Flow } from '../flow.ts';
import type { Trace } from '../trace.ts';
import { usageOf } from './chat-chunk.ts';
import { EventStream, readEvent, type EventFields } from './event-stream.ts';

/** What /v1/responses and /v1/messages call things: they have named events and ends of their own (trap 7). */
export interface NamedRules {
  /** Events that end an answer, well or badly. */
  readonly terminals: ReadonlySet<string>;
  /** The event that holds a `model`, and where. */
  readonly modelPath: readonly string[];
  /** Where usage stands, by event name. */
  readonly usageAt: (name: string, json: Record<string, unknown>) => unknown;
  readonly finishOf: (name: string, json: Record<string, unknown>) => string | null;
}

export const RESPONSES_RULES: NamedRules = {
  terminals: new Set(['response.completed', 'response.failed', 'response.incomplete', 'error']),
  modelPath: ['response', 'model'],
  usageAt: (_name, json) => (isObject(json['response']) ? json['response']['usage'] : undefined),
  finishOf: (name) => (name.startsWith('response.') ? name.slice('response.'.length) : name),
};

export const MESSAGES_RULES: NamedRules = {
  terminals: new Set(['message_stop', 'error']),
  modelPath: ['message', 'model'],
  usageAt: (_name, json) =>
    json['usage'] ?? (isObject(json['message']) ? json['message']['usage'] : undefined),
  finishOf: (_name, json) => (isObject(json['delta']) ? stringOf(json['delta']['stop_reason']) : null),
};

const REMARKABLE =
  /"(?:usage"\s*:\s*[^n\s]|stop_reason"\s*:\s*"|model"\s*:)|response\.(?:completed|failed|incomplete)|message_stop|event:\s*error|"error"|\n[^\nde]/;

/** Events of the Responses and Messages dialects: passed through byte for byte, metered, and checked for a real end. */
export class NamedEvents extends EventStream {
  readonly #rules: NamedRules;
  readonly #model: string;
  readonly #trace: Trace;
  readonly #targetName: string;
  readonly #now: () => number;
  #opening = true;

  constructor(
    source: Flow,
    rules: NamedRules,
    model: string,
    trace: Trace,
    targetName: string,
    now: () => number,
  ) {
    super(source);
    this.#rules = rules;
    this.#model = model;
    this.#trace = trace;
    this.#targetName = targetName;
    this.#now = now;
  }

  protected passes(text: string): boolean {
    if (this.#opening || REMARKABLE.test(text)) return false;
    this.#trace.contentEvents++;
    return /^(?:event|data):/.test(text);
  }

  protected onEvent(event: Buffer): void {
    const fields = readEvent(event);
    if (fields === null) return;
    if (fields.data.trim() === '[DONE]') return;
    const json = parseObject(fields.data);
    if (json === null) {
      this.breakOff(new AppError('upstream_failed', `${this.#targetName} sent an event that is not JSON.`));
      return;
    }
    const name = stringOf(json['type']) ?? fields.name ?? '';
    this.#meter(name, json);
    this.sink.data(this.#renamed(event, fields, json, name), MARK.events);
    if (this.#rules.terminals.has(name)) this.finish();
  }

  protected onEnd(): void {
    this.breakOff(
      new AppError('upstream_failed', `${this.#targetName} ended its answer before it was finished.`),
    );
  }

  #meter(name: string, json: Record<string, unknown>): void {
    const usage = usageOf(this.#rules.usageAt(name, json));
    if (usage !== null) {
      const before = this.#trace.usage;
      this.#trace.usage = {
        tokensIn: usage.tokensIn ?? before.tokensIn,
        tokensOut: usage.tokensOut ?? before.tokensOut,
        tokensCached: usage.tokensCached ?? before.tokensCached,
      };
    }
    if (name.includes('delta')) {
      this.#trace.contentEvents++;
      this.#trace.finishReason = this.#rules.finishOf(name, json) ?? this.#trace.finishReason;
      if (this.#opening && name !== 'message_delta') {
        this.#opening = false;
        this.#trace.firstToken(this.#now());
      }
    }
    if (name === 'error' || name === 'response.failed') {
      this.#trace.error ??= new AppError('upstream_failed', `${this.#targetName} failed while answering.`);
    }
  }

  #renamed(event: Buffer, fields: EventFields, json: Record<string, unknown>, name: string): Buffer {
    const [outer, inner] = this.#rules.modelPath;
    const holder = json[outer ?? ''];
    if (!isObject(holder) || inner === undefined) return event;
    if (typeof holder[inner] !== 'string' || holder[inner] === this.#model) return event;
    const edit: Edit = { path: this.#rules.modelPath, value: JSON.stringify(this.#model) };
    const edited = editJson(Buffer.from(fields.data), [edit]).toString('utf8');
    return Buffer.from(`event: ${fields.name ?? name}\ndata: ${edited}\n\n`);
  }
}
