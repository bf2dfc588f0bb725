import { AppError } from '../../shared/errors.ts';

/**
 * The little of protocol buffers that BuildKit's messages need (https://protobuf.dev/programming-guides/encoding):
 * fields are read and written by number, unknown ones are skipped.
 */
export interface Field {
  readonly number: number;
  /** Varints and fixed widths as numbers, everything else as bytes. */
  readonly value: number | Buffer;
}

/** @throws AppError docker_failed: the message is cut or uses groups */
export function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) throw broken();
      // Multiplication instead of shifts: sizes and seconds pass 2^31.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw broken();
  };
  const bytes = (length: number): Buffer => {
    if (at + length > message.length) throw broken();
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: bytes(8).readDoubleLE() };
        break;
      case 2:
        yield { number, value: bytes(varint()) };
        break;
      case 5:
        yield { number, value: bytes(4).readFloatLE() };
        break;
      default:
        throw broken();
    }
  }
}

const broken = (): AppError => new AppError('docker_failed', 'Docker sent a message that cannot be read.');

/** One length-delimited field. */
export function encodeField(number: number, value: string | Buffer): Buffer {
  const body = Buffer.from(value);
  return Buffer.concat([encodeVarint(number * 8 + 2), encodeVarint(body.length), body]);
}

export function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

export const asText = (value: Field['value']): string =>
  typeof value === 'number' ? String(value) : value.toString('utf8');
export const asNumber = (value: Field['value']): number => (typeof value === 'number' ? value : 0);
export const asBytes = (value: Field['value']): Buffer =>
  typeof value === 'number' ? Buffer.alloc(0) : value;
