import { parsePodName } from '../../../../src/main/deployments/pod/names.ts';
import type { DeploymentView } from '../../../../src/shared/model.ts';
import type { LyingWorld } from './lying-world.ts';

/** A pod nobody accounts for is found by the next look at the account; looks may fail and slow down. */
const FOUND_WITHIN_MS = 300_000;

interface Pod {
  readonly podId: string;
  readonly name: string;
  readonly running: boolean;
}

/**
 * Holds what the app says against what the cloud really runs, at every instant. Where the cloud itself misled the app
 * about a pod (it is not there; it was begun after the answer was given up) the app has minutes to find it.
 */
export class AccountCheck {
  readonly problems = new Set<string>();
  readonly #world: LyingWorld;
  readonly #strays = new Map<string, number>();
  readonly #adopted: ReadonlySet<string>;
  #errors = 0;

  constructor(world: LyingWorld, adopted: ReadonlySet<string>) {
    this.#world = world;
    this.#adopted = adopted;
  }

  /** Pods of this installation that bill compute. */
  running(): Pod[] {
    return this.#world.sandbox
      .bill()
      .pods.filter((pod) => pod.running && (isOurs(pod.name) || this.#adopted.has(pod.podId)));
  }

  look(): void {
    const { errors, isUp, lying } = this.#world;
    for (const error of errors.slice(this.#errors)) this.problems.add(error);
    this.#errors = errors.length;
    if (!isUp) return;
    const running = this.running();
    const views = this.#world.app.fleet.list();
    this.#neverTwo(running);
    const told = new Set(running.filter((pod) => this.#isTold(pod, views)).map((pod) => pod.podId));
    for (const { podId, name } of running) {
      if (told.has(podId)) {
        this.#strays.delete(podId);
        continue;
      }
      const since = this.#strays.get(podId) ?? this.#world.cloudClock.now();
      this.#strays.set(podId, since);
      const late = this.#world.cloudClock.now() - since > FOUND_WITHIN_MS;
      if (!this.#isMisled(podId, name))
        this.problems.add(`${name} runs and the app shows neither it nor a doubt`);
      else if (late && !lying.offline)
        this.problems.add(`${name} runs behind the app's back and is never found`);
    }
  }

  /** Time in which the app could not look does not count against it. */
  forgive(ms: number): void {
    for (const [podId, since] of this.#strays) this.#strays.set(podId, since + ms);
  }

  #isMisled(podId: string, name: string): boolean {
    const { misleading } = this.#world.lying;
    return misleading.has(podId) || misleading.has(name);
  }

  #neverTwo(running: readonly Pod[]): void {
    const seen = new Map<string, string>();
    for (const { podId, name } of running) {
      const deploymentId = parsePodName(name)?.deploymentId;
      if (deploymentId === undefined || this.#isMisled(podId, name)) continue;
      const other = seen.get(deploymentId);
      if (other !== undefined) this.problems.add(`two pods of one deployment run: ${other} and ${name}`);
      seen.set(deploymentId, name);
    }
  }

  /** Shown as running, or as still billing, or as a create whose outcome is being looked up. */
  #isTold({ podId, name }: Pod, views: readonly DeploymentView[]): boolean {
    const holder = views.find((view) => view.pod?.id === podId);
    if (holder !== undefined) return holder.stillBilling || isWanted(holder);
    const open = this.#world.db.get(
      'SELECT 1 AS open FROM deployment_intents WHERE pod_name = ? AND outcome IS NULL',
      name,
    );
    return open !== undefined;
  }
}

const isWanted = ({ state, desired }: DeploymentView): boolean =>
  desired === 'running' && state !== 'stopped' && state !== 'failed';

export const isOurs = (name: string): boolean => parsePodName(name) !== null;
