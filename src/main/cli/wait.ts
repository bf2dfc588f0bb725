import type { Command } from 'commander';
import type { MethodParsedInput } from '../../shared/api.ts';
import { AppError } from '../../shared/errors.ts';
import type { DeploymentView } from '../../shared/model.ts';
import type { ControlClient } from '../control/client.ts';
import type { Cli } from './cli.ts';
import { goesOn, phaseKey, phaseStartLine, progressLine } from './render/progress.ts';
import { truncate } from './render/table.ts';
import { duration, stateWords } from './render/words.ts';
import { seconds } from './wish.ts';

export interface WaitOptions {
  readonly wait?: boolean;
  readonly timeout?: number;
}

export type Until = MethodParsedInput<'deployments.wait'>['until'];

const TIMEOUT_SECONDS = 1800;
const REDRAW_MS = 1000;

export function addWaitOptions(command: Command, until: string): Command {
  return command
    .option('--wait', `wait until ${until}`)
    .option('--timeout <time>', 'longest wait, such as 90, 15m or 2h (default: 30m)', seconds);
}

/**
 * Waits and shows what happens meanwhile. Ctrl-C ends the wait, not the deployment.
 * @throws AppError wait_timeout, client_closed, or the deployment's problem
 */
export async function waitFor(
  cli: Cli,
  api: ControlClient,
  view: DeploymentView,
  until: Until,
  options: WaitOptions,
): Promise<DeploymentView> {
  const timeoutSeconds = options.timeout ?? TIMEOUT_SECONDS;
  const progress = showProgress(cli, api, view);
  try {
    return await api.call('deployments.wait', { deployment: view.id, until, timeoutSeconds }, cli.signal);
  } catch (error) {
    // What has gone before the wait for it began is gone all the same.
    if (until === 'terminated' && error instanceof AppError && error.code === 'not_found')
      return progress.view;
    throw waitError(error, progress.view, until, timeoutSeconds, cli.signal);
  } finally {
    progress.end();
  }
}

/** What becomes of a deployment, shown until `end` is called, which may be more than once. */
export interface ShownProgress {
  /** As it was last heard of. */
  readonly view: DeploymentView;
  end(): void;
}

export function showProgress(cli: Cli, api: ControlClient, view: DeploymentView): ShownProgress {
  const progress = new Progress(cli, view);
  const unsubscribe = api.subscribe((event) => {
    if (event.name === 'deployment.changed' && event.payload.id === view.id) progress.update(event.payload);
  });
  const stopRedrawing = cli.clock.every(REDRAW_MS, () => progress.draw());
  return {
    get view() {
      return progress.view;
    },
    end: () => {
      stopRedrawing();
      unsubscribe();
      progress.end();
    },
  };
}

function waitError(
  error: unknown,
  view: DeploymentView,
  until: Until,
  timeoutSeconds: number,
  signal: AbortSignal,
): unknown {
  const details = { deployment: view.id, state: view.state, usdPerHour: view.cost.nowUsdPerHour };
  const stop = `runpod-llm stop ${view.name}`;
  if (signal.aborted) {
    return new AppError('client_closed', `Stopped waiting. ${goesOn(view)}`, {
      advice: `Look again: runpod-llm show ${view.name}. Stop it: ${stop}`,
      details,
    });
  }
  if (error instanceof AppError && error.code === 'instance_unreachable') {
    return new AppError('instance_unreachable', `The running instance ended. ${goesOn(view)}`, {
      advice: 'Start it again: runpod-llm serve. It takes over what was under way.',
      details,
    });
  }
  if (!(error instanceof AppError) || error.code !== 'wait_timeout') return error;
  const message = `${view.name} is not ${until} after ${duration(timeoutSeconds * 1000)}: ${stateWords(view).text}${detailOf(view)}.`;
  return new AppError('wait_timeout', message, {
    advice: `It goes on in the background. Look again: runpod-llm show ${view.name}. Stop it: ${stop}`,
    details,
  });
}

/** What it is at, or what it waits for. */
function detailOf({ phases }: DeploymentView): string {
  const detail = phases.at(-1)?.detail ?? null;
  return detail === null ? '' : ` (${detail.replace(/\.$/, '')})`;
}

/** One redrawn line where somebody watches, else a line a phase; nothing with --json. */
class Progress {
  readonly #cli: Cli;
  readonly #startedAt: number;
  #view: DeploymentView;
  #key = '';
  #drawn = false;

  constructor(cli: Cli, view: DeploymentView) {
    this.#cli = cli;
    this.#startedAt = cli.clock.now();
    this.#view = view;
    this.draw();
  }

  get view(): DeploymentView {
    return this.#view;
  }

  update(view: DeploymentView): void {
    this.#view = view;
    this.draw();
  }

  draw(): void {
    const { terminal, clock, json } = this.#cli;
    if (json) return;
    if (terminal.interactive) {
      const text = truncate(progressLine(this.#view, clock.now()), Math.min(terminal.errColumns - 1, 200));
      terminal.errRaw(`\r\u001b[2K${text}`);
      this.#drawn = true;
      return;
    }
    const key = phaseKey(this.#view);
    if (key === this.#key) return;
    this.#key = key;
    terminal.err(phaseStartLine(this.#view, this.#startedAt, clock.now()));
  }

  end(): void {
    if (this.#drawn) this.#cli.terminal.errRaw('\r\u001b[2K');
    this.#drawn = false;
  }
}
