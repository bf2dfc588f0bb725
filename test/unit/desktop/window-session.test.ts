import { describe, expect, it } from 'vitest';
import { WindowSession } from '../../../src/main/desktop/ipc/window-session.ts';

function session() {
  const sent: string[] = [];
  return {
    sent,
    page: new WindowSession((channel, payload) => sent.push(`${channel} ${JSON.stringify(payload)}`)),
  };
}

describe('a page’s session', () => {
  it('keeps what comes before the page listens, in order, and not without bound', () => {
    const { sent, page } = session();
    for (let index = 0; index < 1500; index++) page.push('event', index);
    expect(sent).toEqual([]);
    page.ready();
    expect(sent).toHaveLength(1000);
    expect(sent[0]).toBe('event 500');
    page.push('event', 'now');
    expect(sent.at(-1)).toBe('event "now"');
  });

  it('cancels everything when another page takes its place', () => {
    const { sent, page } = session();
    page.ready();
    const call = page.beginCall(1);
    const stream = page.beginStream(2, 4);
    expect(page.running).toBe(2);
    page.reset();
    expect([call.aborted, stream.signal.aborted, page.running]).toEqual([true, true, 0]);
    page.push('event', 1);
    expect(sent).toEqual([]);
  });

  it('cancels one call by its number', () => {
    const { page } = session();
    const [one, two] = [page.beginCall(1), page.beginCall(2)];
    page.cancelCall(1);
    page.cancelCall(99);
    expect([one.aborted, two.aborted]).toEqual([true, false]);
  });

  it('refuses a number twice, and more than a page may have', () => {
    const { page } = session();
    page.beginCall(1);
    expect(() => page.beginCall(1)).toThrow(/in use/);
    for (let id = 2; id <= 200; id++) page.beginCall(id);
    expect(() => page.beginCall(201)).toThrow(/200 calls/);
    for (let id = 1; id <= 32; id++) page.beginStream(id, 1);
    expect(() => page.beginStream(33, 1)).toThrow(/32 streams/);
  });

  it('lets no more be sent than the page has taken, and cannot be talked into more', async () => {
    const { page } = session();
    const { credit } = page.beginStream(1, 2);
    await credit.take();
    await credit.take();
    let third = false;
    const waiting = credit.take().then(() => {
      third = true;
    });
    await Promise.resolve();
    expect(third).toBe(false);
    page.acknowledge(1, 10_000);
    await waiting;
    expect(third).toBe(true);
    await credit.take();
    let fourth = false;
    void credit.take().then(() => {
      fourth = true;
    });
    await Promise.resolve();
    expect(fourth).toBe(false);
    page.leaveStream(1);
  });
});
