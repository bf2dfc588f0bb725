import type { z } from 'zod';
import { methods, type MethodParsedInput } from '../../../shared/api.ts';
import { AppError } from '../../../shared/errors.ts';
import { isGuarded, type GuardedMethod } from '../../../shared/guarded.ts';
import type { LocalApi } from '../../control/local-api.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Ask } from '../system/ask.ts';
import type { Words } from '../words/en.ts';
import { actQuestion, type GuardedAct } from './act-questions.ts';

export interface ActGuardParts {
  readonly ask: Ask;
  readonly words: () => Words;
  readonly clock: Clock;
}

/**
 * Lets a window's call through to the core, after asking the user where something is lost by it.
 * @throws AppError declined, not_allowed_now (a question is open), rate_limited (a page that keeps asking)
 */
export type ActGuard = (core: LocalApi, name: string, input: unknown, signal: AbortSignal) => Promise<void>;

/** Questions within a minute after which a page is not listened to: nobody deletes that much by hand. */
const MOST_QUESTIONS = 10;
const WITHIN_MS = 60_000;

/** A page that was taken over can ask for a deletion; only a person at the system's box can agree to it. */
export function createActGuard({ ask, words, clock }: ActGuardParts): ActGuard {
  let isAsking = false;
  let asked: number[] = [];
  return async (core, name, input, signal) => {
    if (!isGuarded(name)) return;
    const act = await READERS[name](input, { core, signal });
    const question = act === null ? null : actQuestion(act, words());
    if (question === null) return;
    if (isAsking) {
      throw new AppError('not_allowed_now', 'Another question of the app waits for an answer.', {
        advice: 'Answer it first.',
      });
    }
    const now = clock.monotonic();
    asked = [...asked.filter((at) => now - at < WITHIN_MS), now];
    if (asked.length > MOST_QUESTIONS) {
      throw new AppError('rate_limited', 'The window asks for too much to be deleted in a short time.');
    }
    isAsking = true;
    try {
      if ((await ask(question)) !== 'yes') throw new AppError('declined', 'It was declined in the question.');
    } finally {
      isAsking = false;
    }
    signal.throwIfAborted();
  };
}

interface Facts {
  readonly core: LocalApi;
  readonly signal: AbortSignal;
}

/** Reads the act from an input of unknown form; null = the core will refuse it, in better words. */
type Reader = (input: unknown, facts: Facts) => Promise<GuardedAct | null>;

/** The contract seen name by name, so that the type of a schema follows from the type of its name. */
const INPUTS: { readonly [N in GuardedMethod]: { readonly input: z.ZodType<MethodParsedInput<N>> } } =
  methods;

function reader<N extends GuardedMethod>(
  name: N,
  read: (input: MethodParsedInput<N>, facts: Facts) => Promise<GuardedAct>,
): Reader {
  return async (input, facts) => {
    const parsed = INPUTS[name].input.safeParse(input);
    return parsed.success ? read(parsed.data, facts) : null;
  };
}

/** What each act is about, read from the core: a page's word for it counts for nothing. */
const READERS: Readonly<Record<GuardedMethod, Reader>> = {
  'deployments.terminate': reader('deployments.terminate', async ({ deployment }, { core, signal }) => ({
    method: 'deployments.terminate',
    view: await core.call('deployments.get', { deployment }, signal),
  })),
  'deployments.stopAll': reader('deployments.stopAll', async (_nothing, { core, signal }) => ({
    method: 'deployments.stopAll',
    views: (await core.call('deployments.list', {}, signal)).deployments,
  })),
  'radar.stop': reader('radar.stop', (item, facts) => itemAct('radar.stop', item, facts)),
  'radar.terminate': reader('radar.terminate', (item, facts) => itemAct('radar.terminate', item, facts)),
  'radar.sweep': reader('radar.sweep', async ({ ids }, { core, signal }) => ({
    method: 'radar.sweep',
    things: (await core.call('radar.sweepPreview', { ids }, signal)).things,
  })),
  'radar.confirmAccount': reader('radar.confirmAccount', () =>
    Promise.resolve({ method: 'radar.confirmAccount' }),
  ),
  'volumes.remove': reader('volumes.remove', async ({ id }, { core, signal }) => {
    const { volumes } = await core.call('volumes.list', {}, signal);
    return {
      method: 'volumes.remove',
      kind: 'network-volume',
      id,
      name: volumes.find((volume) => volume.id === id)?.name ?? null,
    };
  }),
  'images.remove': reader('images.remove', ({ reference }) =>
    Promise.resolve({ method: 'images.remove', reference }),
  ),
  'images.prune': reader('images.prune', async ({ ids }, { core, signal }) => {
    const { images } = await core.call('images.list', {}, signal);
    const named = new Map(images.map(({ id, references }) => [id, references[0] ?? id]));
    return { method: 'images.prune', names: ids.map((id) => named.get(id) ?? id) };
  }),
  'secrets.delete': reader('secrets.delete', ({ name }) =>
    Promise.resolve({ method: 'secrets.delete', name }),
  ),
  'keys.revoke': reader('keys.revoke', async ({ key }, { core, signal }) => {
    const { keys } = await core.call('keys.list', {}, signal);
    const found = keys.find(({ id, name }) => id === key || name === key);
    if (found === undefined) throw new AppError('not_found', 'There is no such key.');
    return { method: 'keys.revoke', name: found.name };
  }),
  'settings.set': reader('settings.set', async ({ budget }, { core, signal }) => ({
    method: 'settings.set',
    before: (await core.call('settings.get', {}, signal)).budget,
    after: budget,
  })),
};

async function itemAct(
  method: 'radar.stop' | 'radar.terminate',
  { kind, id }: MethodParsedInput<'radar.stop'>,
  { core, signal }: Facts,
): Promise<GuardedAct> {
  const { items } = await core.call('radar.scan', {}, signal);
  const item = items.find((found) => found.kind === kind && found.id === id);
  return { method, kind, id, name: item?.name ?? null };
}
