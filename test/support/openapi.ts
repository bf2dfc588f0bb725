import { readFileSync } from 'node:fs';
import { Judge, object, type Json } from './openapi-judge.ts';

/**
 * RunPod's published contract as a judge: what the client sends and what the sandbox answers are both held against
 * resources/runpod/openapi.v2.json. Every function returns a list of problems; an empty list means "conforms".
 */

export interface SentRequest {
  readonly method: string;
  /** Absolute URL or path with query; the path starts with `/v2`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The parsed JSON body; undefined when none was sent. */
  readonly body?: unknown;
}

export interface GivenResponse {
  readonly method: string;
  /** Path of the request this answers, with or without query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, the raw text of an event stream, or undefined/null/'' for no body. */
  readonly body?: unknown;
}

interface Operation {
  readonly method: string;
  /** The template, e.g. `/v2/pods/{id}`. */
  readonly path: string;
  readonly operationId: string;
}

export interface OpenApiContract {
  readonly operations: readonly Operation[];
  validateRequest(request: SentRequest): string[];
  validateResponse(response: GivenResponse): string[];
  /** Judges a value against one named component schema, e.g. `Pod`. */
  validateSchema(name: string, value: unknown): string[];
}

const DOCUMENT = new URL('../../resources/runpod/openapi.v2.json', import.meta.url);

let shared: OpenApiContract | undefined;

/** The contract, compiled once a process. */
export function openApiContract(): OpenApiContract {
  shared ??= new Contract(object(JSON.parse(readFileSync(DOCUMENT, 'utf8')), 'document'));
  return shared;
}

export function validateRequest(request: SentRequest): string[] {
  return openApiContract().validateRequest(request);
}

export function validateResponse(response: GivenResponse): string[] {
  return openApiContract().validateResponse(response);
}

class Contract implements OpenApiContract {
  readonly operations: readonly Operation[];
  readonly #document: Json;
  readonly #judge: Judge;

  constructor(document: Json) {
    this.#document = document;
    this.#judge = new Judge(document);
    this.operations = Object.entries(object(document['paths'], 'paths')).flatMap(([path, item]) =>
      Object.entries(object(item, path))
        .filter(([verb]) => verb !== 'parameters')
        .map(([verb, operation]) => ({
          method: verb.toUpperCase(),
          path,
          operationId: String(object(operation, path)['operationId']),
        })),
    );
  }

  validateSchema(name: string, value: unknown): string[] {
    return this.#judge.check(['components', 'schemas', name], value, name);
  }

  validateRequest(request: SentRequest): string[] {
    const url = new URL(request.url, 'http://contract.invalid');
    const operation = this.#find(request.method, url.pathname);
    if (operation === null) return [`${request.method} ${url.pathname} is not in the document`];
    return [
      ...this.#checkQuery(operation, url.searchParams),
      ...this.#checkRequestBody(operation, request.body),
    ];
  }

