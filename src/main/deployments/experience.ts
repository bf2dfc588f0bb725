import { number, text, textOrNull, type Db } from '../platform/db.ts';
import type { CapacityMemory } from '../planner/types.ts';

const CAPACITY_ROWS = 500;
const BOOT_ROWS = 5000;

/** What placements and boots taught; the tables are the store's. */
export class Experience {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  addCapacity(entry: CapacityMemory): void {
    this.#db.run(
      'INSERT INTO deployment_capacity (gpu_type_id, data_center_id, at, outcome) VALUES (?, ?, ?, ?)',
      entry.gpuTypeId,
      entry.dataCenterId,
      entry.at,
      entry.outcome,
    );
    this.#db.run(
      'DELETE FROM deployment_capacity WHERE seq <= (SELECT seq FROM deployment_capacity ORDER BY seq DESC LIMIT 1 OFFSET ?)',
      CAPACITY_ROWS,
    );
  }

  capacity(sinceMs: number): CapacityMemory[] {
    return this.#db
      .all('SELECT * FROM deployment_capacity WHERE at >= ? ORDER BY seq', sinceMs)
      .map((row) => ({
        gpuTypeId: text(row, 'gpu_type_id'),
        dataCenterId: textOrNull(row, 'data_center_id'),
        at: number(row, 'at'),
        outcome: outcomeOf(text(row, 'outcome')),
      }));
  }

  addBootPhase(gpuTypeId: string, model: string, phase: string, seconds: number, at: number): void {
    this.#db.run(
      'INSERT INTO deployment_boots (gpu_type_id, model, phase, seconds, at) VALUES (?, ?, ?, ?, ?)',
      gpuTypeId,
      model,
      phase,
      seconds,
      at,
    );
    this.#db.run(
      'DELETE FROM deployment_boots WHERE seq <= (SELECT seq FROM deployment_boots ORDER BY seq DESC LIMIT 1 OFFSET ?)',
      BOOT_ROWS,
    );
  }

  /** Boots of a model that got to the end since an instant, on any GPU. */
  bootsSince(model: string, sinceMs: number): number {
    const row = this.#db.get(
      "SELECT COUNT(*) AS n FROM deployment_boots WHERE model = ? AND phase = 'total' AND at >= ?",
      model,
      sinceMs,
    );
    return row === undefined ? 0 : number(row, 'n');
  }

  /** The newest durations first, at most `limit`; `gpuTypeId` null = of pods on any GPU. */
  bootSeconds(gpuTypeId: string | null, model: string, phase: string, limit: number): number[] {
    const rows =
      gpuTypeId === null
        ? this.#db.all(
            "SELECT seconds FROM deployment_boots WHERE model = ? AND phase = ? AND gpu_type_id NOT LIKE 'serverless|%' ORDER BY seq DESC LIMIT ?",
            model,
            phase,
            limit,
          )
        : this.#db.all(
            'SELECT seconds FROM deployment_boots WHERE gpu_type_id = ? AND model = ? AND phase = ? ORDER BY seq DESC LIMIT ?',
            gpuTypeId,
            model,
            phase,
            limit,
          );
    return rows.map((row) => number(row, 'seconds'));
  }
}

function outcomeOf(value: string): CapacityMemory['outcome'] {
  if (value === 'placed' || value === 'stuck') return value;
  return 'no-capacity';
}
