import { z } from 'zod';
import { KEY } from '../sandbox-world.ts';
import type { LyingWorld } from './lying-world.ts';

const podShape = z.object({
  pods: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      locked: z.boolean(),
      env: z.record(z.string(), z.string()).default({}),
      runtime: z.object({ uptime: z.number() }).nullable(),
    }),
  ),
});
type Pod = z.infer<typeof podShape>['pods'][number];

/** What resources/watchdog/watchdog.sh remembers between looks. */
interface Watch {
  containerSince: number;
  began: number;
  served: number;
  up: boolean;
  last: number;
  signature: string;
}

const INTERVAL_MS = 30_000;
const CONTAINER_SLACK_MS = 2000;

/** The rules of resources/watchdog/watchdog.sh, which has tests of its own, in the pods of a sandbox on a manual clock. */
export class WatchdogModel {
  readonly #world: LyingWorld;
  readonly #watches = new Map<string, Watch>();

  /** Pods whose watchdog has begun to look. */
  readonly armed = new Set<string>();
  #isLooking = false;

  /** Watches from now on, on the cloud's clock; what the cloud refuses a look is looked at again with the next one. */
  constructor(world: LyingWorld) {
    this.#world = world;
    world.cloudClock.every(INTERVAL_MS, () => {
      if (this.#isLooking) return;
      this.#isLooking = true;
      this.#look()
        .catch(() => undefined)
        .finally(() => {
          this.#isLooking = false;
        });
    });
  }

  async #look(): Promise<void> {
    const response = await this.#ask('GET', '/pods');
    if (response.status !== 200) return;
    for (const pod of podShape.parse(await response.json()).pods) await this.#watch(pod);
  }

  async #watch(pod: Pod): Promise<void> {
    const { env, runtime } = pod;
    if (env['RPLM_WATCHDOG'] === undefined || pod.status !== 'RUNNING' || runtime === null) {
      this.#watches.delete(pod.id);
      return;
    }
    const now = this.#world.cloudClock.now();
    const watch = this.#watchOf(pod.id, now - runtime.uptime * 1000, now);
    const { answers, active } = await this.#lookInside(pod, watch);
    if (answers) {
      if (!watch.up || active) watch.last = now;
      watch.up = true;
      watch.served = now;
    }
    if (this.#isOver(env, watch, now)) await this.#end(pod);
  }

  #watchOf(podId: string, containerSince: number, now: number): Watch {
    const known = this.#watches.get(podId);
    if (known !== undefined && containerSince - known.containerSince < CONTAINER_SLACK_MS) return known;
    const made = { containerSince, began: now, served: now, up: false, last: now, signature: '' };
    this.#watches.set(podId, made);
    this.armed.add(podId);
    return made;
  }

  #isOver(env: Pod['env'], watch: Watch, now: number): boolean {
    const seconds = (name: string): number => Number(env[name] ?? 0) * 1000;
    const idle = seconds('RPLM_IDLE');
    if (seconds('RPLM_DEADLINE') > 0 && now >= seconds('RPLM_DEADLINE')) return true;
    if (idle > 0 && watch.up && now - watch.last >= idle) return true;
    return idle > 0 && !watch.up && now - watch.served >= seconds('RPLM_BOOT_GRACE');
  }

  async #lookInside(pod: Pod, watch: Watch): Promise<{ answers: boolean; active: boolean }> {
    const base = this.#world.sandbox
      .urls()
      .podUrlTemplate.replace('{podId}', pod.id)
      .replace('{port}', '8000');
    const response = await this.#world.sandbox.fetch(`${base}/metrics`);
    if (response.status !== 200) return { answers: false, active: false };
    const lines = (await response.text()).split('\n');
    const valuesOf = (names: RegExp): string[] =>
      lines.filter((line) => names.test(line)).map((line) => line.split(' ').at(-1) ?? '');
    const busy = valuesOf(/^vllm:num_requests_(?:running|waiting)\b/).some((value) => Number(value) !== 0);
    const sum = valuesOf(/^vllm:(?:request_success|prompt_tokens|generation_tokens)_total\b/).join(' ');
    const active = busy || (watch.signature !== '' && sum !== watch.signature);
    watch.signature = sum;
    return { answers: true, active };
  }

  async #end(pod: Pod): Promise<void> {
    if (pod.locked) return;
    await this.#ask('POST', `/pods/${pod.id}/action`, { action: pod.env['RPLM_ACTION'] ?? 'terminate' });
  }

  #ask(method: string, path: string, body?: object): ReturnType<LyingWorld['sandbox']['fetch']> {
    const { sandbox } = this.#world;
    return sandbox.fetch(`${sandbox.urls().apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}
