import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  number,
  numberOrNull,
  openDb,
  text,
  textOrNull,
  type Db,
  type Migration,
} from '../../../src/main/platform/db.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { tempDir } from '../../support/temp.ts';
import { runScript } from './scripts.ts';

function open(path: string): Db {
  const db = openDb(path);
  onTestFinished(() => db.close());
  return db;
}

function withItems(path = ':memory:'): Db {
  const db = open(path);
  db.migrate('items', [{ sql: 'CREATE TABLE items (name TEXT PRIMARY KEY, size REAL) STRICT' }]);
  return db;
}

const names = (db: Db): string[] =>
  db.all('SELECT name FROM items ORDER BY name').map((row) => text(row, 'name'));
const add = (db: Db, name: string): void => void db.run('INSERT INTO items VALUES (?, ?)', name, null);

/** Open files of this process, where the system tells. */
const openHandles = (): number => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);

describe('openDb', () => {
  it('makes the file and its journal readable to their owner alone', () => {
    const path = join(tempDir(), 'deep/app.db');
    const db = withItems(path);
    add(db, 'a');
    const modes = readdirSync(join(path, '..')).map((file) => statSync(join(path, '..', file)).mode & 0o777);
    expect(modes.length).toBeGreaterThan(1);
    expect(new Set(modes)).toEqual(new Set([0o600]));
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  it('says what is wrong with a file that is no database, and lets go of it', () => {
    const path = join(tempDir(), 'app.db');
    writeFileSync(path, 'this is a text file, not a database; long enough to have no valid header at all');
    expect(() => openDb(path)).toThrow(expect.objectContaining({ code: 'data_dir_unusable' }));
    const handles = openHandles();
    for (let i = 0; i < 5; i++) expect(() => openDb(path)).toThrow(AppError);
    expect(openHandles()).toBe(handles);
  });

  it('keeps what was written, across closing and opening', () => {
    const path = join(tempDir(), 'app.db');
    const first = withItems(path);
    add(first, 'kept');
    first.close();
    first.close();
    expect(names(withItems(path))).toEqual(['kept']);
  });
});

describe('transaction', () => {
  it('commits what a function did and returns its result', () => {
    const db = withItems();
    const result = db.transaction(() => {
      add(db, 'a');
      return 'done';
    });
    expect([result, names(db)]).toEqual(['done', ['a']]);
  });

  it('undoes everything when the function throws, nested calls included', () => {
    const db = withItems();
    const attempt = (): void =>
      db.transaction(() => {
        db.transaction(() => add(db, 'inner'));
        add(db, 'outer');
        throw new Error('no');
      });
    expect(attempt).toThrow('no');
    expect(names(db)).toEqual([]);
    db.transaction(() => add(db, 'next'));
    expect(names(db)).toEqual(['next']);
  });

  it('undoes only a nested part whose failure was handled', () => {
    const db = withItems();
    db.transaction(() => {
      add(db, 'before');
      expect(() =>
        db.transaction(() => {
          add(db, 'half');
          throw new Error('nested');
        }),
      ).toThrow('nested');
      add(db, 'after');
    });
    expect(names(db)).toEqual(['after', 'before']);
  });

  it('refuses asynchronous work, which it could not undo', () => {
    const db = withItems();
    expect(() => db.transaction(() => Promise.resolve(add(db, 'later')))).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
    expect(names(db)).toEqual([]);
  });
});

describe('migrate', () => {
  const first: Migration = { sql: 'CREATE TABLE t (a TEXT) STRICT' };
  const second: Migration = { sql: 'ALTER TABLE t ADD COLUMN b TEXT' };
  const broken: Migration = { sql: 'CREATE TABLE extra (x TEXT) STRICT; CREATE TABLE t (again TEXT) STRICT' };

  it('runs each step once, each room by its own version', () => {
    const db = open(':memory:');
    db.migrate('room', [first]);
    db.migrate('room', [first, second]);
    db.migrate('room', [first, second]);
    db.migrate('other', [{ sql: 'CREATE TABLE o (a TEXT) STRICT' }]);
    db.run('INSERT INTO t (a, b) VALUES (?, ?)', 'x', 'y');
    expect(
      db.all('SELECT room, version FROM schema_versions ORDER BY room').map((row) => ({ ...row })),
    ).toEqual([
      { room: 'other', version: 1 },
      { room: 'room', version: 2 },
    ]);
  });

  it('leaves nothing of a step that fails, and does it again next time', () => {
    const db = open(':memory:');
    expect(() => db.migrate('room', [first, broken])).toThrow(/already exists/);
    expect(db.all("SELECT name FROM sqlite_schema WHERE name = 'extra'")).toEqual([]);
    db.migrate('room', [first, second]);
    expect(number(db.get('SELECT version FROM schema_versions') ?? {}, 'version')).toBe(2);
  });

  it('refuses data of a newer version of the app', () => {
    const db = open(':memory:');
    db.migrate('room', [first, second]);
    expect(() => db.migrate('room', [first])).toThrow(expect.objectContaining({ code: 'data_dir_unusable' }));
  });
});

describe('columns', () => {
  it('are read as what they are, and a wrong type is loud', () => {
    const db = withItems();
    db.run('INSERT INTO items VALUES (?, ?)', 'a', 1.5);
    add(db, 'b');
    const [a = {}, b = {}] = db.all('SELECT name, size FROM items ORDER BY name');
    expect([text(a, 'name'), number(a, 'size'), numberOrNull(b, 'size'), textOrNull(b, 'size')]).toEqual([
      'a',
      1.5,
      null,
      null,
    ]);
    expect(number({ big: 7n }, 'big')).toBe(7);
    expect(() => text(a, 'size')).toThrow('Column size is not text');
    expect(() => number(b, 'name')).toThrow('Column name is not a number');
  });
});

describe('a full disk', () => {
  it('is reported as disk_full, keeps what was committed and works again once there is room', (context) => {
    const folder = smallDisk(context, 1_000_000);
    const db = withItems(join(folder, 'app.db'));
    add(db, 'before');
    const filler = join(folder, 'filler');
    expect(() => writeFileSync(filler, Buffer.alloc(2_000_000))).toThrow('ENOSPC');
    const big = 'x'.repeat(200_000);
    expect(() => db.transaction(() => add(db, big))).toThrow(expect.objectContaining({ code: 'disk_full' }));
    expect(names(db)).toEqual(['before']);
    writeFileSync(filler, '');
    db.transaction(() => add(db, 'after'));
    expect(names(db)).toEqual(['after', 'before']);
  });
});

describe('what was written is confirmed', () => {
  /** Something was written long ago, so that it is in the file itself and not in its journal alone. */
  function used(folder: string): { readonly db: Db; readonly path: string } {
    const path = join(folder, 'app.db');
    const first = withItems(path);
    add(first, 'old');
    first.confirm();
    first.close();
    const db = open(path);
    add(db, 'new');
    return { db, path };
  }
  const lost = expect.objectContaining({ code: 'data_dir_lost' });

  it('while the file is where it was, as often as asked, and without leaving files open', () => {
    const { db } = used(tempDir());
    db.confirm();
    const handles = openHandles();
    for (let i = 0; i < 5; i++) db.confirm();
    expect(openHandles()).toBe(handles);
    open(':memory:').confirm();
  });

  it.each([
    ['the folder is removed', (path: string) => rmSync(join(path, '..'), { recursive: true })],
    ['the file is removed', (path: string) => rmSync(path)],
    ['the file is moved away', (path: string) => renameSync(path, `${path}.old`)],
    ['its journal is removed', (path: string) => rmSync(`${path}-wal`)],
    [
      'a copy takes its place',
      (path: string) => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
    ],
    [
      'it is written over, though its journal holds every page',
      (path: string) => {
        writeFileSync(path, 'x'.repeat(50_000), { flag: 'r+' });
      },
    ],
    ['something else is written over it', (path: string) => writeFileSync(path, 'x'.repeat(50_000))],
    ['it is cut to nothing', (path: string) => writeFileSync(path, '')],
  ])('not once %s', (_what, happens) => {
    const { db, path } = used(tempDir());
    db.confirm();
    happens(path);
    expect(() => db.confirm()).toThrow(lost);
    expect(() => db.confirm()).toThrow(lost);
  });

  it('not on a full disk, and again once there is room', (context) => {
    const folder = smallDisk(context, 1_000_000);
    const { db } = used(folder);
    const filler = join(folder, 'filler');
    expect(() => writeFileSync(filler, Buffer.alloc(2_000_000))).toThrow('ENOSPC');
    const confirmAll = (): void => {
      for (let i = 0; i < 600; i++) db.confirm();
    };
    expect(confirmAll).toThrow(expect.objectContaining({ code: 'disk_full' }));
    writeFileSync(filler, '');
    db.confirm();
  });
});

describe('a kill at any instant', () => {
  it('loses nothing that was acknowledged and leaves no half transaction', async () => {
    const path = join(tempDir(), 'app.db');
    const child = runScript(
      `import { openDb } from '@/platform/db.ts';
       const db = openDb(process.argv[1]);
       db.migrate('pairs', [{ sql: 'CREATE TABLE pairs (n INTEGER, half TEXT) STRICT' }]);
       for (let n = 0; ; n++) {
         db.transaction(() => {
           db.run('INSERT INTO pairs VALUES (?, ?)', n, 'left');
           db.run('INSERT INTO pairs VALUES (?, ?)', n, 'right');
         });
         process.stdout.write('done ' + n + '\\n');
       }`,
      [path],
    );
    await child.line(/^done 40$/);
    await child.kill('SIGKILL');
    const acknowledged = child.lines.filter((line) => /^done \d+$/.test(line)).length;
    expect(existsSync(path)).toBe(true);
    const db = open(path);
    const pairs = db.all('SELECT n, count(*) AS halves FROM pairs GROUP BY n');
    expect(pairs.length).toBeGreaterThanOrEqual(acknowledged);
    expect(pairs.every((row) => number(row, 'halves') === 2)).toBe(true);
  });
});
