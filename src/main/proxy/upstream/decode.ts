import { createBrotliDecompress, createGunzip, createInflate, type Gunzip } from 'node:zlib';
import { AppError } from '../../../shared/errors.ts';
import { MARK, Through, type Flow, type Mark } from '../flow.ts';

/** Unpacks an answer that came compressed although identity was asked for; returns the flow itself where it did not. */
export function decoded(flow: Flow, encoding: string | undefined): Flow {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return flow;
    case 'gzip':
    case 'x-gzip':
      return new Decoding(flow, createGunzip());
    case 'deflate':
      return new Decoding(flow, createInflate());
    case 'br':
      return new Decoding(flow, createBrotliDecompress());
    default:
      throw new AppError('upstream_failed', `The model server used the unknown encoding "${encoding}".`);
  }
}

type Decompressor = Pick<Gunzip, 'on' | 'write' | 'end' | 'destroy' | 'pause' | 'resume'>;

class Decoding extends Through {
  readonly #stream: Decompressor;

  constructor(source: Flow, stream: Decompressor) {
    super(source);
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.sink.data(chunk, MARK.bytes));
    stream.on('drain', () => this.source.resume());
    stream.on('end', () => this.sink.end());
    stream.on('error', (error: Error) => {
      this.source.cancel(error);
      this.sink.fail(
        new AppError('upstream_failed', 'The model server sent broken compression.', { cause: error }),
      );
    });
  }

  override data(chunk: Buffer, _mark: Mark): void {
    if (!this.#stream.write(chunk)) this.source.pause();
  }
  override end(): void {
    this.#stream.end();
  }
  override fail(error: Error): void {
    this.#stream.destroy();
    super.fail(error);
  }
  override pause(): void {
    this.#stream.pause();
    this.source.pause();
  }
  override resume(): void {
    this.#stream.resume();
    this.source.resume();
  }
  override cancel(reason: Error): void {
    super.cancel(reason);
    this.#stream.destroy();
  }
}
