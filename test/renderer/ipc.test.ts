import { describe, expect, it } from 'vitest';
import { createIpcClient } from '../../src/renderer/api/ipc.ts';
import type { LogLine } from '../../src/shared/model.ts';
import type { BridgeSink, DesktopBridge } from '../../src/shared/bridge.ts';

const line = (text: string): LogLine => ({
  at: '2026-11-24T09:00:00.000Z',
  source: 'app',
  level: 'info',
  text,
});

function fakeBridge(change: Partial<DesktopBridge> = {}): DesktopBridge {
  return {
    call: () => ({ outcome: Promise.resolve({ ok: true, value: { key: 'k' } }), cancel: () => undefined }),
    stream: () => () => undefined,
    subscribe: () => () => undefined,
    onShowPage: () => () => undefined,
    openPage: () => undefined,
    ...change,
  };
}

describe('the client over the bridge', () => {
  it('gives values and throws problems as they were', async () => {
    const client = createIpcClient(fakeBridge());
    await expect(client.call('proxy.key', {})).resolves.toEqual({ key: 'k' });
    const failing = createIpcClient(
      fakeBridge({
        call: () => ({
          outcome: Promise.resolve({
            ok: false,
            error: { code: 'name_taken', message: 'Taken.', advice: 'Choose another.' },
          }),
          cancel: () => undefined,
        }),
      }),
    );
    await expect(failing.call('proxy.key', {})).rejects.toMatchObject({
      code: 'name_taken',
      advice: 'Choose another.',
    });
  });

  it('refuses an answer that breaks the contract', async () => {
    const client = createIpcClient(
      fakeBridge({
        call: () => ({ outcome: Promise.resolve({ ok: true, value: { key: 1 } }), cancel: () => undefined }),
      }),
    );
    await expect(client.call('proxy.key', {})).rejects.toMatchObject({ name: 'ZodError' });
  });

  it('cancels a call that is given up', async () => {
    let cancelled = false;
    const outcome = Promise.withResolvers<{ ok: true; value: unknown }>();
    const client = createIpcClient(
      fakeBridge({
        call: () => ({
          outcome: outcome.promise,
          cancel: () => {
            cancelled = true;
            outcome.resolve({ ok: true, value: { key: 'late' } });
          },
        }),
      }),
    );
    const leaving = new AbortController();
    const call = client.call('proxy.key', {}, leaving.signal);
    leaving.abort();
    await call;
    expect(cancelled).toBe(true);
  });

  function streaming() {
    let sink: BridgeSink | null = null;
    let left = 0;
    const client = createIpcClient(
      fakeBridge({
        stream: (_name, _input, given) => {
          sink = given;
          return () => {
            left += 1;
          };
        },
      }),
    );
    const leaving = new AbortController();
    const stream = client.stream('logs.app', {}, leaving.signal);
    return { stream, leaving, sink: () => sink, left: () => left };
  }

  it('hands items on in order and ends when the source does', async () => {
    const { stream, sink, left } = streaming();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const item of stream) seen.push(item.text);
    })();
    sink()?.item(line('a'));
    sink()?.item(line('b'));
    sink()?.end(null);
    await reading;
    expect(seen).toEqual(['a', 'b']);
    expect(left()).toBe(1);
  });

  it('throws what ended the source, after the items before it', async () => {
    const { stream, sink } = streaming();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const item of stream) seen.push(item.text);
    })();
    sink()?.item(line('a'));
    sink()?.end({ code: 'runpod_unavailable', message: 'Gone.', advice: 'Wait.' });
    await expect(reading).rejects.toMatchObject({ code: 'runpod_unavailable' });
    expect(seen).toEqual(['a']);
  });

  it('leaves the source when the reader leaves', async () => {
    const { stream, leaving, left } = streaming();
    const reading = stream[Symbol.asyncIterator]().next();
    leaving.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(left()).toBe(1);
  });
});
