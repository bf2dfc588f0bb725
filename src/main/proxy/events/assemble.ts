import { AppError } from '../../../shared/errors.ts';
import { isObject, numberOf, objectsOf, parseObject, stringOf, type JsonObject } from '../json.ts';
import type { DialectName } from '../routes.ts';
import { readEvent } from './event-stream.ts';
import { MessageAssembler } from './assemble-message.ts';

/** Puts the events of one answer back together into the JSON a plain call expects. */
export interface Assembler {
  add(name: string | null, json: JsonObject): void;
  /** @throws AppError upstream_failed when the events hold no whole answer */
  result(): JsonObject;
}

export function assemblerFor(dialect: DialectName): Assembler {
  switch (dialect) {
    case 'responses':
      return new ResponseAssembler();
    case 'messages':
      return new MessageAssembler();
    case 'completions':
      return new ChoiceAssembler('text_completion');
    case 'chat':
    case 'ollama':
    case 'plain':
      return new ChoiceAssembler('chat.completion');
  }
}

/** Feeds a chunk of whole events to an assembler. */
export function addEvents(assembler: Assembler, chunk: Buffer): void {
  let from = 0;
  while (from < chunk.length) {
    const at = chunk.indexOf('\n\n', from, 'latin1');
    const end = at < 0 ? chunk.length : at + 2;
    const fields = readEvent(chunk.subarray(from, end));
    from = end;
    if (fields === null || fields.data === '[DONE]') continue;
    const json = parseObject(fields.data);
    if (json !== null) assembler.add(stringOf(json['type']) ?? fields.name, json);
  }
}

interface Choice {
  readonly index: number;
  message: Record<string, unknown>;
  text: string;
  rest: Record<string, unknown>;
  readonly tools: Map<number, Record<string, unknown>>;
}

/** Chat and completion chunks: texts are joined, tool calls by index, logprobs appended, unknown fields kept. */
class ChoiceAssembler implements Assembler {
  readonly #object: 'chat.completion' | 'text_completion';
  #top: Record<string, unknown> = {};
  readonly #choices = new Map<number, Choice>();

  constructor(object: 'chat.completion' | 'text_completion') {
    this.#object = object;
  }

  add(_name: string | null, json: JsonObject): void {
    const { choices, object: _object, ...top } = json;
    for (const [key, value] of Object.entries(top)) {
      if (value !== null && value !== undefined) this.#top[key] = value;
    }
    for (const raw of objectsOf(choices)) this.#addChoice(raw);
  }

  result(): JsonObject {
    const { usage, ...top } = this.#top;
    const choices = Array.from(this.#choices.values())
      .sort((a, b) => a.index - b.index)
      .map((choice) => (this.#object === 'text_completion' ? textOf(choice) : messageOf(choice)));
    return { ...top, object: this.#object, choices, ...(usage === undefined ? {} : { usage }) };
  }

  #addChoice(raw: JsonObject): void {
    const { index: rawIndex, delta, text, logprobs, ...rest } = raw;
    const index = numberOf(rawIndex) ?? 0;
    const choice = this.#choiceAt(index);
    choice.text += stringOf(text) ?? '';
    if (isObject(delta)) addDelta(choice, delta);
    if (isObject(logprobs)) choice.rest['logprobs'] = joinLists(choice.rest['logprobs'], logprobs);
    for (const [key, value] of Object.entries(rest)) {
      if (value === null || value === undefined) continue;
      const before = choice.rest[key];
      choice.rest[key] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    }
  }

  #choiceAt(index: number): Choice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const fresh: Choice = { index, message: {}, text: '', rest: {}, tools: new Map() };
    this.#choices.set(index, fresh);
    return fresh;
  }
}

/** Fields of a delta that are set once, not joined. */
const SET_ONCE = new Set(['role', 'name', 'id', 'type']);

function addDelta(choice: Choice, delta: JsonObject): void {
  for (const [key, value] of Object.entries(delta)) {
    if (key === 'tool_calls') {
      for (const call of objectsOf(value)) addToolDelta(choice.tools, call);
    } else if (value !== null && value !== undefined) {
      choice.message[key] = join(key, choice.message[key], value);
    }
  }
}

function join(key: string, before: unknown, value: unknown): unknown {
  if (before === undefined || SET_ONCE.has(key)) return value;
  if (typeof before === 'string' && typeof value === 'string') return before + value;
  if (Array.isArray(before) && Array.isArray(value)) return [...before, ...value];
  if (isObject(before) && isObject(value)) return joinObjects(before, value);
  return value;
}

function joinObjects(before: JsonObject, value: JsonObject): JsonObject {
  const joined: Record<string, unknown> = { ...before };
  for (const [key, part] of Object.entries(value)) joined[key] = join(key, joined[key], part);
  return joined;
}

function addToolDelta(tools: Map<number, Record<string, unknown>>, delta: JsonObject): void {
  const { index: rawIndex, ...call } = delta;
  const index = numberOf(rawIndex) ?? tools.size;
  const before = tools.get(index);
  tools.set(index, before === undefined ? { ...call } : { ...joinObjects(before, call) });
}

function joinLists(before: unknown, value: JsonObject): JsonObject {
  return isObject(before) ? joinObjects(before, value) : value;
}

function messageOf(choice: Choice): JsonObject {
  const tools = Array.from(choice.tools.entries())
    .sort(([a], [b]) => a - b)
    .map(([, call]) => call);
  const { logprobs, finish_reason: reason, ...rest } = choice.rest;
  return {
    index: choice.index,
    message: {
      role: 'assistant',
      content: null,
      ...choice.message,
      ...(tools.length > 0 ? { tool_calls: tools } : {}),
    },
    logprobs: logprobs ?? null,
    finish_reason: reason ?? null,
    ...rest,
  };
}

function textOf(choice: Choice): JsonObject {
  const { logprobs, finish_reason: reason, ...rest } = choice.rest;
  return {
    index: choice.index,
    text: choice.text,
    logprobs: logprobs ?? null,
    finish_reason: reason ?? null,
    ...rest,
  };
}

/** The terminal event of /v1/responses holds the whole answer. */
class ResponseAssembler implements Assembler {
  #response: JsonObject | null = null;

  add(name: string | null, json: JsonObject): void {
    const response = json['response'];
    if (!isObject(response) || name === null) return;
    if (/^response\.(?:completed|failed|incomplete)$/.test(name)) this.#response = response;
  }

  result(): JsonObject {
    if (this.#response !== null) return this.#response;
    throw new AppError('upstream_failed', 'The model server ended its answer before it was finished.');
  }
}
