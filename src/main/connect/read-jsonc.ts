import { lineAt, TextError } from './text-error.ts';

interface Span {
  /** First character, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/** One element of an object or array, with the comma behind it where there is one. */
export interface JsonMember {
  /** null in arrays. */
  readonly key: string | null;
  readonly start: number;
  readonly node: JsonNode;
  readonly commaAt: number | null;
}

export type JsonNode =
  | (Span & { readonly kind: 'object' | 'array'; readonly members: readonly JsonMember[] })
  | (Span & { readonly kind: 'scalar'; readonly value: string | number | boolean | null });

const DEEPEST = 64;

/**
 * Reads JSON with comments and trailing commas, as editors keep their settings in, and where everything stands. A key
 * that stands twice in one object is refused: which of the two counts depends on the reader.
 * @throws TextError
 */
export function readJsonc(text: string): JsonNode {
  return new Reader(text).readAll();
}

/** The plain value of what was read. */
export function valueOf(node: JsonNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'array') return node.members.map((member) => valueOf(member.node));
  return Object.fromEntries(node.members.map((member) => [member.key ?? '', valueOf(member.node)]));
}

class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith('\ufeff') ? 1 : 0;
  }

  readAll(): JsonNode {
    this.#space();
    const node = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail(`expected the end of the file, found ${this.#found()}`);
    return node;
  }

  #value(depth: number): JsonNode {
    if (depth > DEEPEST) this.#fail(`nested more than ${DEEPEST} deep`);
    const start = this.#at;
    switch (this.#text[start]) {
      case '{':
        return this.#container('object', '}', depth);
      case '[':
        return this.#container('array', ']', depth);
      case '"':
        return { kind: 'scalar', start, value: this.#string(), end: this.#at };
      default:
        return { kind: 'scalar', start, value: this.#word(), end: this.#at };
    }
  }

  #container(kind: 'object' | 'array', close: string, depth: number): JsonNode {
    const start = this.#at++;
    const members: JsonMember[] = [];
    const keys = new Set<string>();
    for (;;) {
      this.#space();
      if (this.#take(close)) return { kind, start, end: this.#at, members };
      if (members.length > 0 && members.at(-1)?.commaAt === null) {
        this.#fail(`expected "," or "${close}", found ${this.#found()}`);
      }
      const memberStart = this.#at;
      const key = kind === 'object' ? this.#key(keys) : null;
      const node = this.#value(depth + 1);
      this.#space();
      const commaAt = this.#text[this.#at] === ',' ? this.#at++ : null;
      members.push({ key, start: memberStart, node, commaAt });
    }
  }

  #key(keys: Set<string>): string {
    if (this.#text[this.#at] !== '"') this.#fail(`expected a key in double quotes, found ${this.#found()}`);
    const at = this.#at;
    const key = this.#string();
    if (keys.has(key)) this.#fail(`the key ${JSON.stringify(key)} stands here a second time`, at);
    keys.add(key);
    this.#space();
    if (!this.#take(':')) {
      this.#fail(`expected ":" after the key ${JSON.stringify(key)}, found ${this.#found()}`);
    }
    this.#space();
    return key;
  }

  #string(): string {
    const match = /"(?:[^"\\\n\r]|\\.)*"/y;
    match.lastIndex = this.#at;
    const found = match.exec(this.#text)?.[0];
    if (found === undefined) return this.#fail('this text has no closing quote on its line');
    try {
      const value = String(JSON.parse(found));
      this.#at += found.length;
      return value;
    } catch {
      return this.#fail('this text holds a backslash or control character that JSON does not know');
    }
  }

  #word(): number | boolean | null {
    const match = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
    match.lastIndex = this.#at;
    const found = match.exec(this.#text)?.[0];
    if (found === undefined) return this.#fail(`expected a value, found ${this.#found()}`);
    this.#at += found.length;
    if (found === 'null') return null;
    return found === 'true' || found === 'false' ? found === 'true' : Number(found);
  }

  #space(): void {
    const match = /(?:[ \t\r\n]|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
    match.lastIndex = this.#at;
    this.#at += match.exec(this.#text)?.[0].length ?? 0;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #found(): string {
    const word = /^(?:[\w.+-]+|.)/su.exec(this.#text.slice(this.#at, this.#at + 40))?.[0];
    return word === undefined ? 'the end of the file' : JSON.stringify(word.slice(0, 20));
  }

  #fail(message: string, at = this.#at): never {
    throw new TextError(message, lineAt(this.#text, at));
  }
}
