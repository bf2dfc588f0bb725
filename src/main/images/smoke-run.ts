import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { SmokeResult } from '../../shared/images.ts';
import { abortError, type Clock } from '../platform/clock.ts';
import type { Engine } from './engine.ts';

const LONGEST_MS = 120_000;
const MEMORY_BYTES = 4 * 1024 ** 3;
const MOST_PROCESSES = 512;
const MOST_LINES = 200;

/**
 * Starts an image once without a GPU and without a network; its entrypoint then checks what it needs and ends. The
 * container is removed whatever happens.
 * @throws AppError not_found, wait_timeout, docker_failed; AbortError
 */
export async function smokeRun(
  engine: Engine,
  image: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<SmokeResult> {
  const body = {
    Image: image,
    Env: ['RPLM_SMOKE=1'],
    // Without a terminal the engine would frame every piece of output.
    Tty: true,
    Labels: { 'runpod-llm.smoke': '1' },
    HostConfig: { NetworkMode: 'none', Memory: MEMORY_BYTES, PidsLimit: MOST_PROCESSES },
  };
  const made = await engine.json({ method: 'POST', path: '/containers/create', body }, signal);
  const { Id } = z.object({ Id: z.string() }).parse(made);
  const limit = new AbortController();
  const cancel = clock.after(LONGEST_MS, () => limit.abort());
  try {
    const both = AbortSignal.any([signal, limit.signal]);
    await engine.json({ method: 'POST', path: `/containers/${Id}/start` }, both);
    const waited = await engine.json({ method: 'POST', path: `/containers/${Id}/wait` }, both);
    const { StatusCode } = z.object({ StatusCode: z.number() }).parse(waited);
    return { ok: StatusCode === 0, exitCode: StatusCode, lines: await linesOf(engine, Id, both) };
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    if (limit.signal.aborted) {
      throw new AppError(
        'wait_timeout',
        `The image was still checking itself after ${LONGEST_MS / 1000} seconds.`,
        {
          advice: 'It was stopped. Look at what its entrypoint does.',
          cause: error,
        },
      );
    }
    throw error;
  } finally {
    cancel();
    await engine.json(
      { method: 'DELETE', path: `/containers/${Id}`, query: { force: '1', v: '1' } },
      new AbortController().signal,
    );
  }
}

async function linesOf(engine: Engine, id: string, signal: AbortSignal): Promise<string[]> {
  const query = { stdout: '1', stderr: '1', tail: String(MOST_LINES) };
  const stream = await engine.stream({ method: 'GET', path: `/containers/${id}/logs`, query }, signal);
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  return text.split(/\r?\n/).filter((line) => line !== '');
}
