/**
 * A body as UTF-8 text, read up to `mostBytes`; beyond that `tooLong` is thrown and the rest is given up, so that an
 * answer without end costs no memory. Errors of the body itself pass through.
 */
export async function boundedText(
  body: AsyncIterable<unknown> | null,
  mostBytes: number,
  tooLong: () => Error,
): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of body ?? []) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('A part of the body is not bytes.');
    bytes += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (bytes > mostBytes) throw tooLong();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
