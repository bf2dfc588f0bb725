/** Words, word parts, marks and blanks: close to what tokenizers make of English and code (about 4 characters each). */
const PIECE = / ?[\p{L}\p{N}_]{1,7}|[^\S\n]*[^\s\p{L}\p{N}_]{1,2}|\s+/gu;

/** Cuts a text into token-like pieces; joined again they are the text. */
export function pieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}

export function countTokens(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(PIECE)) count++;
  return count;
}
