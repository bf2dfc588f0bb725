import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';

export type Json = Record<string, unknown>;

/** ajv-formats is CommonJS; its function sits under `default` when imported as a module. */
const addFormats = addFormatsModule.default;

/**
 * Ajv with the document's quirks handled (FACTS 0): a failing `if` beside `unevaluatedProperties` makes Ajv forget
 * which properties were evaluated, so every QUEUE endpoint and every pod made from a template would be refused. The
 * document is therefore compiled twice, once without conditionals and once without `unevaluatedProperties`; a value
 * must please both, which is the same as pleasing the original because no `then` names a property of its own.
 * `requestUrls` are `format: uri` with `{job_id}` inside, and log ids are `date-time` with a counter behind.
 */
export class Judge {
  readonly #engines: readonly Ajv2020[];
  readonly #compiled = new Map<string, readonly ValidateFunction[]>();

  constructor(document: Json) {
    this.#engines = [['if', 'then', 'else'], ['unevaluatedProperties']].map((dropped) => {
      const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
      addFormats(ajv);
      ajv.addFormat('uri', (text: string) => URL.canParse(text));
      ajv.addSchema(object(withoutKeys(document, new Set(dropped)), 'document'), 'openapi');
      return ajv;
    });
  }

  check(pointer: readonly string[], value: unknown, label: string): string[] {
    const problems = this.#validators(pointer).flatMap((validate) =>
      validate(value) ? [] : (validate.errors ?? []).map((error) => describe(error, label)),
    );
    return [...new Set(problems)];
  }

  #validators(pointer: readonly string[]): readonly ValidateFunction[] {
    const ref = `openapi#/${pointer.map(escapePointer).join('/')}`;
    let validators = this.#compiled.get(ref);
    if (validators === undefined) {
      validators = this.#engines.map((ajv) => ajv.compile({ $ref: ref }));
      this.#compiled.set(ref, validators);
    }
    return validators;
  }
}

function describe(error: ErrorObject, label: string): string {
  const params = object(error.params, 'params');
  const extra = params['unevaluatedProperty'] ?? params['additionalProperty'] ?? params['allowedValues'];
  const hint = extra === undefined ? '' : ` (${JSON.stringify(extra)})`;
  return `${label}${error.instancePath} ${error.message ?? error.keyword}${hint}`;
}

function withoutKeys(value: unknown, dropped: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutKeys(item, dropped));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !dropped.has(key))
      .map(([key, item]) => [key, withoutKeys(item, dropped)]),
  );
}

/** Narrows, or says which part of the document is not an object. */
export function object(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${name} is not an object`);
  }
  return Object.fromEntries(Object.entries(value));
}

function escapePointer(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}
