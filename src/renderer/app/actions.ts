import type { DeploymentView, RadarItem, SweepPreview } from '../../shared/model.ts';
import { sweepTier, UNDO_SECONDS } from '../../shared/sweep.ts';
import type { Client } from '../api/client.ts';
import { announce } from '../stores/announcer.ts';
import { confirm, type ConfirmRequest } from '../stores/confirm.ts';
import { useAppStatus } from '../stores/app-status.ts';
import { putDeployment, useDeployments } from '../stores/deployments.ts';
import { notify } from '../stores/notices.ts';
import { useRadar } from '../stores/radar.ts';
import { putSweep } from '../stores/sweep.ts';
import {
  billingNow,
  CONFIRM_ABOVE_USD_PER_HOUR,
  restartEffects,
  startVerb,
  stopEffects,
  stopNeedsQuestion,
  terminateEffects,
} from '../view/consequences.ts';
import { endpointUrl } from '../view/endpoint.ts';
import { priceUp, usd } from '../view/format.ts';
import { sweepEffects, sweepVerb, typedFor } from '../view/sweep.ts';
import { problemOf, wasLeft } from '../view/problem.ts';
import { askFirst } from './ask-first.ts';
import { now } from './clock.ts';
import { navigate, to } from './router.ts';
import { words } from '../view/messages.ts';
import { shell } from './messages.ts';

/** Says what went wrong where the user is; used by every action. */
export function tell(error: unknown, whatFailed: string): void {
  if (wasLeft(error)) return;
  const problem = problemOf(error);
  const id = problem.requestId === null ? '' : ` ${shell.runpodRequest(problem.requestId)}`;
  notify({
    at: now(),
    tone: 'bad',
    title: whatFailed,
    body: `${problem.title} ${problem.advice}${problem.detail === null ? '' : ` (${problem.detail})`}${id}`,
    action: null,
  });
}

export function say(title: string, body: string | null = null): void {
  notify({ at: now(), tone: 'good', title, body, action: null });
}

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce(shell.copied(what));
    say(shell.copied(what));
  } catch (error) {
    tell(error, shell.cannot.copy(what));
  }
}

export type Actions = ReturnType<typeof createActions>;

/** Everything a click or a command can do, each with its question and its answer to the user. */
export function createActions(client: Client) {
  return { ...lifeCycle(client), ...proxyActions(client), ...radarActions(client) };
}

function lifeCycle(client: Client) {
  /** `usdPerHour` is the price the user saw. */
  async function start(view: DeploymentView, usdPerHour: number): Promise<void> {
    const dear = usdPerHour > CONFIRM_ABOVE_USD_PER_HOUR;
    if (dear && !(await confirm(startQuestion(view, usdPerHour)))) return;
    await run(shell.cannot.start(view.name), async () => {
      putDeployment(await client.call('deployments.start', { deployment: view.id }));
      announce(shell.starting(view.name));
    });
  }

  async function stop(view: DeploymentView): Promise<void> {
    const question = {
      title: shell.ask.stop(view.name),
      effects: stopEffects(view),
      verb: shell.verbs.stop(view.name),
      tone: 'normal' as const,
    };
    if (stopNeedsQuestion(view) && !(await confirm(question))) return;
    await run(shell.cannot.stop(view.name), async () => {
      putDeployment(await client.call('deployments.stop', { deployment: view.id }));
      announce(shell.stopping(view.name));
    });
  }

  async function restart(view: DeploymentView): Promise<void> {
    const question = {
      title: shell.ask.restart(view.name),
      effects: restartEffects(view),
      verb: shell.verbs.restart(view.name),
      tone: 'normal' as const,
    };
    if (!(await confirm(question))) return;
    await run(shell.cannot.restart(view.name), async () => {
      putDeployment(await client.call('deployments.restart', { deployment: view.id }));
    });
  }

  async function terminate(view: DeploymentView): Promise<void> {
    const question = {
      title: shell.ask.remove(view.name),
      effects: terminateEffects(view),
      verb: shell.verbs.remove(view.name),
      tone: 'danger' as const,
      typed: view.name,
    };
    if (!(await askFirst(client, 'deployments.terminate', question))) return;
    await run(shell.cannot.remove(view.name), async () => {
      await client.call('deployments.terminate', { deployment: view.id });
      say(shell.deleting(view.name));
      navigate(to.overview());
    });
  }

  async function confirmAccount(): Promise<void> {
    const question = {
      title: shell.account.ask,
      effects: [shell.account.effect, shell.account.danger],
      verb: shell.account.confirm,
      tone: 'danger' as const,
    };
    if (!(await askFirst(client, 'radar.confirmAccount', question))) return;
    await run(shell.account.cannot, async () => {
      await client.call('radar.confirmAccount', {});
    });
  }

  async function stopAll(): Promise<void> {
    const billing = billingNow(Object.values(useDeployments.getState().byId));
    if (billing.views.length === 0) {
      say(shell.nothingRuns, shell.nothingToStop);
      return;
    }
    const question = {
      title: shell.ask.stopAll(billing.views.length),
      effects: billing.views.map((view) => `${view.name}: ${stopEffects(view)[0] ?? ''}`),
      verb: shell.verbs.stopAll(usd(billing.usdPerHour)),
      tone: 'normal' as const,
    };
    if (!(await askFirst(client, 'deployments.stopAll', question))) return;
    await run(shell.cannot.stopAll, async () => {
      const { stopping } = await client.call('deployments.stopAll', {});
      say(shell.stoppingSome(stopping.length));
    });
  }

  async function keepAlive(view: DeploymentView, minutes: number): Promise<void> {
    await run(shell.cannot.keepAwake(view.name), async () => {
      putDeployment(await client.call('deployments.keepAlive', { deployment: view.id, minutes }));
      const hours = minutes / 60;
      const length = minutes < 60 ? `${minutes} min` : `${hours} h`;
      say(shell.staysAwake(view.name, length), costOf(view, hours));
    });
  }

  return { start, stop, restart, terminate, stopAll, keepAlive, confirmAccount };
}

