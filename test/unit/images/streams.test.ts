import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BuildKitReader,
  ClassicReader,
  type BuildMessage,
  type ProgressReader,
} from '../../../src/main/images/build-progress.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { readJsonLines } from '../../../src/main/images/json-lines.ts';
import { encodeField, encodeVarint, fieldsOf } from '../../../src/main/images/protobuf.ts';
import { tarStream } from '../../../src/main/images/tar.ts';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
const read = (reader: ProgressReader, values: readonly unknown[]): BuildMessage[] =>
  values.flatMap((value, index) => reader.read(value, index * 1000));

describe('a stream of JSON lines', () => {
  it('is read the same wherever it is cut, inside characters too', async () => {
    const value = fc.record({ stream: fc.string({ unit: 'grapheme' }), n: fc.integer() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 8 }),
        fc.array(fc.nat(400), { maxLength: 12 }),
        async (values, cuts) => {
          const bytes = Buffer.from(values.map((each) => `${JSON.stringify(each)}\r\n`).join(''));
          const places = [
            0,
            ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b),
            bytes.length,
          ];
          const chunks = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
          expect(await all(readJsonLines(Readable.from(chunks)))).toEqual(values);
        },
      ),
    );
  });

  it('may end without a line break, and fails on what is not JSON', async () => {
    expect(await all(readJsonLines(Readable.from([Buffer.from('{"a":1}\n{"b":2}')])))).toEqual([
      { a: 1 },
      { b: 2 },
    ]);
    await expect(all(readJsonLines(Readable.from([Buffer.from('<html>')])))).rejects.toMatchObject({
      code: 'docker_failed',
    });
  });
});

describe("the classic builder's progress", () => {
  it('is steps with their state, output lines of their step, and the image at the end', () => {
    const messages = read(new ClassicReader(), [
      { stream: 'Step 1/2 : FROM x' },
      { stream: '\n' },
      { stream: ' ---> Using cache\n' },
      { stream: 'Step 2/2 : RUN y\n' },
      { stream: 'hel' },
      { stream: 'lo\nworld\n' },
      { aux: { ID: 'sha256:abc' } },
      { stream: 'Successfully built abc\n' },
    ]);
    expect(messages.filter(({ kind }) => kind === 'step')).toEqual([
      { kind: 'step', total: 2, step: { index: 1, name: 'FROM x', state: 'running', seconds: null } },
      { kind: 'step', total: 2, step: { index: 1, name: 'FROM x', state: 'cached', seconds: 2 } },
      { kind: 'step', total: 2, step: { index: 2, name: 'RUN y', state: 'running', seconds: null } },
      { kind: 'step', total: 2, step: { index: 2, name: 'RUN y', state: 'done', seconds: 3 } },
    ]);
    expect(messages).toContainEqual({ kind: 'log', step: 2, text: 'hello' });
    expect(messages).toContainEqual({ kind: 'image', id: 'sha256:abc' });
  });

  it('marks the step that was running as failed, and keeps an unfinished last line', () => {
    const messages = read(new ClassicReader(), [
      { stream: 'Step 1/1 : RUN y\n' },
      { stream: 'no line break' },
      { errorDetail: { message: 'exit code 1' }, error: 'exit code 1' },
    ]);
    expect(messages.slice(1)).toEqual([
      { kind: 'log', step: 1, text: 'no line break' },
      { kind: 'step', total: 1, step: { index: 1, name: 'RUN y', state: 'failed', seconds: 2 } },
      { kind: 'error', message: 'exit code 1' },
    ]);
  });

  it('sums the layers of a base that is pulled', () => {
    const messages = read(new ClassicReader(), [
      { id: 'a', progressDetail: { current: 5, total: 10 } },
      { id: 'b', progressDetail: { current: 20, total: 20 } },
      { id: 'c', status: 'Waiting', progressDetail: {} },
      'not a message',
    ]);
    expect(messages).toEqual([
      { kind: 'pull', doneBytes: 5, totalBytes: 10 },
      { kind: 'pull', doneBytes: 25, totalBytes: 30 },
    ]);
  });
});

