import { describe, expect, it } from 'vitest';
import { LineRing } from '../../../src/main/logs/line-ring.ts';

const ringOf = (maxItems: number, maxSize = Infinity): LineRing<string> =>
  new LineRing({ maxItems, maxSize, sizeOf: (item) => item.length });

const never = new AbortController().signal;
const skipped = (count: number): string => `skipped ${count}`;

describe('LineRing', () => {
  it('keeps the newest, bounded in number', () => {
    const ring = ringOf(3);
    for (let n = 0; n < 100; n++) ring.push(`${n}`);
    expect(ring.recent(10)).toEqual(['97', '98', '99']);
    expect(ring.recent(2)).toEqual(['98', '99']);
    expect(ring.recent(0)).toEqual([]);
  });

  it('keeps the newest, bounded in size, and always the last', () => {
    const ring = ringOf(100, 10);
    for (const item of ['aaaa', 'bbbb', 'cccc']) ring.push(item);
    expect(ring.recent(9)).toEqual(['bbbb', 'cccc']);
    ring.push('x'.repeat(50));
    expect(ring.recent(9)).toEqual(['x'.repeat(50)]);
    ring.push('y');
    expect(ring.recent(9)).toEqual(['y']);
  });

  it('tells subscribers every new item until they leave', () => {
    const ring = ringOf(3);
    const heard: string[] = [];
    const leave = ring.subscribe((item) => heard.push(item));
    ring.push('a');
    leave();
    ring.push('b');
    expect(heard).toEqual(['a']);
  });

  it('gives the tail and ends when not asked to follow', async () => {
    const ring = ringOf(5);
    for (const item of ['a', 'b', 'c']) ring.push(item);
    const seen = await Array.fromAsync(ring.follow({ tail: 2, follow: false }, never, skipped));
    expect(seen).toEqual(['b', 'c']);
  });

  it('follows without loss or repeats what comes while the tail is read', async () => {
    const ring = ringOf(5);
    ring.push('a');
    ring.push('b');
    const seen: string[] = [];
    for await (const item of ring.follow({ tail: 5, follow: true }, never, skipped)) {
      seen.push(item);
      if (item === 'a') ring.push('c');
      if (item === 'c') queueMicrotask(() => ring.push('d'));
      if (item === 'd') break;
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('ends with its signal, at once when that has fired already', async () => {
    const ring = ringOf(5);
    const controller = new AbortController();
    const seen: string[] = [];
    ring.push('a');
    for await (const item of ring.follow({ tail: 5, follow: true }, controller.signal, skipped)) {
      seen.push(item);
      queueMicrotask(() => controller.abort());
    }
    expect(seen).toEqual(['a']);
    expect(await Array.fromAsync(ring.follow({ tail: 0, follow: true }, controller.signal, skipped))).toEqual(
      [],
    );
  });

  it('ends its followers when it is disposed of, after what they have not read yet', async () => {
    const ring = ringOf(5);
    const following = Array.fromAsync(ring.follow({ tail: 5, follow: true }, never, skipped));
    await Promise.resolve();
    ring.push('a');
    ring.dispose();
    expect(await following).toEqual(['a']);
  });

  it('tells a slow reader how much it missed instead of holding everything', async () => {
    const ring = ringOf(10);
    const follower = ring.follow({ tail: 0, follow: true }, never, skipped);
    const first = follower.next();
    ring.push('first');
    expect((await first).value).toBe('first');
    for (let n = 0; n < 1500; n++) ring.push(`${n}`);
    expect((await follower.next()).value).toBe('skipped 500');
    expect((await follower.next()).value).toBe('500');
    await follower.return(undefined);
  });
});
