import type { AppEvent, EventPayload } from '../../shared/api.ts';
import { assertNever } from '../../shared/errors.ts';
import { startWishOf, takenOf, type DeploymentView, type RequestRecord } from '../../shared/model.ts';
import { isQuiet } from '../../shared/quiet-hours.ts';
import type { Client } from '../api/client.ts';
import { alertAloud, announce, flushAnnouncements } from '../stores/announcer.ts';
import { heard, putConnection, putStatus, useAppStatus } from '../stores/app-status.ts';
import { putCosts, putCostsNow, useCosts } from '../stores/costs.ts';
import {
  addHistory,
  putDeployment,
  removeDeployment,
  replaceDeployments,
  useDeployments,
} from '../stores/deployments.ts';
import { notify, useNotices } from '../stores/notices.ts';
import { putQuote, useQuotes } from '../stores/quotes.ts';
import { useRadar } from '../stores/radar.ts';
import { putSweep } from '../stores/sweep.ts';
import { addRequest, putRecent, putTraffic, useTraffic } from '../stores/traffic.ts';
import { core } from '../view/core-words.ts';
import { answerNews } from '../view/answer-news.ts';
import { announcementFor } from '../view/announcement.ts';
import { moneyChanged } from '../view/consequences.ts';
import { problemOf, wasLeft } from '../view/problem.ts';
import { applySettings } from './apply-settings.ts';
import { every, now } from './clock.ts';
import { to } from './router.ts';
import { shell } from './messages.ts';

const COSTS_EVERY_MS = 15_000;
const STATUS_EVERY_MS = 30_000;
const TRAFFIC_EVERY_MS = 15_000;
const SPEAK_EVERY_MS = 5_000;
const QUOTE_LASTS_MS = 10 * 60_000;
const NO_QUOTE_LASTS_MS = 30_000;

/**
 * The one edge between the core and the stores: loads the snapshot, then follows events. Everything is loaded anew after
 * a lost connection, because events are not repeated. Returns a function that ends it all.
 */
export function startEffects(client: Client): () => void {
  const leaving = new AbortController();
  const load = loader(client, leaving.signal);
  const quotes = quoter(client, leaving.signal);
  const ends = [
    client.subscribe((event) => {
      heard(now());
      apply(event, load);
    }),
    client.onConnection((connection) => {
      putConnection(connection, now());
      if (connection === 'live') load.everything();
      // Says why, where the page has nothing to show yet.
      else if (connection !== 'connecting' && useAppStatus.getState().status === null) load.status();
    }),
    useDeployments.subscribe(quotes),
    every(STATUS_EVERY_MS, load.status),
    every(COSTS_EVERY_MS, load.costs),
    every(TRAFFIC_EVERY_MS, load.traffic),
    every(SPEAK_EVERY_MS, flushAnnouncements),
  ];
  return () => {
    leaving.abort();
    for (const end of ends) end();
  };
}

interface Loader {
  readonly everything: () => void;
  readonly status: () => void;
  readonly costs: () => void;
  readonly traffic: () => void;
  /** What the account holds, where it is on the screen already. */
  readonly radar: () => void;
}

function loader(client: Client, signal: AbortSignal): Loader {
  /** A failed refresh leaves the last figures with their age; the banner tells of a lost connection. */
  const attempt = (task: () => Promise<void>): void => {
    task().catch((error: unknown) => {
      if (wasLeft(error) || useAppStatus.getState().status !== null) return;
      useAppStatus.setState({ problem: problemOf(error) });
    });
  };
  const status = (): void =>
    attempt(async () => putStatus(await client.call('app.status', {}, signal), now()));
  const costs = oneAtATime(async () => {
    const summary = await client.call('costs.summary', {}, signal);
    putCosts(summary, now());
  }, attempt);
  const traffic = (): void =>
    attempt(async () => putTraffic(await client.call('traffic.recent', { windowMinutes: 60 }, signal)));
  const radar = oneAtATime(async () => {
    if (useRadar.getState().radar === null) return;
    useRadar.setState({ radar: await client.call('radar.scan', {}, signal), problem: null });
  }, attempt);
  return {
    status,
    costs,
    traffic,
    radar,
    everything() {
      status();
      attempt(async () => {
        const { deployments } = await client.call('deployments.list', {}, signal);
        replaceDeployments(deployments);
      });
      costs();
      traffic();
      attempt(async () => {
        for (const sweep of (await client.call('radar.sweeps', {}, signal)).sweeps) {
          if (sweep.state === 'pending' || sweep.state === 'working') putSweep(sweep, now());
        }
      });
      attempt(async () => {
        applySettings(await client.call('settings.get', {}, signal));
      });
      attempt(async () => {
        const { requests } = await client.call('requests.recent', { limit: 500 }, signal);
        putRecent(requests);
      });
    },
  };
}

