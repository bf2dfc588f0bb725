/** One place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

type JsonPath = readonly (string | number)[];

export interface JsonText {
  readonly value: unknown;
  /** Where a value stands (with `key`, where its key does); of a missing one, where its nearest parent does. */
  positionOf(path: JsonPath, what?: 'key' | 'value'): Position;
}

/** A text that is not JSON, with the place and a reason a person can act on. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly position: Position;

  constructor(message: string, position: Position) {
    super(message);
    this.position = position;
  }
}

const DEEPEST = 64;

/**
 * Reads JSON (RFC 8259) and remembers where everything stands, which `JSON.parse` does not. Stricter in one thing: a key
 * that stands twice in one object is refused, as one of the two would silently win.
 * @throws JsonSyntaxError
 */
export function readJsonText(text: string): JsonText {
  const reader = new Reader(text);
  const value = reader.readAll();
  return {
    value,
    positionOf: (path, what = 'value') => {
      for (let length = path.length; length >= 0; length--) {
        const place = reader.places.get(JSON.stringify(path.slice(0, length)));
        if (place === undefined) continue;
        const exact = length === path.length;
        return positionAt(text, exact && what === 'key' ? (place.key ?? place.value) : place.value);
      }
      return { line: 1, column: 1 };
    },
  };
}

interface Place {
  readonly key: number | null;
  readonly value: number;
}

class Reader {
  readonly places = new Map<string, Place>();
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith('\ufeff') ? 1 : 0;
  }

  readAll(): unknown {
    const value = this.#value([], null);
    this.#space();
    if (this.#at < this.#text.length) this.#fail(`expected the end of the file, found ${this.#found()}`);
    return value;
  }

  #value(path: JsonPath, key: number | null): unknown {
    this.#space();
    if (path.length > DEEPEST) this.#fail(`nested more than ${DEEPEST} deep`);
    this.places.set(JSON.stringify(path), { key, value: this.#at });
    const character = this.#text[this.#at];
    if (character === '{') return this.#object(path);
    if (character === '[') return this.#array(path);
    if (character === '"') return this.#string();
    return this.#word();
  }

  #object(path: JsonPath): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    this.#at++;
    this.#space();
    if (this.#take('}')) return {};
    do {
      this.#space();
      const keyAt = this.#at;
      if (this.#text[keyAt] !== '"') this.#fail(this.#keyProblem());
      const key = this.#string();
      if (entries.has(key)) this.#fail(`the key ${JSON.stringify(key)} stands here a second time`, keyAt);
      this.#space();
      if (!this.#take(':'))
        this.#fail(`expected ":" after the key ${JSON.stringify(key)}, found ${this.#found()}`);
      entries.set(key, this.#value([...path, key], keyAt));
      this.#space();
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail(`expected "," or "}", found ${this.#found()}`);
    // Defines own properties whatever the key, "__proto__" included.
    return Object.fromEntries(entries);
  }

  #array(path: JsonPath): unknown[] {
    const items: unknown[] = [];
    this.#at++;
    this.#space();
    if (this.#take(']')) return items;
    do {
      this.#space();
      if (this.#text[this.#at] === ']') this.#fail('a comma before "]" is not allowed in JSON');
      items.push(this.#value([...path, items.length], null));
      this.#space();
    } while (this.#take(','));
    if (!this.#take(']')) this.#fail(`expected "," or "]", found ${this.#found()}`);
    return items;
  }

  #string(): string {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length; at++) {
      const character = this.#text[at];
      if (character === '\\') at++;
      else if (character === '\n') break;
      else if (character === '"') {
        this.#at = at + 1;
        return this.#decoded(start);
      }
    }
    return this.#fail('this text has no closing quote on its line', start);
  }

  #decoded(start: number): string {
    try {
      return String(JSON.parse(this.#text.slice(start, this.#at)));
    } catch {
      return this.#fail('this text holds a backslash or control character that JSON does not know', start);
    }
  }

  #word(): unknown {
    const match = /[^\s,:[\]{}"]*/y;
    match.lastIndex = this.#at;
    const word = match.exec(this.#text)?.[0] ?? '';
    if (!/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(word)) {
      this.#fail(`expected a value, found ${this.#found()}`);
    }
    this.#at += word.length;
    return JSON.parse(word);
  }

  #keyProblem(): string {
    if (this.#text[this.#at] === '}') return 'a comma before "}" is not allowed in JSON';
    return `expected a key in double quotes, found ${this.#found()}`;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
    if (this.#text[this.#at] === '/' || this.#text[this.#at] === '#') {
      this.#fail('comments are not allowed in JSON');
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #found(): string {
    const rest = this.#text.slice(this.#at);
    if (rest === '') return 'the end of the file';
    const word = /^(?:[\w.+-]+|.)/su.exec(rest)?.[0] ?? '';
    return JSON.stringify(word.slice(0, 20));
  }

  #fail(message: string, at = this.#at): never {
    throw new JsonSyntaxError(message, positionAt(this.#text, at));
  }
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
