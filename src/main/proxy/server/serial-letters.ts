const LETTERS = 26;
const A = 'a'.charCodeAt(0);

/**
 * A counter in letters. Request ids stand in error bodies, and OpenCode takes "429" or "500" anywhere in a body for a
 * reason to ask again and again, whatever the status: ids have no digits.
 */
export function serialLetters(count: number): string {
  let text = '';
  let left = count;
  do {
    text = String.fromCharCode(A + (left % LETTERS)) + text;
    left = Math.floor(left / LETTERS);
  } while (left > 0);
  return text;
}