describe("BuildKit's progress", () => {
  const number = (field: number, value: number): Buffer =>
    Buffer.concat([encodeVarint(field * 8), encodeVarint(value)]);
  const at = (seconds: number): Buffer => number(1, seconds);
  const vertex = (digest: string, name: string, more: Buffer[] = []): Buffer =>
    encodeField(1, Buffer.concat([encodeField(1, digest), encodeField(3, name), ...more]));
  const output = (digest: string, text: string): Buffer =>
    encodeField(3, Buffer.concat([encodeField(1, digest), encodeField(4, text)]));
  const trace = (...parts: Buffer[]): unknown => ({
    id: 'moby.buildkit.trace',
    aux: Buffer.concat(parts).toString('base64'),
  });

  it('is steps that run side by side, each with its own output', () => {
    const messages = read(new BuildKitReader(), [
      trace(vertex('i', '[internal] load build definition', [encodeField(5, at(1))])),
      trace(vertex('a', '[1/2] FROM x'), vertex('b', '[2/2] RUN y')),
      trace(vertex('a', '[1/2] FROM x', [number(4, 1), encodeField(5, at(10)), encodeField(6, at(10))])),
      trace(vertex('b', '[2/2] RUN y', [encodeField(5, at(11))]), output('b', 'one\ntw')),
      trace(output('b', 'o\nrest')),
      trace(vertex('b', '[2/2] RUN y', [encodeField(5, at(11)), encodeField(6, at(14))])),
      { id: 'moby.image.id', aux: { ID: 'sha256:def' } },
    ]);
    expect(messages).toEqual([
      { kind: 'step', total: 2, step: { index: 1, name: '[1/2] FROM x', state: 'cached', seconds: 0 } },
      { kind: 'step', total: 2, step: { index: 2, name: '[2/2] RUN y', state: 'running', seconds: null } },
      { kind: 'log', step: 2, text: 'one' },
      { kind: 'log', step: 2, text: 'two' },
      { kind: 'log', step: 2, text: 'rest' },
      { kind: 'step', total: 2, step: { index: 2, name: '[2/2] RUN y', state: 'done', seconds: 3 } },
      { kind: 'image', id: 'sha256:def' },
    ]);
  });

  it('fails loudly on a message that is cut', () => {
    const cut = vertex('a', 'name').subarray(0, 6);
    expect(() => read(new BuildKitReader(), [trace(cut)])).toThrow(/cannot be read/);
  });

  it('survives bytes of any kind by reading them or by refusing them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        let refusal: unknown = null;
        let read: number[] = [];
        try {
          read = [...fieldsOf(Buffer.from(bytes))].map(({ number }) => number);
        } catch (error) {
          refusal = error;
        }
        expect(read.every((number) => number >= 0)).toBe(true);
        expect(refusal === null || refusal instanceof AppError).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.nat(1000), fc.string(), (field, text) => {
        const [read] = [...fieldsOf(encodeField(field + 1, text))];
        expect(read).toEqual({ number: field + 1, value: Buffer.from(text) });
      }),
    );
  });
});

describe('an archive', () => {
  it('is the same bytes for the same files, whole blocks, with an end', async () => {
    const entries = [{ path: 'a.txt', size: 3, content: 'abc' }];
    const [one, two] = [
      Buffer.concat(await all(tarStream(entries))),
      Buffer.concat(await all(tarStream(entries))),
    ];
    expect(one.equals(two)).toBe(true);
    expect(one.length % 512).toBe(0);
    expect(one.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  });

  it('fails when a file is not as long as it was, shorter or longer', async () => {
    for (const text of ['ab', 'abcd']) {
      await expect(all(tarStream([{ path: 'a', size: 3, content: text }]))).rejects.toMatchObject({
        code: 'invalid_input',
      });
    }
  });

  it('carries long names and sizes beyond 8 GiB in a pax record before the file', async () => {
    const name = `weights/${'long/'.repeat(40)}model.safetensors`;
    const size = 9_000_000_000;
    const reading = tarStream([{ path: name, size, content: '' }])[Symbol.asyncIterator]();
    const first = Buffer.from((await reading.next()).value);
    const records = first.subarray(512, 1024).toString('utf8').replaceAll('\0', '');
    expect(
      records
        .split('\n')
        .filter(Boolean)
        .map((record) => record.replace(/^\d+ /, '')),
    ).toEqual([`path=${name}`, `size=${size}`]);
    // Each record begins with its own length, its digits included.
    for (const record of records.split(/(?<=\n)/)) expect(Number(record.split(' ')[0])).toBe(record.length);
    await expect(reading.next()).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