/** A task asked for again while it runs is run once more afterwards, so that its last answer is newer than the last cause. */
function oneAtATime(task: () => Promise<void>, attempt: (task: () => Promise<void>) => void): () => void {
  let running = false;
  let again = false;
  const run = (): void => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    attempt(async () => {
      try {
        await task();
      } finally {
        running = false;
        const due = again;
        again = false;
        if (due) run();
      }
    });
  };
  return run;
}

function apply(event: AppEvent, load: Loader): void {
  switch (event.name) {
    case 'deployment.changed': {
      const before = useDeployments.getState().byId[event.payload.id];
      putDeployment(event.payload);
      const words = announcementFor(before, event.payload);
      if (words !== null) announce(words);
      if (before === undefined || moneyChanged(before, event.payload)) load.costs();
      return;
    }
    case 'deployment.removed':
      removeDeployment(event.payload.id);
      return load.costs();
    case 'history.added':
      return addHistory(event.payload.deploymentId, event.payload.entry);
    case 'sweep.changed':
      putSweep(event.payload, now());
      return event.payload.state === 'ended' ? load.radar() : undefined;
    case 'costs.changed': {
      const { nowUsdPerHour, todayUsd } = event.payload;
      // Another rate means another forecast, runway and ceiling; the event carries none of them.
      const rateChanged = useCosts.getState().summary?.nowUsdPerHour !== nowUsdPerHour;
      putCostsNow(nowUsdPerHour, todayUsd);
      if (rateChanged) load.costs();
      return;
    }
    case 'app.changed':
      return putStatus(event.payload, now());
    case 'request.finished':
      tellAnswer(event.payload);
      return addRequest(event.payload);
    case 'notification':
      return showNotification(event.payload);
    default:
      return assertNever(event);
  }
}

/** The first answer of all, and a start that a request waited for: one quiet word each. */
function tellAnswer(request: RequestRecord): void {
  const { recent } = useTraffic.getState();
  const news = answerNews(request, recent);
  if (news !== null) notify({ at: now(), tone: 'good', ...news, action: null });
}

const BAD_NEWS = new Set(['failed', 'still-billing', 'orphan', 'budget', 'unprotected']);
const MONEY_NEWS = new Set(['still-billing', 'budget']);
/** Money and loss are told at any time. */
const AT_ANY_TIME = new Set([...MONEY_NEWS, 'orphan', 'unprotected']);

function showNotification(news: EventPayload<'notification'>): void {
  const bad = BAD_NEWS.has(news.kind);
  const { title, body } = core.news(news);
  const quiet = isQuiet(useNotices.getState().quietHours, new Date(now())) && !AT_ANY_TIME.has(news.kind);
  notify(
    {
      id: news.id,
      at: Date.parse(news.at),
      tone: bad ? 'bad' : news.kind === 'idle-soon' ? 'info' : 'good',
      title,
      body,
      action: news.deployment === null ? null : { label: shell.open, href: to.deployment(news.deployment) },
    },
    quiet,
  );
  if (MONEY_NEWS.has(news.kind)) alertAloud(`${title}. ${body}`);
}

/** Asks for the price of starting each sleeping deployment, one at a time; a price is asked again when it is old. */
function quoter(client: Client, signal: AbortSignal): () => void {
  let busy = false;
  const next = (): DeploymentView | undefined =>
    Object.values(useDeployments.getState().byId).find((view) => {
      const known = useQuotes.getState().byId[view.id];
      const lasts = known?.quote.state === 'unknown' ? NO_QUOTE_LASTS_MS : QUOTE_LASTS_MS;
      const due = known === undefined || now() - known.askedAt > lasts;
      return due && view.actions.includes('start');
    });
  const run = async (): Promise<void> => {
    for (let view = next(); view !== undefined && !signal.aborted; view = next()) {
      putQuote(view.id, { state: 'asking' }, now());
      putQuote(view.id, await quote(client, view, signal), now());
    }
    busy = false;
  };
  return () => {
    if (busy || next() === undefined) return;
    busy = true;
    void run();
  };
}

async function quote(client: Client, view: DeploymentView, signal: AbortSignal) {
  try {
    const plan = await client.call('plan.make', startWishOf(view), signal);
    const best = takenOf(plan);
    return best === null
      ? { state: 'unknown' as const, reason: shell.noGpu }
      : {
          state: 'known' as const,
          kind: best.kind,
          usdPerHour: best.usdPerHour,
          seconds: best.secondsToFirstToken,
        };
  } catch (error) {
    return { state: 'unknown' as const, reason: problemOf(error).title };
  }
}
