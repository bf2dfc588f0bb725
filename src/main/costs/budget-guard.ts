import { AppError } from '../../shared/errors.ts';
import { number, text, type Db, type Migration } from '../platform/db.ts';
import {
  budgetError,
  judgeBudget,
  noticesOf,
  periodOf,
  reachedAt,
  stopFor,
  type BudgetLimit,
  type BudgetNotice,
  type BudgetScope,
  type BudgetState,
} from './budgets.ts';
import type { Ledger } from './ledger.ts';

const MIGRATIONS: readonly Migration[] = [
  {
    sql: `
      CREATE TABLE budget_overrides (period TEXT PRIMARY KEY, usd REAL NOT NULL, ends_ms INTEGER NOT NULL) STRICT;
      CREATE TABLE budget_notices (key TEXT PRIMARY KEY, ends_ms INTEGER NOT NULL) STRICT;`,
  },
];

export interface BudgetGuardOptions {
  readonly db: Db;
  readonly ledger: Pick<Ledger, 'spent' | 'usdPerHour'>;
  /** The limits as they are now; settings and deployments change. */
  readonly limits: () => readonly BudgetLimit[];
  readonly zone: () => string;
}

export function createBudgetGuard(options: BudgetGuardOptions): BudgetGuard {
  return new BudgetGuard(options);
}

/**
 * Watches what is spent against the limits, and remembers across starts what was told and what was raised by hand. Act on
 * `states` (a stop holds as long as its state says so, also after a crash); tell the user with `takeNotices`.
 */
export class BudgetGuard {
  readonly #db: Db;
  readonly #options: BudgetGuardOptions;

  constructor(options: BudgetGuardOptions) {
    this.#db = options.db;
    this.#options = options;
    this.#db.migrate('budgets', MIGRATIONS);
  }

  states(nowMs: number): BudgetState[] {
    const { ledger, limits, zone } = this.#options;
    const raised = this.#overrides();
    return limits().map((limit) => {
      const period = periodOf(limit.scope, nowMs, zone());
      const filter = limit.scope.kind === 'deployment' ? { deploymentId: limit.scope.deploymentId } : {};
      const spentUsd = ledger.spent(filter, period.fromMs, nowMs);
      return judgeBudget(limit, period, spentUsd, raised.get(period.key) ?? null);
    });
  }

  /**
   * Notices due now, each once in its period. One counts as given when `carryOut` has returned: what fails or is cut off by
   * a crash comes again at the next call.
   */
  takeNotices(nowMs: number, carryOut: (notice: BudgetNotice) => void = () => {}): BudgetNotice[] {
    const given = new Set(this.#db.all('SELECT key FROM budget_notices').map((row) => text(row, 'key')));
    const notices = noticesOf(this.states(nowMs), given);
    if (notices.length > 0) this.#forgetPast(nowMs);
    for (const notice of notices) {
      carryOut(notice);
      this.#db.run('INSERT INTO budget_notices VALUES (?, ?)', notice.key, notice.state.period.toMs);
    }
    return notices;
  }

  /** Why a deployment may not cost `needUsd` now, what a start costs at the least; null = it may. */
  refusal(deploymentId: string, nowMs: number, needUsd = 0): AppError | null {
    const stop = stopFor(this.states(nowMs), deploymentId, needUsd);
    return stop === null ? null : budgetError(stop, needUsd);
  }

  /** When the next limit is reached at the rates of now; null = none in its period. Instants on the cloud's clock. */
  nextStop(nowMs: number): number | null {
    const { ledger } = this.#options;
    const reached = this.states(nowMs).flatMap((state) => {
      const { scope } = state;
      const filter = scope.kind === 'deployment' ? { deploymentId: scope.deploymentId } : {};
      return reachedAt(state, ledger.usdPerHour(filter), nowMs) ?? [];
    });
    return reached.length === 0 ? null : Math.min(...reached);
  }

  /**
   * Raises a budget for its current period, by hand.
   * @throws AppError invalid_input when there is no such budget or the amount does not raise it
   */
  raise(scope: BudgetScope, usd: number, nowMs: number): BudgetState {
    const { key, toMs } = periodOf(scope, nowMs, this.#options.zone());
    const current = this.#state(key, nowMs);
    if (!(usd > current.limitUsd)) {
      throw new AppError('invalid_input', `${usd} does not raise the budget of ${current.limitUsd}.`, {
        details: { field: 'usd', found: usd, allowed: `more than ${current.limitUsd}` },
      });
    }
    this.#db.transaction(() => {
      this.#forgetPast(nowMs);
      this.#db.run('INSERT OR REPLACE INTO budget_overrides VALUES (?, ?, ?)', key, usd, toMs);
    });
    return this.#state(key, nowMs);
  }

  #state(key: string, nowMs: number): BudgetState {
    const state = this.states(nowMs).find((candidate) => candidate.period.key === key);
    if (state === undefined) throw new AppError('invalid_input', 'There is no such budget to raise.');
    return state;
  }

  #overrides(): Map<string, number> {
    const rows = this.#db.all('SELECT period, usd FROM budget_overrides');
    return new Map(rows.map((row): [string, number] => [text(row, 'period'), number(row, 'usd')]));
  }

  #forgetPast(nowMs: number): void {
    this.#db.run('DELETE FROM budget_notices WHERE ends_ms <= ?', Math.round(nowMs));
    this.#db.run('DELETE FROM budget_overrides WHERE ends_ms <= ?', Math.round(nowMs));
  }
}
