import { StringDecoder } from 'node:string_decoder';
import { AppError } from '../../shared/errors.ts';
import { Turns } from '../platform/turns.ts';

/** A line of Docker's is a few hundred bytes; one that never ends is not Docker's. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * The JSON values of a stream that holds one a line, whatever pieces it comes in: characters and lines may be cut anywhere.
 * @throws AppError docker_failed: a line is not JSON, or never ends
 */
export async function* readJsonLines(stream: AsyncIterable<unknown>): AsyncGenerator {
  const decoder = new StringDecoder('utf8');
  const turns = new Turns();
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const text = Buffer.isBuffer(chunk) ? decoder.write(chunk) : String(chunk);
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      pieces.push(text.slice(from, end));
      yield* parsed(pieces.join(''));
      await turns.passed();
      pieces = [];
      length = 0;
      from = end + 1;
    }
    if (from < text.length) pieces.push(text.slice(from));
    length += text.length - from;
    if (length > LONGEST_LINE) throw new AppError('docker_failed', 'Docker sent a line that does not end.');
  }
  yield* parsed(pieces.join('') + decoder.end());
}

function* parsed(line: string): Generator {
  if (line.trim() === '') return;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new AppError('docker_failed', `Docker sent a line that is not JSON: ${line.slice(0, 200)}`, {
      cause: error,
    });
  }
  yield value;
}