  validateResponse(response: GivenResponse): string[] {
    const { pathname } = new URL(response.path, 'http://contract.invalid');
    const operation = this.#find(response.method, pathname);
    if (operation === null) return [`${response.method} ${pathname} is not in the document`];
    const pointer = ['paths', operation.path, operation.method.toLowerCase(), 'responses'];
    const declared = object(at(this.#document, pointer), 'responses');
    const key = String(response.status) in declared ? String(response.status) : 'default';
    if (!(key in declared) || (key === 'default' && response.status < 400)) {
      return [`${operation.operationId} does not answer ${response.status}`];
    }
    const [answer, answerPointer] = this.#resolve([...pointer, key]);
    return [
      ...this.#checkHeaders(answer, answerPointer, lowerKeys(response.headers)),
      ...this.#checkResponseBody(answer, answerPointer, response),
    ];
  }

  /** Literal segments win over parameters: /registries/delegations is not a registry id. */
  #find(method: string, pathname: string): Operation | null {
    const matches = this.operations.filter(
      (operation) =>
        operation.method === method.toUpperCase() && templateRegExp(operation.path).test(pathname),
    );
    matches.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
    return matches[0] ?? null;
  }

  #checkQuery(operation: Operation, query: URLSearchParams): string[] {
    const parameters = this.#parameters(operation).filter(([parameter]) => parameter['in'] === 'query');
    const known = new Map(parameters.map((entry) => [String(entry[0]['name']), entry]));
    const problems: string[] = [];
    for (const name of new Set(query.keys())) {
      const entry = known.get(name);
      if (entry === undefined) {
        problems.push(`query "${name}" is unknown to ${operation.operationId}`);
        continue;
      }
      const [parameter, pointer] = entry;
      const [schema] = this.#resolve([...pointer, 'schema']);
      const value = queryValue(query.getAll(name), schema, parameter['explode'] !== false);
      problems.push(...this.#judge.check([...pointer, 'schema'], value, `query ${name}`));
    }
    for (const [name, [parameter]] of known) {
      if (parameter['required'] === true && !query.has(name)) problems.push(`query "${name}" is missing`);
    }
    return problems;
  }

  #checkRequestBody(operation: Operation, body: unknown): string[] {
    const pointer = ['paths', operation.path, operation.method.toLowerCase(), 'requestBody'];
    const declared = at(this.#document, pointer);
    if (declared === undefined) {
      return body === undefined ? [] : [`${operation.operationId} takes no body`];
    }
    if (body === undefined) {
      return object(declared, 'requestBody')['required'] === true ? ['the body is missing'] : [];
    }
    return this.#judge.check([...pointer, 'content', 'application/json', 'schema'], body, 'body');
  }

  #checkHeaders(answer: Json, pointer: string[], headers: Record<string, string>): string[] {
    const problems: string[] = [];
    for (const name of Object.keys(object(answer['headers'] ?? {}, 'headers'))) {
      const value = headers[name.toLowerCase()];
      if (value === undefined) continue;
      const [, headerPointer] = this.#resolve([...pointer, 'headers', name]);
      const [schema] = this.#resolve([...headerPointer, 'schema']);
      problems.push(...this.#judge.check([...headerPointer, 'schema'], scalar(value, schema), name));
    }
    for (const [name, grammar] of STRUCTURED_HEADERS) {
      const value = headers[name];
      if (value !== undefined && !grammar.test(value)) problems.push(`${name} "${value}" is malformed`);
    }
    return problems;
  }

  #checkResponseBody(answer: Json, pointer: string[], response: GivenResponse): string[] {
    const content = answer['content'];
    const empty = response.body === undefined || response.body === null || response.body === '';
    if (content === undefined) return empty ? [] : [`status ${response.status} has no body`];
    if (empty) return [`status ${response.status} lacks its body`];
    const type = (lowerKeys(response.headers)['content-type'] ?? '').split(';')[0]?.trim() ?? '';
    if (!(type in object(content, 'content'))) return [`content type "${type}" is not one of the document's`];
    if (type === 'text/event-stream') return checkLogFrames(response.body);
    return this.#judge.check([...pointer, 'content', type, 'schema'], response.body, 'body');
  }

  #parameters(operation: Operation): [Json, string[]][] {
    const item = ['paths', operation.path];
    return [item, [...item, operation.method.toLowerCase()]].flatMap((owner) => {
      const list = at(this.#document, [...owner, 'parameters']);
      return Array.isArray(list)
        ? list.map((_, index) => this.#resolve([...owner, 'parameters', String(index)]))
        : [];
    });
  }

  /** Follows `$ref`s; gives the object and the pointer where it really lives. */
  #resolve(pointer: string[]): [Json, string[]] {
    const value = object(at(this.#document, pointer), pointer.join('/'));
    const ref = value['$ref'];
    if (typeof ref !== 'string') return [value, pointer];
    return this.#resolve(ref.replace('#/', '').split('/').map(unescapePointer));
  }
}

const STRUCTURED_HEADERS: readonly [string, RegExp][] = [
  ['ratelimit', /^"\w+";r=\d+;t=\d+(?:, *"\w+";r=\d+;t=\d+)*$/],
  ['ratelimit-policy', /^"\w+";q=\d+;w=\d+(?:, *"\w+";q=\d+;w=\d+)*$/],
];

/** Each frame of a log stream carries an id and a JSON payload with source, line and ts (FACTS 2.9). */
function checkLogFrames(body: unknown): string[] {
  if (typeof body !== 'string') return ['an event stream is text'];
  const frames = body.split(/\r?\n\r?\n/).filter((frame) => /^data:/m.test(frame));
  return frames.flatMap((frame) => {
    if (!/^id: ?\S/m.test(frame)) return [`log frame without id: ${frame}`];
    const data: unknown = JSON.parse(/^data: ?(.*)$/m.exec(frame)?.[1] ?? 'null');
    const fields = object(data, 'frame');
    const missing = ['source', 'line', 'ts'].filter((name) => typeof fields[name] !== 'string');
    return missing.map((name) => `log frame without ${name}`);
  });
}

function queryValue(values: readonly string[], schema: Json, explode: boolean): unknown {
  if (schema['type'] === 'array') return explode ? values : values.flatMap((value) => value.split(','));
  return values.length === 1 ? scalar(values[0] ?? '', schema) : values;
}

function scalar(text: string, schema: Json): unknown {
  if ((schema['type'] === 'integer' || schema['type'] === 'number') && text !== '') return Number(text);
  if (schema['type'] === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true';
  return text;
}

function templateRegExp(template: string): RegExp {
  const source = template
    .split(/\{[^}]+\}/)
    .map((literal) => literal.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('[^/]+')}$`);
}

function at(root: unknown, pointer: readonly string[]): unknown {
  let value: unknown = root;
  for (const key of pointer) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function lowerKeys(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
}

function unescapePointer(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
