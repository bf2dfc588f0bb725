/** A repeatable hex string, so that the same image always has the same layers. */
export function digest(text: string, length: number): string {
  let hash = 0x811c9dc5;
  let out = '';
  for (let i = 0; out.length < length; i++) {
    for (const char of `${text}:${i}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    out += hash.toString(16).padStart(8, '0');
  }
  return out.slice(0, length);
}
