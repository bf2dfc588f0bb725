import { app } from 'electron';
import type { LocalApi } from '../../control/local-api.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Ask } from './ask.ts';
import { quitQuestion, unconfirmedQuestion } from './questions.ts';
import { isBilling, type DesktopState } from '../tray/tray-state.ts';
import type { Words } from '../words/en.ts';

export interface QuitParts {
  readonly api: () => LocalApi | null;
  readonly state: () => DesktopState;
  readonly words: () => Words;
  readonly ask: Ask;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends everything that runs. */
  readonly dispose: () => Promise<void>;
}

/** How long RunPod may take to confirm a stop before the user is asked again. */
const CONFIRM_SECONDS = 20;
/** What does not end by itself within this time is left to the end of the process. */
const DISPOSE_MS = 10_000;

/**
 * Quitting: asks when something bills, stops it when told to, and ends the core before the process. `app.quit` may be
 * called by anyone (menu, dock, system); it comes through here.
 */
export class Quitting {
  readonly #parts: QuitParts;
  #stage: 'running' | 'asking' | 'agreed' | 'disposed' = 'running';
  #exitCode = 0;
  #relaunch = false;

  constructor(parts: QuitParts) {
    this.#parts = parts;
    app.on('before-quit', (event) => {
      if (this.isAgreed) return;
      event.preventDefault();
      void this.#ask();
    });
    app.on('will-quit', (event) => {
      if (this.#stage === 'disposed') return;
      event.preventDefault();
      void this.#dispose();
    });
  }

  /** Windows may close for good. */
  get isAgreed(): boolean {
    return this.#stage === 'agreed' || this.#stage === 'disposed';
  }

  /** From now on windows may close and nothing is asked: somebody else ends the app. */
  agree(): void {
    this.#stage = 'agreed';
  }

  /** Ends without a question: asked from outside (a signal, the command line), or the system ends. */
  now(options: { readonly exitCode?: number; readonly relaunch?: boolean } = {}): void {
    this.#exitCode = options.exitCode ?? 0;
    this.#relaunch = options.relaunch ?? false;
    this.agree();
    app.quit();
  }

  async #ask(): Promise<void> {
    if (this.#stage !== 'running') return;
    this.#stage = 'asking';
    try {
      if (await this.#isAgreedTo()) this.now();
      else this.#stage = 'running';
    } catch (error) {
      this.#stage = 'running';
      this.#parts.log.error({ err: error }, 'quitting failed');
    }
  }

  async #isAgreedTo(): Promise<boolean> {
    const { ask, words, state } = this.#parts;
    const { deployments, status } = state();
    const question = quitQuestion(deployments, status?.simulated ?? false, words());
    if (question === null) return true;
    const answer = await ask(question);
    if (answer !== 'stop') return answer === 'keep';
    const left = await this.#stopAll();
    return left.length === 0 || (await ask(unconfirmedQuestion(left, words()))) === 'quit';
  }

  /** Stops everything; returns the names of what may still bill. */
  async #stopAll(): Promise<string[]> {
    const { api, state, log } = this.#parts;
    const core = api();
    const names = state()
      .deployments.filter(isBilling)
      .map((view) => view.name);
    if (core === null) return names;
    await core.call('deployments.stopAll', {});
    const waits = names.map(async (deployment) => {
      const until = 'stopped';
      await core.call('deployments.wait', { deployment, until, timeoutSeconds: CONFIRM_SECONDS });
    });
    const results = await Promise.allSettled(waits);
    for (const result of results) {
      if (result.status === 'rejected') log.warn({ err: result.reason as unknown }, 'stop not confirmed');
    }
    return names.filter((_name, index) => results[index]?.status === 'rejected');
  }

  async #dispose(): Promise<void> {
    const { clock, dispose, log } = this.#parts;
    const enough = new AbortController();
    const limit = clock.sleep(DISPOSE_MS, enough.signal).catch(() => undefined);
    await Promise.race([limit, dispose().catch((error: unknown) => log.error({ err: error }, 'bad end'))]);
    enough.abort();
    this.#stage = 'disposed';
    if (this.#relaunch) app.relaunch();
    app.exit(this.#exitCode);
  }
}
