import type { Target } from '../../../src/main/target.ts';
import type { DeploymentView, DeploymentWish } from '../../../src/shared/model.ts';
import type { SandboxWorld } from './sandbox-world.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const never = new AbortController().signal;

export type Serverless = NonNullable<DeploymentWish['serverless']>;

export const wishFor = (more: Partial<DeploymentWish> = {}): DeploymentWish => ({
  name: 'one',
  model: 'Qwen/Qwen3-8B',
  mode: 'serverless',
  ...more,
});

interface Found {
  readonly id: string;
  readonly name: string;
  readonly workers: { readonly min: number; readonly max: number };
}

/** What tests of a serverless deployment called "one" do with the world they run in, and see of it. */
export function serverlessOn(world: () => SandboxWorld) {
  const view = (): DeploymentView => world().fleet.get('one');
  const state = (): string => view().state;
  const kinds = (): string[] =>
    world()
      .fleet.history('one')
      .entries.map((entry) => entry.kind);

  const deploy = async (serverless: Serverless = {}, more: Partial<DeploymentWish> = {}): Promise<void> => {
    world().fleet.start();
    await world().fleet.create(wishFor({ serverless, ...more }), true, never);
  };

  const comesTo = (wanted: string, ms = 1_200_000): Promise<void> =>
    world().until(() => state() === wanted, ms);

  const deployed = async (serverless: Serverless = {}, more: Partial<DeploymentWish> = {}): Promise<void> => {
    await deploy(serverless, more);
    await comesTo('ready');
  };

  const stops = async (): Promise<void> => {
    world().fleet.stop('one');
    await world().until(() => !view().stillBilling && ['stopped', 'failed'].includes(state()), 300_000);
  };

  /** What the account has, whatever the app believes. */
  const endpoints = async (): Promise<Found[]> => {
    const { endpoints: all } = (await call('GET', '/serverless')) as { endpoints: Found[] };
    return all;
  };

  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await world().sandbox.fetch(`${world().sandbox.urls().apiUrl}${path}`, {
      method,
      headers: { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  };

  /** A job as any other program sends one. */
  const runJob = async (id: string, tokens: number): Promise<void> => {
    const input = {
      model: 'one',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: tokens,
      ignore_eos: true,
    };
    await world().sandbox.fetch(`${world().sandbox.urls().invokeUrl}/${id}/run`, {
      method: 'POST',
      headers: { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' },
      body: JSON.stringify({ input: { openai_route: '/v1/chat/completions', openai_input: input } }),
    });
  };

  const ours = (): Target => {
    const [target] = world().fleet.targets.list();
    if (target === undefined) throw new Error('there is no target');
    return target;
  };

  /** USD that the ledger is off the simulated bill. */
  const usdOff = (): number =>
    Math.abs(world().ledger.spent({}, 0, world().clock.now()) - world().sandbox.bill().totalUsd);

  return { view, state, kinds, deploy, deployed, comesTo, stops, endpoints, call, runJob, ours, usdOff };
}
