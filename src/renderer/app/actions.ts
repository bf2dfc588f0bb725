import type { DeploymentView, RadarItem } from '../../shared/model.ts';
import type { Client } from '../api/client.ts';
import { announce } from '../stores/announcer.ts';
import { confirm } from '../stores/confirm.ts';
import { useAppStatus } from '../stores/app-status.ts';
import { putDeployment, useDeployments } from '../stores/deployments.ts';
import { notify } from '../stores/notices.ts';
import { useRadar } from '../stores/radar.ts';
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
import { problemOf, wasLeft } from '../view/problem.ts';
import { now } from './clock.ts';
import { navigate, to } from './router.ts';

/** Says what went wrong where the user is; used by every action. */
export function tell(error: unknown, whatFailed: string): void {
  if (wasLeft(error)) return;
  const problem = problemOf(error);
  const id = problem.requestId === null ? '' : ` RunPod request ${problem.requestId}.`;
  notify({
    at: now(),
    tone: 'bad',
    title: whatFailed,
    body: `${problem.title} ${problem.advice}${id}`,
    action: null,
  });
}

export function say(title: string, body: string | null = null): void {
  notify({ at: now(), tone: 'good', title, body, action: null });
}

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce(`${what} copied`);
    say(`${what} copied`);
  } catch (error) {
    tell(error, `Could not copy ${what.toLowerCase()}`);
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
    await run(`Could not start ${view.name}`, async () => {
      putDeployment(await client.call('deployments.start', { deployment: view.id }));
      announce(`${view.name} is starting`);
    });
  }

  async function stop(view: DeploymentView): Promise<void> {
    const question = {
      title: `Stop ${view.name}?`,
      effects: stopEffects(view),
      verb: `Stop ${view.name}`,
      tone: 'normal' as const,
    };
    if (stopNeedsQuestion(view) && !(await confirm(question))) return;
    await run(`Could not stop ${view.name}. It may still be billing.`, async () => {
      putDeployment(await client.call('deployments.stop', { deployment: view.id }));
      announce(`${view.name} is stopping`);
    });
  }

  async function restart(view: DeploymentView): Promise<void> {
    const question = {
      title: `Restart ${view.name}?`,
      effects: restartEffects(view),
      verb: `Restart ${view.name}`,
      tone: 'normal' as const,
    };
    if (!(await confirm(question))) return;
    await run(`Could not restart ${view.name}`, async () => {
      putDeployment(await client.call('deployments.restart', { deployment: view.id }));
    });
  }

  async function terminate(view: DeploymentView): Promise<void> {
    const question = {
      title: `Delete ${view.name}?`,
      effects: terminateEffects(view),
      verb: `Delete ${view.name}`,
      tone: 'danger' as const,
      typed: view.name,
    };
    if (!(await confirm(question))) return;
    await run(`Could not delete ${view.name}. It may still be billing.`, async () => {
      await client.call('deployments.terminate', { deployment: view.id });
      say(`Deleting ${view.name}`);
      navigate(to.overview());
    });
  }

  async function stopAll(): Promise<void> {
    const billing = billingNow(Object.values(useDeployments.getState().byId));
    if (billing.views.length === 0) {
      say('Nothing is running', 'There is nothing to stop.');
      return;
    }
    const question = {
      title: `Stop all ${billing.views.length} running deployments?`,
      effects: billing.views.map((view) => `${view.name}: ${stopEffects(view)[0] ?? ''}`),
      verb: `Stop all, save ${usd(billing.usdPerHour)}/h`,
      tone: 'normal' as const,
    };
    if (!(await confirm(question))) return;
    await run('Could not stop everything. Some pods may still be billing.', async () => {
      const { stopping } = await client.call('deployments.stopAll', {});
      say(`Stopping ${stopping.length === 1 ? '1 deployment' : `${stopping.length} deployments`}`);
    });
  }

  async function keepAlive(view: DeploymentView, minutes: number): Promise<void> {
    await run(`Could not keep ${view.name} awake`, async () => {
      putDeployment(await client.call('deployments.keepAlive', { deployment: view.id, minutes }));
      const hours = minutes / 60;
      const length = minutes < 60 ? `${minutes} min` : `${hours} h`;
      say(`${view.name} stays awake for ${length}`, costOf(view, hours));
    });
  }

  return { start, stop, restart, terminate, stopAll, keepAlive };
}

const costOf = (view: DeploymentView, hours: number): string | null =>
  view.cost.nowUsdPerHour === 0 ? null : `Costs up to ${usd(view.cost.nowUsdPerHour * hours)}.`;

function startQuestion(view: DeploymentView, usdPerHour: number) {
  return {
    title: `Start ${view.name} for ${priceUp(usdPerHour)}?`,
    effects: [
      `A full day costs ${usd(usdPerHour * 24)}.`,
      view.spec.idle.policy === 'off'
        ? 'Idle stop is off: it runs until you stop it.'
        : `It stops after ${view.spec.idle.minutes} min without requests.`,
    ],
    verb: startVerb(usdPerHour),
    tone: 'normal' as const,
  };
}

function proxyActions(client: Client) {
  return {
    async copyEndpoint(): Promise<void> {
      const status = useAppStatus.getState().status;
      if (status !== null) await copy(endpointUrl(status), 'Endpoint URL');
    },
    async copyKey(): Promise<void> {
      await run('Could not copy the key', async () => {
        const { key } = await client.call('proxy.key', {});
        await copy(key, 'Local key');
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
      await run(`Could not stop ${item.name}`, async () => {
        await client.call('radar.stop', { kind: item.kind, id: item.id });
        say(`Stopping ${item.name}`);
        await rescan();
      });
    },
    async radarTerminate(item: RadarItem): Promise<void> {
      const question = {
        title: `Delete ${item.name}?`,
        effects: [
          `The ${item.kind.replace('-', ' ')} ${item.id} and everything on it are deleted at RunPod.`,
        ],
        verb: `Delete ${item.name}`,
        tone: 'danger' as const,
        typed: item.name,
      };
      if (!(await confirm(question))) return;
      await run(`Could not delete ${item.name}`, async () => {
        await client.call('radar.terminate', { kind: item.kind, id: item.id });
        say(`Deleted ${item.name}`);
        await rescan();
      });
    },
    async radarAdopt(item: RadarItem, name: string): Promise<void> {
      await run(`Could not adopt ${item.name}`, async () => {
        putDeployment(await client.call('radar.adopt', { id: item.id, name }));
        say(`${name} is now looked after by this app`);
        await rescan();
      });
    },
  };
}

async function run(whatFailed: string, task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    tell(error, whatFailed);
  }
}
