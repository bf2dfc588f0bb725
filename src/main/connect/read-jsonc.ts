import {
  createScanner,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { foundWords, lineAt, TextError } from './text-error.ts';

const DEEPEST = 64;

/** What the parser missed, in words. */
const MISSED: Readonly<Record<string, string>> = {
  PropertyNameExpected: 'expected a key in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected ":" after the key',
  CommaExpected: 'expected "," before what follows',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: 'expected the end of the file',
  UnexpectedEndOfComment: 'this comment has no end',
  UnexpectedEndOfString: 'this text has no closing quote on its line',
  UnexpectedEndOfNumber: 'this number is cut off',
  InvalidUnicode: 'this text holds a backslash that JSON does not know',
  InvalidEscapeCharacter: 'this text holds a backslash that JSON does not know',
  InvalidCharacter: 'this text holds a control character',
};

/**
 * Where everything stands in JSON with comments and trailing commas, as editors keep their settings in. A key that
 * stands twice in one object is refused: which of the two counts depends on the reader.
 * @param text without a byte order mark
 * @throws TextError
 */
export function readJsonc(text: string): Node {
  refuseDeep(text);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined) throw new TextError(wordsFor(first, text), lineAt(text, first.offset));
  if (root === undefined) throw new TextError('expected a value, found the end of the file', 1);
  refuseTwins(root, text);
  return root;
}

/** The plain value, with the prototypes that values of our own have. */
export function valueOf(node: Node): unknown {
  return structuredClone(getNodeValue(node));
}

/** Nothing but white space and comments. */
export function saysNothing(text: string): boolean {
  const scanner = createScanner(text, true);
  scanner.scan();
  return scanner.getTokenOffset() >= text.length;
}

/** Where the comma behind an element stands; null = there is none. */
export function commaAfter(text: string, node: Node): number | null {
  const scanner = createScanner(text, true);
  scanner.setPosition(node.offset + node.length);
  scanner.scan();
  const at = scanner.getTokenOffset();
  return text[at] === ',' ? at : null;
}

/** The parser calls itself at each level: a file of a million brackets would end it. */
function refuseDeep(text: string): void {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (;;) {
    scanner.scan();
    const first = text[scanner.getTokenOffset()];
    // The end has no character; behind a comment that is cut off it has a length all the same.
    if (first === undefined) return;
    if (first === '{' || first === '[') depth++;
    if (first === '}' || first === ']') depth--;
    if (depth > DEEPEST) {
      throw new TextError(`nested more than ${DEEPEST} deep`, lineAt(text, scanner.getTokenOffset()));
    }
  }
}

function refuseTwins(node: Node, text: string): void {
  const keys = new Set<string>();
  for (const child of node.children ?? []) {
    const [key] = child.type === 'property' ? (child.children ?? []) : [];
    if (key !== undefined) {
      const name = String(key.value);
      if (keys.has(name)) {
        throw new TextError(
          `the key ${JSON.stringify(name)} stands here a second time`,
          lineAt(text, key.offset),
        );
      }
      keys.add(name);
    }
    refuseTwins(child, text);
  }
}

function wordsFor({ error, offset }: ParseError, text: string): string {
  const word = /^(?:[\w.+-]+|.)/su.exec(text.slice(offset, offset + 40))?.[0];
  const found = word === undefined ? 'the end of the file' : foundWords(JSON.stringify(word));
  const missed = MISSED[printParseErrorCode(error)];
  return missed === undefined ? `${found} does not belong here` : `${missed}, found ${found}`;
}
