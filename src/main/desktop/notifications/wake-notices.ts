import type { DeploymentView } from '../../../shared/model.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Disposable } from '../../platform/lifecycle.ts';
import { isStarting, type DesktopState } from '../tray/tray-state.ts';
import type { Words } from '../words/en.ts';
import type { Notice } from './notification-rules.ts';

export interface WakeNoticeParts {
  readonly clock: Clock;
  readonly words: () => Words;
  /** Whether a request, not a person, started it. */
  readonly isWake: (view: DeploymentView) => Promise<boolean>;
  readonly show: (notice: Notice) => void;
}

/** Short starts are not worth a word; a client that waits longer makes people wonder (CLIENTS 2.2.2). */
const WAIT_MS = 20_000;

/** Tells when a request has been holding a client for a while because its model is started. */
export class WakeNotices implements Disposable {
  readonly #parts: WakeNoticeParts;
  readonly #waiting = new Map<string, () => void>();

  constructor(parts: WakeNoticeParts) {
    this.#parts = parts;
  }

  see({ deployments }: DesktopState): void {
    const starting = new Map(deployments.filter(isStarting).map((view) => [view.id, view]));
    for (const [id, cancel] of this.#waiting) {
      if (starting.has(id)) continue;
      cancel();
      this.#waiting.delete(id);
    }
    for (const [id, view] of starting) {
      if (this.#waiting.has(id)) continue;
      this.#waiting.set(
        id,
        this.#parts.clock.after(WAIT_MS, () => void this.#tell(view)),
      );
    }
  }

  dispose(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  async #tell(view: DeploymentView): Promise<void> {
    if (!(await this.#parts.isWake(view))) return;
    this.#parts.show(wakeNotice(view, this.#parts.words()));
  }
}

export function wakeNotice(view: DeploymentView, words: Words): Notice {
  const usual = view.phases.map((phase) => phase.usualSeconds).filter((seconds) => seconds !== null);
  const seconds = usual.length === 0 ? null : usual.reduce((sum, part) => sum + part, 0);
  const rate = view.cost.nowUsdPerHour;
  const price = rate > 0 ? words.money.perHour(words.money.usd(rate)) : null;
  return {
    title: words.notify.waking(view.name),
    body: words.notify.wakingBody(seconds, price),
    isUrgent: false,
    onClick: { do: 'open', page: `/deployments/${view.name}` },
    buttons: [{ label: words.notify.cancel, action: { do: 'stop', deployment: view.name } }],
  };
}
