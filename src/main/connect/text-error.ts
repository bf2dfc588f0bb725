/** A client's file that cannot be understood, with the line (from 1) that a person has to look at. */
export class TextError extends Error {
  override readonly name = 'TextError';
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** Line (from 1) of an offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

const MOST_WORDS = 160;

/** A parser's words about what it found: the beginning of a quoted text tells enough, and all of it may be a key. */
export function foundWords(message: string): string {
  return message.slice(0, MOST_WORDS).replaceAll(/"([^"]{6})[^"]{3,}("|$)/g, '"$1…"');
}

/** Whatever is not ours has to stay: a form that a parser and its positions do not agree on is left alone. */
export function notKept(): TextError {
  return new TextError('what is not this app’s could not be kept as it is', 1);
}
