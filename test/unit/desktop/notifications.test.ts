import { describe, expect, it } from 'vitest';
import {
  causeOf,
  isWorthTelling,
  noticeOf,
} from '../../../src/main/desktop/notifications/notification-rules.ts';
import { WakeNotices, wakeNotice } from '../../../src/main/desktop/notifications/wake-notices.ts';
import { de } from '../../../src/main/desktop/words/de.ts';
import { en } from '../../../src/main/desktop/words/en.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { AppError } from '../../../src/shared/errors.ts';
import type { News } from '../../../src/shared/news.ts';
import { userSettingsSchema } from '../../../src/shared/user-settings.ts';
import type { DeploymentView } from '../../../src/shared/model.ts';
import { sampleDeployments } from '../../support/samples.ts';

const settings = userSettingsSchema.parse({});
const news = (kind: News['kind'], deployment: string | null = 'coder'): News => ({
  id: 'n1',
  at: '2026-11-24T09:00:00Z',
  kind,
  title: 'A title',
  body: 'A body',
  deployment,
});
const context = { settings, isWindowFocused: false, isQuiet: false, lastTold: null, now: 10_000_000 };
const HOUR = 3_600_000;

describe('what is worth a notification', () => {
  it.each([
    ['ready', {}, true],
    ['ready', { isWindowFocused: true }, false],
    [
      'ready',
      { settings: { ...settings, notifications: { ...settings.notifications, ready: false } } },
      false,
    ],
    [
      'idle-soon',
      { settings: { ...settings, notifications: { ...settings.notifications, idleSoon: false } } },
      false,
    ],
    [
      'stopped',
      { settings: { ...settings, notifications: { ...settings.notifications, stopped: false } } },
      false,
    ],
    ['failed', {}, true],
    ['failed', { isWindowFocused: true }, false],
    ['failed', { lastTold: context.now - HOUR / 2 }, false],
    ['budget', { isWindowFocused: true }, true],
    ['still-billing', { isWindowFocused: true }, true],
    ['still-billing', { lastTold: context.now - HOUR / 2 }, false],
    ['still-billing', { lastTold: context.now - HOUR }, true],
    ['orphan', { isWindowFocused: true }, true],
    ['unprotected', {}, true],
    ['ready', { isQuiet: true }, false],
    ['failed', { isQuiet: true }, false],
    ['still-billing', { isQuiet: true }, true],
    ['budget', { isQuiet: true }, true],
  ] as const)('%s with %j: %s', (kind, change, expected) => {
    expect(isWorthTelling(news(kind), { ...context, ...change })).toBe(expected);
  });

  it('tells one cause from another', () => {
    expect(causeOf(news('failed', 'a'))).not.toBe(causeOf(news('failed', 'b')));
    expect(causeOf(news('failed'))).toBe(causeOf({ ...news('failed'), id: 'n2', body: 'other' }));
  });
});

describe('a notification', () => {
  it.each([
    ['ready', '/deployments/coder', ['copy-endpoint']],
    ['idle-soon', '/deployments/coder', ['keep-awake']],
    ['stopped', '/deployments/coder', ['open']],
    ['failed', '/deployments/coder', ['open']],
    ['still-billing', '/deployments/coder', ['stop']],
    ['budget', '/costs', ['open']],
    ['unprotected', '/deployments/coder', ['open']],
    ['swept', '/costs', ['open']],
  ] as const)('%s leads to %s and offers %j', (kind, page, actions) => {
    const notice = noticeOf(news(kind), en);
    expect(notice.onClick).toEqual({ do: 'open', page });
    expect(notice.buttons.map(({ action }) => action.do)).toEqual(actions);
  });

  it('leads to the overview when it is about no deployment', () => {
    expect(noticeOf(news('orphan', null), en).onClick).toEqual({ do: 'open', page: '/' });
    expect(noticeOf(news('idle-soon', null), en).buttons).toEqual([]);
  });

  it('leads to the account when a thing of it may still be billing', () => {
    const notice = noticeOf(news('still-billing', null), en);
    expect(notice).toMatchObject({ onClick: { do: 'open', page: '/costs' }, buttons: [] });
  });

  it('is said in the user’s language, and by the core’s own words where it has no facts', () => {
    const ready: News = { ...news('ready'), facts: { what: 'ready', seconds: 42 } };
    expect(noticeOf(ready, de)).toMatchObject({ title: 'coder ist bereit', body: 'Es antwortet nach 42 s.' });
    expect(noticeOf(ready, en)).toMatchObject({ title: 'A title' });
    expect(noticeOf(news('ready'), de)).toMatchObject({ title: 'A title' });
  });

  it('says what an action of the tray met, with the core’s own words where they are in another language', () => {
    const problem = new AppError('runpod_unreachable', 'api.runpod.io does not answer.');
    expect(en.notify.problem(problem)).toBe('api.runpod.io does not answer. Check the network connection.');
    expect(de.notify.problem(problem)).toBe(
      'RunPod ist nicht erreichbar. Prüfen Sie die Netzverbindung. (api.runpod.io does not answer.)',
    );
  });
});

describe('a client that waits for a start', () => {
  const [, loading, stopped] = sampleDeployments() as [DeploymentView, DeploymentView, DeploymentView];
  const world = (isWake: boolean) => {
    const clock = new ManualClock();
    const shown: string[] = [];
    const notices = new WakeNotices({
      clock,
      words: () => en,
      isWake: async () => isWake,
      show: ({ title }) => shown.push(title),
    });
    const see = (deployments: readonly DeploymentView[]): void =>
      notices.see({ status: null, deployments, costs: null, settings, quotes: {}, update: null });
    return { clock, shown, notices, see };
  };

  it('is told after twenty seconds, once, and can be given up', async () => {
    const { clock, shown, see } = world(true);
    see([loading]);
    await clock.advance(19_000);
    see([loading]);
    expect(shown).toEqual([]);
    await clock.advance(1000);
    see([loading]);
    await clock.advance(60_000);
    expect(shown).toEqual(['Starting gemma-3-12b for a request']);
    const notice = wakeNotice(loading, en);
    expect(notice.body).toBe('Ready in about 3 min. $0.26/h.');
    expect(notice.buttons).toEqual([
      { label: 'Cancel the start', action: { do: 'stop', deployment: 'gemma-3-12b' } },
    ]);
  });

  it('is not told of a start that a person asked for, or that was over in time', async () => {
    const person = world(false);
    person.see([loading]);
    await person.clock.advance(30_000);
    expect(person.shown).toEqual([]);
    const quick = world(true);
    quick.see([loading]);
    await quick.clock.advance(10_000);
    quick.see([stopped]);
    await quick.clock.advance(30_000);
    expect(quick.shown).toEqual([]);
    expect(quick.clock.pendingTimers).toBe(0);
  });
});
