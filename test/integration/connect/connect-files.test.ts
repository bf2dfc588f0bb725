import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fileClientSchema, type FileClient } from '../../../src/shared/clients/files.ts';
import { CLIENTS } from '../../../src/shared/clients/clients.ts';
import { clientFolders } from '../../../src/main/connect/client-folders.ts';
import { ConnectFiles, type FileTarget } from '../../../src/main/connect/connect-files.ts';
import { fileKeys } from '../../../src/main/handlers/connect.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openDb } from '../../../src/main/platform/db.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { findKey, ownerKey } from '../../../src/main/proxy/keyring.ts';
import { StoredKeys } from '../../../src/main/proxy/stored-keys.ts';
import { tempDir } from '../../support/temp.ts';

const TARGET: FileTarget = { baseUrl: 'http://127.0.0.1:27182/v1', model: 'coder', contextTokens: 32_768 };

function computer() {
  const home = tempDir();
  const dataDir = tempDir();
  const db = openDb(':memory:');
  onTestFinished(() => db.close());
  const clock = new ManualClock();
  const random = seededRandom(7);
  const keys = new StoredKeys({ db, clock, random, ids: randomIds(random) });
  const folders = clientFolders({}, home, 'linux');
  const files = new ConnectFiles({
    folders,
    dataDir,
    machine: 'workbench',
    keys: fileKeys(keys, clock),
    clock,
    log: silentLog,
    scrub: (text) => text,
  });
  const write = async (client: FileClient, target = TARGET) =>
    files.write(client, target, (await files.preview(client, target)).fingerprint);
  const place = (path: string, text: string): string => {
    const full = join(home, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  };
  return { home, dataDir, clock, keys, files, write, place };
}

const read = (path: string): string => readFileSync(path, 'utf8');
const keyIn = (text: string): string => /pat_local_[0-9a-f]{64}/.exec(text)?.[0] ?? '';

/** JSON by its values, without which model does small jobs, which is the user's; the rest by its lines. */
function meaningOf(text: string): unknown {
  if (!text.startsWith('{')) return text.trim().replace(/^name: Local\nversion: 1.0.0\nschema: v1\n/, '');
  return { ...(JSON.parse(text) as object), small_model: undefined };
}

describe('files of clients', () => {
  it.each(fileClientSchema.options)('%s: shown, written once, up to date, undone', async (client) => {
    const { home, keys, files, write } = computer();
    const preview = await files.preview(client, TARGET);
    expect(preview).toMatchObject({ exists: false, upToDate: false, machine: 'workbench', undo: null });
    expect(preview.lines.length).toBeGreaterThan(3);
    expect(preview.lines.every(({ kind }) => kind === 'added')).toBe(true);
    expect(existsSync(preview.path), 'a preview changes nothing').toBe(false);
    expect(keys.list()).toEqual([]);

    const written = await write(client);
    expect(written.path.startsWith(home)).toBe(true);
    expect(statSync(written.path).mode & 0o777).toBe(0o600);
    expect(written.backup).toBeNull();
    const again = await files.preview(client, TARGET);
    expect(again).toMatchObject({ exists: true, upToDate: true, lines: [{ kind: 'gap' }] });

    const name = CLIENTS.find(({ id }) => id === client)?.name ?? '';
    const key = keyIn(read(written.path));
    const own = client === 'zed' ? [] : [name];
    expect(keys.list().map((known) => known.name)).toEqual(own);
    expect(findKey(keys, key, 0)?.name).toBe(own[0]);
    expect(written.madeKey?.hint ?? '').toBe(key.slice(-4));
    expect(again.clientKey).toBe(client === 'zed' ? 'none' : 'kept');

    expect((await files.restore(client)).outcome).toBe('removed');
    expect(existsSync(written.path)).toBe(false);
    expect(keys.list(), 'no key is left behind').toEqual([]);
    await expect(files.restore(client)).rejects.toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it.each(fileClientSchema.options)('%s: what is written is what the sheet shows', async (client) => {
    const { write } = computer();
    const text = read((await write(client)).path);
    const key = keyIn(text) || 'unused';
    const snippets = CLIENTS.find(({ id }) => id === client)?.snippets({ ...TARGET, key, shellKey: key });
    const shown = snippets?.find(({ language }) => language !== 'sh')?.text ?? '';
    expect(meaningOf(text)).toEqual(
      meaningOf(shown.replace(/^env_key.*$/m, `experimental_bearer_token = "${key}"`)),
    );
  });

  it('knows which clients are here, what it wrote for them, and that it was changed since', async () => {
    const { home, files, write, place } = computer();
    place('.claude/settings.json', '{}');
    const path = place('.config/zed/settings.json', '{}\n');
    const served = new Set(['coder']);
    const here = () => files.found(served).filter(({ installed }) => installed);
    expect(here()).toEqual([
      {
        client: 'claude-code',
        path: join(home, '.runpod-llm/claude-code.json'),
        installed: true,
        written: 'no',
        goneModel: null,
      },
      { client: 'zed', path, installed: true, written: 'no', goneModel: null },
    ]);
    await write('zed');
    expect(files.found(new Set()).find(({ client }) => client === 'zed')?.goneModel).toBe('coder');
    expect(here().map(({ goneModel }) => goneModel)).toEqual([null, null]);
    const zed = () => files.found(served).find(({ client }) => client === 'zed')?.written;
    expect(zed()).toBe('yes');
    writeFileSync(path, '{}\n');
    expect(zed()).toBe('changed');
    rmSync(path);
    expect(zed()).toBe('changed');
  });

  it('keeps what is not ours, its rights and a backup', async () => {
    const { files, write, place } = computer();
    const before =
      '{\n  // mine\n  "theme": "dark",\n  "provider": { "other": { "apiKey": "sk-theirs" } }\n}\n';
    const path = place('.config/opencode/opencode.json', before);
    chmodSync(path, 0o664);
    expect(JSON.stringify((await files.preview('opencode', TARGET)).lines)).not.toContain('sk-theirs');
    const written = await write('opencode');
    expect(read(path)).toContain('// mine');
    expect(read(path)).toContain('"other": { "apiKey": "sk-theirs" }');
    expect(statSync(path).mode & 0o777).toBe(0o664);
    expect(read(written.backup ?? '')).toBe(before);
    expect(statSync(written.backup ?? '').mode & 0o777).toBe(0o600);
    expect((await files.restore('opencode')).outcome).toBe('restored');
    expect(read(path)).toBe(before);
  });

  it.each([
    ['opencode', '.config/opencode/opencode.json', '\ufeff{ /* mine */ "theme":"dark" }'],
    ['codex', '.codex/runpod-llm.config.toml', '# mine\r\nmcp = [\r\n  "a",  # one\r\n]\r\n[ tui ]\n\n\n'],
    ['continue', '.continue/config.yaml', 'models: [ {name:   Mine} ] # flow\r\nrules:\n-  "a"'],
    ['raycast', '.config/raycast/ai/providers.yaml', 'providers:\n    -   id:   mine # keep\n\n\n'],
  ] as const)('%s: gives back every byte', async (client, path, before) => {
    const { files, write, place } = computer();
    const full = place(path, before);
    await write(client);
    expect(read(full)).not.toBe(before);
    expect((await files.preview(client, TARGET)).upToDate).toBe(true);
    await files.restore(client);
    expect(readFileSync(full)).toEqual(Buffer.from(before));
  });

  it('tells what is wrong in a file without the keys in it', async () => {
    const { files, place } = computer();
    place('.continue/config.yaml', 'models:\n  - apiKey: "sk-theirs-123456" "x"\n');
    const told = await files.preview('continue', TARGET).catch((error: unknown) => String(error));
    expect(told).toContain('line 2');
    expect(told).not.toContain('123456');
  });

  it('follows a link and leaves it one', async () => {
    const { home, write, place } = computer();
    const real = place('dotfiles/zed.json', '{}\n');
    mkdirSync(join(home, '.config/zed'), { recursive: true });
    const link = join(home, '.config/zed/settings.json');
    symlinkSync(real, link);
    expect((await write('zed')).path).toBe(real);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(read(real)).toContain('coder');
  });

  it('uses the key that is in the file, and makes one where it opens nothing', async () => {
    const { keys, write } = computer();
    const first = await write('opencode');
    const other = await write('opencode', { ...TARGET, model: 'writer' });
    expect(other.madeKey).toBeNull();
    expect(keys.list().map(({ name }) => name)).toEqual(['OpenCode']);
    const models = Object.keys(
      (JSON.parse(read(first.path)) as { provider: { 'runpod-llm': { models: object } } }).provider[
        'runpod-llm'
      ].models,
    );
    expect(models).toEqual(['coder', 'writer']);
    keys.revoke(keys.list()[0]?.id ?? '');
    keys.make('OpenCode');
    expect((await write('opencode')).madeKey?.name).toBe('OpenCode 2');
  });

  it('never keeps the owner’s key in a file', async () => {
    const { keys, files, place } = computer();
    const owners = `pat_local_${'0'.repeat(64)}`;
    keys.setOwner(ownerKey(owners));
    place('.config/opencode/opencode.json', `{"provider":{"runpod-llm":{"options":{"apiKey":"${owners}"}}}}`);
    expect((await files.preview('opencode', TARGET)).clientKey).toBe('made');
  });

  it('refuses a file that changed since it was shown, and makes no key for it', async () => {
    const { keys, files, place } = computer();
    const path = place('.config/opencode/opencode.json', '{}\n');
    const { fingerprint } = await files.preview('opencode', TARGET);
    writeFileSync(path, '{ "theme": "dark" }\n');
    await expect(files.write('opencode', TARGET, fingerprint)).rejects.toThrow(
      expect.objectContaining({ code: 'client_file_changed' }),
    );
    await expect(
      files.write(
        'opencode',
        { ...TARGET, model: 'x' },
        (await files.preview('opencode', TARGET)).fingerprint,
      ),
    ).rejects.toThrow(expect.objectContaining({ code: 'client_file_changed' }));
    expect(read(path)).toBe('{ "theme": "dark" }\n');
    expect(keys.list()).toEqual([]);
  });

  it.each([
    ['opencode', '.config/opencode/opencode.json', '{\n  "a": 1\n  "b": 2\n}', 'line 3'],
    ['codex', '.codex/runpod-llm.config.toml', 'a = 1\nb = \n', 'line 2'],
    ['continue', '.continue/config.yaml', 'models:\n\t- name: a\n', 'line 2'],
    ['zed', '.config/zed/settings.json', Buffer.from([0x7b, 0xff, 0x7d]), 'not UTF-8'],
    ['kilo', '.config/kilo/kilo.jsonc', `{"a":"${'x'.repeat(1024 * 1024)}"}`, 'larger than 1 MiB'],
  ] as const)('%s: leaves a file alone that it cannot read', async (client, path, content, why) => {
    const { home, keys, files } = computer();
    const full = join(home, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    const before = readFileSync(full);
    await expect(files.preview(client, TARGET)).rejects.toThrow(
      expect.objectContaining({ code: 'client_file_unusable', message: expect.stringContaining(why) }),
    );
    expect(readFileSync(full)).toEqual(before);
    expect(readdirSync(dirname(full))).toHaveLength(1);
    expect(keys.list()).toEqual([]);
  });

  it('leaves a file alone that has other names too', async () => {
    const { home, files, place } = computer();
    const path = place('.config/zed/settings.json', '{}\n');
    linkSync(path, join(home, 'other.json'));
    await expect(files.preview('zed', TARGET)).rejects.toThrow('hard links');
  });

  it('leaves a file alone that its owner made read-only', async () => {
    const { files, place } = computer();
    chmodSync(place('.config/zed/settings.json', '{}\n'), 0o444);
    await expect(files.preview('zed', TARGET)).rejects.toThrow('it is read-only');
  });

  it('a link that leads nowhere is left alone', async () => {
    const { home, files } = computer();
    mkdirSync(join(home, '.config/zed'), { recursive: true });
    symlinkSync(join(home, 'gone.json'), join(home, '.config/zed/settings.json'));
    await expect(files.preview('zed', TARGET)).rejects.toThrow('it is a link that leads nowhere');
  });

  it('keeps the undo of what stands when a later write fails', async () => {
    const { dataDir, files, write, place } = computer();
    const path = place('.config/zed/settings.json', '{}\n');
    await write('zed');
    const next = { ...TARGET, model: 'writer' };
    const { fingerprint } = await files.preview('zed', next);
    // What the temporary file would be called is taken by a folder.
    mkdirSync(join(dirname(path), `.settings.json.${process.pid}.tmp`, 'in-the-way'), { recursive: true });
    await expect(files.write('zed', next, fingerprint)).rejects.toThrow(
      expect.objectContaining({ code: 'client_file_unusable' }),
    );
    expect((await files.preview('zed', next)).undo).not.toBeNull();
    expect(readFileSync(join(dataDir, 'client-files.json'), 'utf8')).toContain('coder');
  });

  it('takes back a key whose file could not be written', async () => {
    const { keys, files, place } = computer();
    const path = place('.config/kilo/kilo.jsonc', '{}\n');
    const { fingerprint } = await files.preview('kilo', TARGET);
    // What the temporary file would be called is taken by a folder.
    mkdirSync(join(dirname(path), `.kilo.jsonc.${process.pid}.tmp`, 'in-the-way'), { recursive: true });
    await expect(files.write('kilo', TARGET, fingerprint)).rejects.toThrow(
      expect.objectContaining({ code: 'client_file_unusable' }),
    );
    expect(keys.list()).toEqual([]);
    expect(read(path)).toBe('{}\n');
  });

  it.each([
    [
      'opencode',
      '.config/opencode/opencode.json',
      `{\n  "$schema": "https://opencode.ai/config.json",\n  "theme": "dark"\n}\n`,
      '"dark"',
      '"light"',
    ],
    ['zed', '.config/zed/settings.json', '// mine\n{ "vim_mode": true }\n', 'true', 'false'],
    ['continue', '.continue/config.yaml', 'name: me # I\nmodels: []\n', 'me #', 'you #'],
    ['raycast', '.config/raycast/ai/providers.yaml', 'providers:\n  - id: mine\n', 'mine', 'other'],
  ] as const)(
    '%s: takes only its part out of a file that was changed since',
    async (client, path, before, old, now) => {
      const { keys, files, write, place } = computer();
      const full = place(path, before);
      await write(client);
      writeFileSync(full, read(full).replace(old, now));
      expect((await files.preview(client, TARGET)).undo?.kind).toBe('part');
      const restored = await files.restore(client);
      expect(restored).toMatchObject({ path: full, outcome: 'taken-out' });
      // A list that was empty goes with what was in it.
      expect(read(full)).toBe(before.replace(old, now).replace('models: []\n', ''));
      expect(keys.list(), 'its key opens nothing any more').toEqual([]);
      await expect(files.restore(client)).rejects.toThrow(expect.objectContaining({ code: 'not_found' }));
    },
  );

  it('does not undo over a file that is the user’s own now, and says where the old text is', async () => {
    const { files, write, place } = computer();
    const path = place('.config/zed/settings.json', '{}\n');
    const { backup } = await write('zed');
    writeFileSync(path, '{ "mine": true }\n');
    expect((await files.preview('zed', TARGET)).undo).toBeNull();
    await expect(files.restore('zed')).rejects.toThrow(
      expect.objectContaining({
        code: 'client_file_changed',
        advice: expect.stringContaining(backup ?? 'no backup'),
      }),
    );
    expect(read(path)).toBe('{ "mine": true }\n');
  });

  it('keeps five backups', async () => {
    const { home, clock, write, place } = computer();
    place('.config/zed/settings.json', '{}\n');
    for (let index = 0; index < 8; index++) {
      await clock.advance(1000);
      await write('zed', { ...TARGET, model: `m${index}` });
    }
    const names = readdirSync(join(home, '.config/zed')).filter((name) => name.endsWith('.bak'));
    expect(names).toHaveLength(5);
  });

  it('survives a broken record of its own', async () => {
    const { dataDir, files, write } = computer();
    await write('zed');
    writeFileSync(join(dataDir, 'client-files.json'), '{');
    expect((await files.preview('zed', TARGET)).undo).toBeNull();
  });
});
