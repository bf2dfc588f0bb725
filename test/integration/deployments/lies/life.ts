import { AppError, isAbort } from '../../../../src/shared/errors.ts';
import type { DeploymentView, DeploymentWish } from '../../../../src/shared/model.ts';
import type { Target } from '../../../../src/main/target.ts';
import { KEY } from '../sandbox-world.ts';
import { AccountCheck, isOurs } from './account-check.ts';
import type { Act, Verb } from './acts.ts';
import type { LyingWorld } from './lying-world.ts';

type Response = Awaited<ReturnType<LyingWorld['sandbox']['fetch']>>;

const never = new AbortController().signal;
const MOST_DEPLOYMENTS = 3;
const MINUTE = 60_000;
/** A pod that somebody else stops just before the app does: half a minute of a small GPU, which no answer tells. */
const UNSEEN_USD = 0.004;

/** What a life came to. */
export interface Outcome {
  readonly problems: readonly string[];
  readonly billUsd: number;
  readonly ledgerUsd: number;
}

/** Leads the app through acts, looks after each, and at last lets the weather clear and closes the account. */
export class Life {
  readonly #world: LyingWorld;
  readonly #check: AccountCheck;
  /** Pods made by somebody else and still theirs. */
  readonly #foreign = new Set<string>();
  /** Pods of somebody else that were taken over: what they cost before is not this app's. */
  readonly #adopted = new Set<string>();
  #names = 0;
  #edits = 0;

  constructor(world: LyingWorld) {
    this.#world = world;
    this.#check = new AccountCheck(world, this.#adopted);
    world.open();
  }

  async take(act: Act): Promise<void> {
    if ('deploy' in act) await this.#settled(() => this.#deploy(act.deploy, act.start));
    else if ('verb' in act) await this.#settled(() => this.#perform(act.verb, act.slot, act.seconds));
    else if ('outside' in act) await this.#settled(() => this.#outside(act.outside, act.slot));
    else if ('fault' in act) this.#world.sandbox.arm(act.fault);
    else if ('lie' in act) this.#world.lying.arm(act.lie);
    else if ('pass' in act) await this.#pass(act.pass * 1000);
    else if ('lid' in act) await this.#sleep(act.lid * 1000);
    else if ('jump' in act) this.#world.appClock.jumpWall(act.jump * 1000);
    else if ('clear' in act) this.#clear();
    else await this.#kill(act.killed * 1000);
    this.#check.look();
  }

