import { describe, expect, it } from 'vitest';
import {
  AppError,
  ERRORS,
  EXIT,
  asAppError,
  assertNever,
  fromErrorBody,
  isAbort,
  toErrorBody,
  type ErrorBody,
} from '../../../src/shared/errors.ts';

describe('the error catalogue', () => {
  it('has for every code a status, an exit code and advice that is a sentence', () => {
    const codes = Object.values(EXIT);
    for (const [code, row] of Object.entries(ERRORS)) {
      expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
      expect(row.status >= 400 && row.status <= 599).toBe(true);
      expect(codes).toContain(row.exit);
      expect(row.advice).toMatch(/^[A-Z].*[.)a-z]$/);
    }
  });
});

describe('AppError', () => {
  it('takes what the table says, unless a better advice is known', () => {
    const plain = new AppError('disk_full', 'No space.');
    expect([plain.status, plain.exit, plain.retryable, plain.advice]).toEqual([
      507,
      EXIT.failed,
      false,
      ERRORS.disk_full.advice,
    ]);
    expect(new AppError('disk_full', 'No space.', { advice: 'Empty the bin.' }).advice).toBe(
      'Empty the bin.',
    );
    expect(plain).not.toHaveProperty('cause');
  });

  it('travels as plain data and comes back the same', () => {
    const error = new AppError('runpod_rejected', 'Refused.', {
      requestId: 'req-1',
      retryAfterSeconds: 3,
      details: { field: 'name' },
      cause: new Error('secret detail'),
    });
    const body = toErrorBody(error);
    const json = JSON.stringify(body);
    expect(json).not.toContain('secret detail');
    const parsed: ErrorBody = JSON.parse(json);
    expect(toErrorBody(fromErrorBody(parsed))).toEqual(body);
    expect(toErrorBody(new AppError('internal', 'x'))).toEqual({
      code: 'internal',
      message: 'x',
      advice: ERRORS.internal.advice,
    });
  });

  it('comes back as internal from a code that is none, inherited names included', () => {
    for (const code of ['toString', 'constructor', '__proto__', 'from_the_future']) {
      const body: ErrorBody = JSON.parse(JSON.stringify({ code, message: 'm', advice: 'a' }));
      expect(fromErrorBody(body)).toMatchObject({ code: 'internal', message: 'm', status: 500 });
    }
  });
});

describe('asAppError', () => {
  it('passes an AppError, names an abort, and hides the text of the unknown', () => {
    const known = new AppError('not_found', 'x');
    expect(asAppError(known)).toBe(known);
    expect(asAppError(new DOMException('stop', 'AbortError'))).toMatchObject({ code: 'client_closed' });
    const unknown = asAppError(new Error('internal address 10.0.0.1'));
    expect(unknown).toMatchObject({ code: 'internal', cause: { message: 'internal address 10.0.0.1' } });
    expect(unknown.message).not.toContain('10.0.0.1');
    expect(asAppError('text')).toMatchObject({ code: 'internal', cause: 'text' });
  });

  it('knows an abort by its name alone', () => {
    expect([
      isAbort(new DOMException('', 'AbortError')),
      isAbort(new Error('AbortError')),
      isAbort('AbortError'),
    ]).toEqual([true, false, false]);
  });

  it('closes a switch loudly', () => {
    expect(() => Reflect.apply(assertNever, null, ['surprise'])).toThrow('Unexpected value "surprise"');
  });
});
