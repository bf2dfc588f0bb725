import { describe, expect, it } from 'vitest';
import { Disposables, Emitter } from '../../../src/main/platform/lifecycle.ts';

describe('Disposables', () => {
  it('ends parts in reverse order, waiting for each', async () => {
    const ended: string[] = [];
    const parts = new Disposables();
    parts.defer('first', () => void ended.push('first'));
    parts.defer('slow', async () => {
      await Promise.resolve();
      ended.push('slow');
    });
    const part = { dispose: () => void ended.push('last') };
    expect(parts.add('last', part)).toBe(part);
    await parts.dispose();
    expect(ended).toEqual(['last', 'slow', 'first']);
  });

  it('ends the others when one fails, and reports each failure by the name of its part', async () => {
    const ended: string[] = [];
    const parts = new Disposables();
    parts.defer('database', () => void ended.push('database'));
    parts.defer('server', () => Promise.reject(new Error('busy')));
    await expect(parts.dispose()).rejects.toMatchObject({
      errors: [{ message: 'Could not end server', cause: { message: 'busy' } }],
    });
    expect(ended).toEqual(['database']);
  });

  it('ends each part once, and makes a second caller wait for the same end', async () => {
    let release = (): void => {};
    let calls = 0;
    const parts = new Disposables();
    parts.defer('server', () => {
      calls++;
      return new Promise<void>((resolve) => (release = resolve));
    });
    const first = parts.dispose();
    let secondEnded = false;
    const second = parts.dispose().then(() => (secondEnded = true));
    await Promise.resolve();
    expect(secondEnded).toBe(false);
    release();
    await Promise.all([first, second]);
    await parts.dispose();
    expect(calls).toBe(1);
  });

  it('ends what a start that raced with the end added late', async () => {
    const ended: string[] = [];
    const parts = new Disposables();
    parts.defer('server', () => {
      parts.defer('socket', () => void ended.push('socket'));
      ended.push('server');
    });
    await parts.dispose();
    expect(ended).toEqual(['server', 'socket']);
  });
});

describe('Emitter', () => {
  it('tells every listener, until it unsubscribes', () => {
    const emitter = new Emitter<number>(() => {});
    const heard: string[] = [];
    const leave = emitter.subscribe((value) => heard.push(`a${value}`));
    emitter.subscribe((value) => heard.push(`b${value}`));
    emitter.emit(1);
    leave();
    leave();
    emitter.emit(2);
    expect(heard).toEqual(['a1', 'b1', 'b2']);
    expect(emitter.size).toBe(1);
  });

  it('hands a listener’s failure over and still tells the others', () => {
    const failures: unknown[] = [];
    const heard: number[] = [];
    const emitter = new Emitter<number>((error) => failures.push(error));
    emitter.subscribe(() => {
      throw new Error('broken listener');
    });
    emitter.subscribe((value) => heard.push(value));
    emitter.emit(7);
    expect(failures).toMatchObject([{ message: 'broken listener' }]);
    expect(heard).toEqual([7]);
  });

  it('does not call a listener that subscribed during the same emit', () => {
    const emitter = new Emitter<number>(() => {});
    let late = 0;
    emitter.subscribe(() => emitter.subscribe(() => late++));
    emitter.emit(1);
    expect(late).toBe(0);
  });
});