  #clear(): void {
    this.#world.sandbox.clearFaults();
    this.#world.lying.clear();
  }

  async #pass(ms: number): Promise<void> {
    await this.#world.pass(ms, () => this.#check.look(), ms > 2 * MINUTE ? 5000 : 1000);
  }

  async #sleep(ms: number): Promise<void> {
    await this.#world.sleepComputer(ms);
    this.#check.forgive(ms);
  }

  async #kill(awayMs: number): Promise<void> {
    await this.#world.app.kill();
    await this.#world.pass(awayMs, undefined, 5000);
    this.#check.forgive(awayMs);
    this.#world.open();
  }

  /** People are refused now and then; anything but a known refusal is a bug. The clocks go on while it is answered. */
  async #settled(work: () => Promise<unknown>): Promise<void> {
    const state = { done: false };
    const ended = work()
      .catch((error: unknown) => {
        if (!(error instanceof AppError)) this.#check.problems.add(`a verb threw ${String(error)}`);
      })
      .finally(() => {
        state.done = true;
      });
    await this.#world.pass(1);
    for (let seconds = 0; !state.done && seconds < 400; seconds++) {
      await this.#world.pass(1000, () => this.#check.look());
    }
    if (!state.done) this.#check.problems.add('a verb was not answered within 400 seconds');
    else await ended;
  }

  async #deploy(onStop: 'terminate' | 'keep', start: boolean): Promise<void> {
    const { fleet } = this.#world.app;
    if (fleet.list().length >= MOST_DEPLOYMENTS) return;
    await fleet.create(wish(`d${++this.#names}`, { onStop }), start, never);
  }

  #pick(slot: number): DeploymentView | null {
    const views = this.#world.app.fleet.list();
    return views.length === 0 ? null : (views[slot % views.length] ?? null);
  }

  async #perform(verb: Verb, slot: number, seconds: number): Promise<void> {
    const { fleet } = this.#world.app;
    if (verb === 'stop-all') fleet.stopAll();
    else if (verb === 'sleep-coming') fleet.computerSleeps();
    else if (verb === 'hurry') fleet.hurry();
    else if (verb === 'sweep') await this.#sweep(slot);
    else if (verb === 'adopt') await this.#adopt(slot);
    else {
      const picked = this.#pick(slot);
      if (picked !== null) await this.#performOn(picked, verb, seconds);
    }
  }

  async #performOn({ id, spec }: DeploymentView, verb: Verb, seconds: number): Promise<void> {
    const { fleet } = this.#world.app;
    if (verb === 'start') fleet.startDeployment(id);
    if (verb === 'stop') fleet.stop(id);
    if (verb === 'restart') fleet.restart(id);
    if (verb === 'terminate') fleet.terminate(id);
    if (verb === 'keep-alive') fleet.keepAlive(id, Math.max(1, seconds));
    if (verb === 'request') this.#request(id, seconds);
    if (verb === 'unreachable') this.#target(id)?.reportUnreachable();
    if (verb === 'edit') {
      await fleet.edit(id, { ...spec, contextTokens: 8192 + 1024 * (this.#edits++ % 3) }, never);
    }
    if (verb === 'edit-money') {
      const usdPerDay = seconds < 30 ? null : seconds / 100;
      await fleet.edit(id, { ...spec, budget: { ...spec.budget, usdPerDay } }, never);
    }
  }

  #target(id: string): Target | undefined {
    return this.#world.app.fleet.targets.list().find((target) => target.id === id);
  }

  /** A client asks, waits no longer than it likes, and is served for as long again. */
  #request(id: string, seconds: number): void {
    const { appClock } = this.#world;
    const target = this.#target(id);
    if (target === undefined) return;
    const leaving = new AbortController();
    appClock.after(seconds * 5000, () => leaving.abort());
    target.ensureReady(leaving.signal).then(
      () => {
        const lease = target.lease();
        appClock.after(seconds * 1000, () => lease.end(true));
      },
      () => undefined,
    );
  }

  async #sweep(slot: number): Promise<void> {
    const { radar } = this.#world.app.fleet;
    const { items } = await radar.scan(never);
    const ours = items.filter((item) => item.kind === 'pod' && item.ownership === 'orphan');
    const item = ours[slot % Math.max(1, ours.length)];
    if (item !== undefined) await radar.terminate('pod', item.id, never);
  }

  async #adopt(slot: number): Promise<void> {
    const ids = [...this.#foreign];
    const id = ids[slot % Math.max(1, ids.length)];
    if (id === undefined || this.#world.app.fleet.list().length >= MOST_DEPLOYMENTS) return;
    await this.#world.app.fleet.radar.adopt('pod', id, `d${++this.#names}`, never);
    this.#foreign.delete(id);
    this.#adopted.add(id);
  }

  async #outside(what: 'stop' | 'delete' | 'lock' | 'foreign-pod', slot: number): Promise<void> {
    try {
      if (what === 'foreign-pod') await this.#makeForeignPod();
      else await this.#meddle(what, slot);
    } catch (error) {
      // The cloud did not answer the console either.
      if (!(error instanceof TypeError) && !isAbort(error)) throw error;
    }
  }

  async #meddle(what: 'stop' | 'delete' | 'lock', slot: number): Promise<void> {
    // Of a pod that the app never saw it can know nothing; the account's bill alone has it.
    const pods = this.#world.app.fleet.list().flatMap(({ pod }) => (pod === null ? [] : [pod.id]));
    const podId = pods[slot % Math.max(1, pods.length)];
    if (podId === undefined) return;
    if (what === 'stop') await this.#console('POST', `/pods/${podId}/action`, { action: 'stop' });
    if (what === 'delete') await this.#console('DELETE', `/pods/${podId}`);
    if (what === 'lock') await this.#console('PATCH', `/pods/${podId}`, { locked: true });
  }

  async #makeForeignPod(): Promise<void> {
    if (this.#foreign.size > 1) return;
    const response = await this.#console('POST', '/pods', {
      name: `somebody-else-${this.#foreign.size}`,
      image: 'vllm/vllm-openai:v0.27.1',
      args: '--model Qwen/Qwen3-8B',
      gpu: { id: 'NVIDIA L40S', count: 1 },
      ports: ['8000/http'],
      disk: 60,
    });
    if (response.status !== 201) return;
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'id' in body) this.#foreign.add(String(body.id));
  }

  /** Somebody in RunPod's console. Armed faults may hit him as well; then nothing comes of it. */
  #console(method: string, path: string, body?: object): Promise<Response> {
    const { sandbox, cloudClock } = this.#world;
    const patience = new AbortController();
    cloudClock.after(50_000, () => patience.abort());
    return sandbox.fetch(`${sandbox.urls().apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      signal: patience.signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** The weather clears; everything comes to rest, is removed, and the bill is compared with the ledger. */
  async close(): Promise<Outcome> {
    this.#clear();
    await this.#require('everything comes to rest', () => this.#rests(), 60 * MINUTE);
    const { fleet } = this.#world.app;
    for (const { id } of fleet.list()) fleet.terminate(id);
    await this.#require('everything is removed', () => fleet.list().length === 0, 20 * MINUTE);
    // A create whose answer was lost may be carried out after that; its pod is ended at the next look.
    await this.#world.pass(2 * MINUTE, undefined, 5000);
    await this.#require('nothing of it runs', () => this.#check.running().length === 0, 10 * MINUTE);
    await this.#require('the bill settles what was guessed', () => this.#isSettled(), 30 * 60 * MINUTE);
    const billed = this.#billUsd();
    await this.#world.pass(30 * MINUTE, undefined, 5000);
    if (this.#billUsd() > billed) this.#check.problems.add('something bills after everything was removed');
    this.#strangersUntouched();
    const [billUsd, ledgerUsd] = [this.#billUsd(), this.#ledgerUsd()];
    if (Math.abs(ledgerUsd - billUsd) > billUsd / 1000 + UNSEEN_USD) {
      this.#check.problems.add(`the bill is $${billUsd.toFixed(4)}, the ledger has $${ledgerUsd.toFixed(4)}`);
    }
    return { problems: [...this.#check.problems], billUsd, ledgerUsd };
  }

  async #require(what: string, holds: () => boolean, limitMs: number): Promise<void> {
    const done = await this.#world.until(() => {
      this.#check.look();
      return holds();
    }, limitMs);
    if (done) return;
    const views = this.#world.app.fleet
      .list()
      .map(({ name, state, desired, pod, stillBilling, problem }) => ({
        name,
        state,
        desired,
        pod: pod?.status,
        stillBilling,
        problem: problem?.message,
      }));
    this.#check.problems.add(`not within ${limitMs / MINUTE} minutes: ${what}. ${JSON.stringify(views)}`);
  }

  #rests(): boolean {
    const open = this.#world.db.get('SELECT 1 AS open FROM deployment_intents WHERE outcome IS NULL');
    return (
      open === undefined &&
      this.#world.app.fleet
        .list()
        .every(({ state, stillBilling }) => ['ready', 'stopped', 'failed'].includes(state) && !stillBilling)
    );
  }

  #isSettled(): boolean {
    const { ledger } = this.#world.app;
    return ledger.open().length === 0 && ledger.unsettled().length === 0;
  }

  /** Compute and disks of the pods this app made, all their life. */
  #billUsd(): number {
    return this.#ourBill().reduce((sum, pod) => sum + pod.usd, 0);
  }

  #ledgerUsd(): number {
    const ours = new Set(this.#ourBill().map((pod) => pod.podId));
    return this.#world.app.ledger
      .entries({ limit: 100_000 }, this.#world.cloudClock.now())
      .filter((entry) => ours.has(entry.resourceId))
      .reduce((sum, entry) => sum + entry.usd, 0);
  }

  #ourBill(): ReturnType<LyingWorld['sandbox']['bill']>['pods'] {
    return this.#world.sandbox.bill().pods.filter((pod) => isOurs(pod.name) && !this.#adopted.has(pod.podId));
  }

  #strangersUntouched(): void {
    const running = this.#world.sandbox
      .bill()
      .pods.filter((pod) => pod.running)
      .map((pod) => pod.podId);
    for (const id of this.#foreign) {
      if (!running.includes(id)) this.#check.problems.add(`pod ${id} of somebody else was ended`);
    }
  }
}

function wish(name: string, more: Partial<DeploymentWish>): DeploymentWish {
  return {
    name,
    model: 'Qwen/Qwen3-8B',
    contextTokens: 8192,
    idle: { policy: 'fixed', minutes: 10 },
    ...more,
  };
}
