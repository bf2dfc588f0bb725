import { number, type Db } from '../platform/db.ts';
import type { Use } from './policy/use.ts';

/** Enough for the gaps that are computed with; older habits are forgotten. */
const USES_PER_DEPLOYMENT = 501;

export const USES_SCHEMA = `
CREATE TABLE deployment_uses (
  seq INTEGER PRIMARY KEY, deployment_id TEXT NOT NULL, from_ms REAL NOT NULL, to_ms REAL NOT NULL
) STRICT;
CREATE INDEX deployment_uses_of ON deployment_uses (deployment_id, seq);
`;

/** When deployments were asked: spells of requests, each from the first one's arrival to the last one's end. */
export class Uses {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  add(deploymentId: string, fromMs: number, toMs: number): void {
    this.#db.run(
      'INSERT INTO deployment_uses (deployment_id, from_ms, to_ms) VALUES (?, ?, ?)',
      deploymentId,
      fromMs,
      toMs,
    );
    this.#db.run(
      'DELETE FROM deployment_uses WHERE deployment_id = ? AND seq <= (SELECT seq FROM deployment_uses WHERE deployment_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)',
      deploymentId,
      deploymentId,
      USES_PER_DEPLOYMENT,
    );
  }

  /** By arrival. */
  of(deploymentId: string): Use[] {
    return this.#db
      .all('SELECT from_ms, to_ms FROM deployment_uses WHERE deployment_id = ? ORDER BY seq', deploymentId)
      .map((row) => ({
        at: number(row, 'from_ms'),
        serviceMs: number(row, 'to_ms') - number(row, 'from_ms'),
      }));
  }

  remove(deploymentId: string): void {
    this.#db.run('DELETE FROM deployment_uses WHERE deployment_id = ?', deploymentId);
  }
}
