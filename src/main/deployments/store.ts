import { AppError } from '../../shared/errors.ts';
import { number, numberOrNull, text, textOrNull, type Db, type Row } from '../platform/db.ts';
import type { HistoryEntry } from '../../shared/model.ts';
import type { Intent } from './events.ts';
import { Experience } from './experience.ts';
import { USES_SCHEMA, Uses } from './uses.ts';
import { endpointLaunchSchema, launchSchema, recordSchema, type DeploymentRecord } from './record.ts';

const SCHEMA = `
CREATE TABLE deployment_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL) STRICT;
CREATE TABLE deployments (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at REAL NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE TABLE deployment_intents (
  id TEXT PRIMARY KEY, deployment_id TEXT NOT NULL, kind TEXT NOT NULL, pod_name TEXT NOT NULL, pod_id TEXT,
  launch TEXT, sent_at REAL NOT NULL, outcome TEXT, closed_at REAL
) STRICT;
CREATE INDEX deployment_intents_open ON deployment_intents (deployment_id) WHERE outcome IS NULL;
CREATE TABLE deployment_history (
  seq INTEGER PRIMARY KEY, deployment_id TEXT NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX deployment_history_of ON deployment_history (deployment_id, seq);
CREATE TABLE deployment_pods (
  id TEXT PRIMARY KEY, deployment_id TEXT NOT NULL, name TEXT NOT NULL, created_at REAL NOT NULL, ended_at REAL
) STRICT;
CREATE INDEX deployment_pods_of ON deployment_pods (deployment_id);
CREATE TABLE deployment_capacity (
  seq INTEGER PRIMARY KEY, gpu_type_id TEXT NOT NULL, data_center_id TEXT, at REAL NOT NULL, outcome TEXT NOT NULL
) STRICT;
CREATE TABLE deployment_boots (
  seq INTEGER PRIMARY KEY, gpu_type_id TEXT NOT NULL, model TEXT NOT NULL, phase TEXT NOT NULL, seconds REAL NOT NULL,
  at REAL NOT NULL
) STRICT;
CREATE INDEX deployment_boots_of ON deployment_boots (gpu_type_id, model, phase);
`;

/** What begins to cost money. */
const BILLED: ReadonlySet<Intent['kind']> = new Set(['create', 'create-endpoint', 'start']);
const HISTORY_PER_DEPLOYMENT = 500;
const CLOSED_INTENTS = 1000;
const ENDED_PODS = 2000;

export interface PodRow {
  readonly id: string;
  readonly deploymentId: string;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

/** Everything of this room that outlives the process. Writes belong into `db.transaction` together. */
export class DeploymentStore {
  readonly db: Db;
  readonly experience: Experience;
  readonly uses: Uses;

  readonly #confirm: () => void;

  /** `confirm` throws when what was written will not be there for the next start of the app. */
  constructor(db: Db, confirm: () => void = () => {}) {
    this.db = db;
    this.#confirm = confirm;
    db.migrate('deployments', [{ sql: SCHEMA }, { sql: USES_SCHEMA }]);
    this.experience = new Experience(db);
    this.uses = new Uses(db);
  }

  meta(key: string): { readonly value: string; readonly at: number } | null {
    const row = this.db.get('SELECT value, at FROM deployment_meta WHERE key = ?', key);
    return row === undefined ? null : { value: text(row, 'value'), at: number(row, 'at') };
  }

  setMeta(key: string, value: string, at: number): void {
    this.db.run(
      'INSERT INTO deployment_meta (key, value, at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = excluded.at',
      key,
      value,
      at,
    );
  }

  /** `unreadable` = ids of rows that this version cannot read: they exist, whatever they say. */
  records(): { readonly records: DeploymentRecord[]; readonly unreadable: readonly string[] } {
    const records: DeploymentRecord[] = [];
    const unreadable: string[] = [];
    for (const row of this.db.all('SELECT id, body FROM deployments ORDER BY created_at, id')) {
      const parsed = recordSchema.safeParse(JSON.parse(text(row, 'body')));
      if (parsed.success) records.push(parsed.data);
      else unreadable.push(text(row, 'id'));
    }
    return { records, unreadable };
  }

  save(record: DeploymentRecord, body: string): void {
    this.db.run(
      'INSERT INTO deployments (id, name, created_at, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, body = excluded.body',
      record.id,
      record.spec.name,
      record.createdAt,
      body,
    );
  }

  /** The pods it made stay on record: one of them may still come to light. */
  remove(deploymentId: string): void {
    this.db.run('DELETE FROM deployments WHERE id = ?', deploymentId);
    this.db.run('DELETE FROM deployment_history WHERE deployment_id = ?', deploymentId);
    this.uses.remove(deploymentId);
  }

  /**
   * Announces a call. One that may cost money is to be known after a crash at any later instant: that is made sure of
   * before it may be sent. @throws AppError data_dir_lost, disk_full
   */
  openIntent(intent: Intent): void {
    this.#insertIntent(intent);
    if (!BILLED.has(intent.kind)) return;
    try {
      this.#confirm();
    } catch (error) {
      this.#dropIntent(intent.id);
      throw error;
    }
  }