const costOf = (view: DeploymentView, hours: number): string | null =>
  view.cost.nowUsdPerHour === 0 ? null : shell.costsUpTo(usd(view.cost.nowUsdPerHour * hours));

function startQuestion(view: DeploymentView, usdPerHour: number) {
  return {
    title: shell.ask.start(view.name, priceUp(usdPerHour)),
    effects: [
      shell.fullDay(usd(usdPerHour * 24)),
      view.spec.idle.policy === 'off' ? shell.idleOff : shell.idleAfter(view.spec.idle.minutes),
    ],
    verb: startVerb(usdPerHour),
    tone: 'normal' as const,
  };
}

function proxyActions(client: Client) {
  return {
    async copyEndpoint(): Promise<void> {
      const status = useAppStatus.getState().status;
      if (status !== null) await copy(endpointUrl(status), shell.endpointUrl);
    },
    async copyKey(): Promise<void> {
      await run(shell.cannot.copyKey, async () => {
        const { key } = await client.call('proxy.key', {});
        await copy(key, shell.localKey);
      });
    },
  };
}

function radarActions(client: Client) {
  async function rescan(): Promise<void> {
    try {
      useRadar.setState({ radar: await client.call('radar.scan', {}), problem: null });
    } catch (error) {
      if (!wasLeft(error)) useRadar.setState({ problem: problemOf(error) });
    }
  }
  return {
    rescan,
    async radarStop(item: RadarItem): Promise<void> {
      await run(shell.cannot.stopItem(item.name), async () => {
        await client.call('radar.stop', { kind: item.kind, id: item.id });
        say(shell.stoppingItem(item.name));
        await rescan();
      });
    },
    async radarTerminate(item: RadarItem): Promise<void> {
      const question = {
        title: shell.ask.remove(item.name),
        effects: [shell.itemGone(words.itemKinds[item.kind], item.id)],
        verb: shell.verbs.remove(item.name),
        tone: 'danger' as const,
        typed: item.name,
      };
      if (!(await askFirst(client, 'radar.terminate', question))) return;
      await run(shell.cannot.removeItem(item.name), async () => {
        await client.call('radar.terminate', { kind: item.kind, id: item.id });
        say(shell.deleted(item.name));
        await rescan();
      });
    },
    /** Asks by what is at stake, then leaves the user the time to undo it. */
    async radarSweep(ids: readonly string[]): Promise<void> {
      await run(words.sweep.cannot, async () => {
        const preview = await client.call('radar.sweepPreview', { ids: [...ids] });
        if (preview.things.length === 0) {
          say(words.sweep.nothing, leftOut(preview).join(' '));
          return rescan();
        }
        const isAgreed =
          sweepTier(preview.things) === 'none' ||
          (await askFirst(client, 'radar.sweep', sweepQuestion(preview)));
        if (!isAgreed) return;
        const { fingerprint } = preview;
        const sweep = await client.call('radar.sweep', { ids: [...ids], fingerprint });
        putSweep(sweep, now());
        announce(words.sweep.made(sweep.things.length, UNDO_SECONDS));
      });
    },
    async radarUndo(sweep: string): Promise<void> {
      await run(words.sweep.cannotUndo, async () => {
        putSweep(await client.call('radar.undo', { sweep }), now());
        say(words.sweep.undone);
      });
    },
    async radarAdopt(item: RadarItem, name: string): Promise<void> {
      const kind = item.kind === 'endpoint' ? 'endpoint' : 'pod';
      await run(shell.cannot.adopt(item.name), async () => {
        putDeployment(await client.call('radar.adopt', { kind, id: item.id, name }));
        say(shell.adopted(name));
        await rescan();
      });
    },
  };
}

const leftOut = ({ refused }: SweepPreview): string[] =>
  refused.map(({ name, reason, why }) => words.sweep.leftOut(name, words.sweep.reason(reason, why)));

function sweepQuestion(preview: SweepPreview): ConfirmRequest {
  const { things, savesUsdPerMonth } = preview;
  const tier = sweepTier(things);
  const typed = typedFor(things, tier);
  return {
    title: words.sweep.ask(things.length),
    effects: [
      ...sweepEffects(things),
      ...leftOut(preview),
      ...(tier === 'data' ? [] : [words.sweep.undoable(UNDO_SECONDS)]),
    ],
    verb: sweepVerb(things.length, savesUsdPerMonth),
    tone: tier === 'data' ? 'danger' : 'normal',
    final: words.sweep.final(UNDO_SECONDS),
    ...(typed === undefined ? {} : { typed }),
  };
}

async function run(whatFailed: string, task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    tell(error, whatFailed);
  }
}
