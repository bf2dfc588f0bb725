import type { Db } from '../../../../src/main/platform/db.ts';

/** A database of which one process holds this end: once the process is killed, nothing it still tries is written. */
export function mortalDb(db: Db): Db & { kill(): void } {
  let alive = true;
  return {
    run: (sql, ...params) => (alive ? db.run(sql, ...params) : { changes: 0 }),
    get: (sql, ...params) => db.get(sql, ...params),
    all: (sql, ...params) => db.all(sql, ...params),
    transaction: (fn) => (alive ? db.transaction(fn) : fn()),
    migrate: (room, migrations) => db.migrate(room, migrations),
    confirm: () => db.confirm(),
    close: () => undefined,
    kill: () => {
      alive = false;
    },
  };
}