  #insertIntent(intent: Intent): void {
    this.db.run(
      'INSERT INTO deployment_intents (id, deployment_id, kind, pod_name, pod_id, launch, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      intent.id,
      intent.deploymentId,
      intent.kind,
      intent.podName,
      intent.podId,
      launchText(intent),
      intent.sentAt,
    );
  }

  /** It is not sent: whatever became of its row, no pod can come of it. */
  #dropIntent(id: string): void {
    try {
      this.db.run('DELETE FROM deployment_intents WHERE id = ?', id);
    } catch {
      // The reason is on its way up already.
    }
  }

  closeIntent(id: string, outcome: string, at: number): void {
    // A launch holds the model server's key; a closed intent needs it no more.
    this.db.run(
      'UPDATE deployment_intents SET outcome = ?, closed_at = ?, launch = NULL WHERE id = ? AND outcome IS NULL',
      outcome,
      at,
      id,
    );
    this.db.run(
      'DELETE FROM deployment_intents WHERE outcome IS NOT NULL AND closed_at < (SELECT closed_at FROM deployment_intents WHERE outcome IS NOT NULL ORDER BY closed_at DESC LIMIT 1 OFFSET ?)',
      CLOSED_INTENTS,
    );
  }

  openIntents(): Intent[] {
    return this.db
      .all('SELECT * FROM deployment_intents WHERE outcome IS NULL ORDER BY sent_at')
      .map((row) => intentOf(row));
  }

  addHistory(deploymentId: string, at: number, entry: Omit<HistoryEntry, 'at'>): void {
    this.db.run(
      'INSERT INTO deployment_history (deployment_id, at, kind, text, data) VALUES (?, ?, ?, ?, ?)',
      deploymentId,
      at,
      entry.kind,
      entry.text,
      JSON.stringify(entry.data),
    );
    this.db.run(
      'DELETE FROM deployment_history WHERE deployment_id = ? AND seq <= (SELECT seq FROM deployment_history WHERE deployment_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)',
      deploymentId,
      deploymentId,
      HISTORY_PER_DEPLOYMENT,
    );
  }

  history(deploymentId: string): HistoryEntry[] {
    return this.db
      .all(
        'SELECT at, kind, text, data FROM deployment_history WHERE deployment_id = ? ORDER BY seq',
        deploymentId,
      )
      .map((row) => ({
        at: new Date(number(row, 'at')).toISOString(),
        kind: text(row, 'kind'),
        text: text(row, 'text'),
        data: dataOf(text(row, 'data')),
      }));
  }

  addPod(pod: {
    readonly id: string;
    readonly deploymentId: string;
    readonly name: string;
    readonly createdAt: number;
  }): void {
    this.db.run(
      'INSERT INTO deployment_pods (id, deployment_id, name, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
      pod.id,
      pod.deploymentId,
      pod.name,
      pod.createdAt,
    );
    this.db.run(
      'DELETE FROM deployment_pods WHERE ended_at < (SELECT ended_at FROM deployment_pods WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1 OFFSET ?)',
      ENDED_PODS,
    );
  }

  /** Whether an endpoint was ever announced in a create: one may be left over. */
  madeEndpoints(): boolean {
    const row = this.db.get(
      "SELECT 1 AS found FROM deployment_intents WHERE kind = 'create-endpoint' LIMIT 1",
    );
    return row !== undefined;
  }

  endPod(id: string, at: number): void {
    this.db.run('UPDATE deployment_pods SET ended_at = ? WHERE id = ? AND ended_at IS NULL', at, id);
  }

  pod(id: string): PodRow | null {
    const row = this.db.get('SELECT * FROM deployment_pods WHERE id = ?', id);
    if (row === undefined) return null;
    return {
      id,
      deploymentId: text(row, 'deployment_id'),
      createdAt: number(row, 'created_at'),
      endedAt: numberOrNull(row, 'ended_at'),
    };
  }
}

const launchText = ({ launch, endpoint }: Intent): string | null =>
  launch === null && endpoint === undefined ? null : JSON.stringify(endpoint ?? launch);

function intentOf(row: Row): Intent {
  const launch = textOrNull(row, 'launch');
  const made: unknown = launch === null ? null : JSON.parse(launch);
  const kind = kindOf(text(row, 'kind'));
  const forEndpoint = kind === 'create-endpoint';
  return {
    id: text(row, 'id'),
    deploymentId: text(row, 'deployment_id'),
    kind,
    podName: text(row, 'pod_name'),
    podId: textOrNull(row, 'pod_id'),
    launch: made === null || forEndpoint ? null : launchSchema.parse(made),
    ...(made !== null && forEndpoint ? { endpoint: endpointLaunchSchema.parse(made) } : {}),
    sentAt: number(row, 'sent_at'),
  };
}

function kindOf(value: string): Intent['kind'] {
  if (value === 'create-endpoint') return value;
  if (value === 'create' || value === 'start' || value === 'stop' || value === 'terminate') return value;
  throw new AppError('internal', `A stored intent has the unknown kind "${value}".`);
}

function dataOf(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
