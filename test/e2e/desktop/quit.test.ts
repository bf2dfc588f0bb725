import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DesktopHome, type Desktop } from '../../support/desktop/desktop.ts';
import { startSandboxProcess, type SandboxProcess } from '../../support/instance.ts';
import { builtApp } from '../../support/desktop-double/built-app.ts';
import { addSleeping, label, startFromTray } from './support/in-page.ts';
import { startDesktop } from './support/runner.ts';

/** The cloud is a process of its own here, so that what the app left there can be counted. */
describe('quitting while something bills', () => {
  let home: DesktopHome;
  let sandbox: SandboxProcess;
  let app: Desktop;

  const running = async (): Promise<string[]> =>
    (await sandbox.bill()).pods.filter((pod) => pod.running).map((pod) => pod.name);

  beforeAll(async () => {
    await builtApp();
    home = new DesktopHome();
    sandbox = await startSandboxProcess(['--speed', '100']);
    app = await startDesktop(home, { env: sandbox.env });
    await (await app.page()).getByRole('heading', { level: 1 }).waitFor();
    await addSleeping(app, 'tiny');
    await startFromTray(app, 'tiny');
  });
  afterAll(async () => {
    await app.end();
    await sandbox.stop();
    home.remove();
  });

  const restart = async (): Promise<void> => {
    app = await startDesktop(home, { env: sandbox.env });
    await app.until('it is found again', (seen) => label(seen, 'tiny — Ready') !== undefined, 30_000);
  };

  it('asks with the cost per hour; cancelled, everything goes on', async () => {
    await app.clickMenu('Quit');
    const box = await app.answer('Cancel');
    expect(box.message).toMatch(/Pods cost \$[\d.]+\/h/);
    expect(box.detail).toMatch(/tiny: \$[\d.]+\/h/);
    expect(box.detail).toMatch(/at most \$[\d.]+/);
    expect(box.buttons).toEqual(['Stop all and quit', 'Quit, keep running', 'Cancel']);
    expect(await running()).toHaveLength(1);
    expect((await app.see()).tray).not.toBeNull();
  });

  it('leaves the pods when told to, and finds them again at the next start', async () => {
    await app.clickMenu('Quit');
    await app.answer('Quit, keep running');
    expect(await app.ended).toMatchObject({ code: 0 });
    expect(await running()).toHaveLength(1);
    await restart();
  });

  it('does not ask when a signal ends it', async () => {
    app.signal('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 0 });
    expect(await running()).toHaveLength(1);
    await restart();
  });

  it('says what may still bill when the cloud does not confirm, and stays when told to', async () => {
    await sandbox.arm({ kind: 'status', route: 'DELETE /v2/pods/*', status: 500 });
    await sandbox.arm({ kind: 'status', route: 'POST /v2/pods/*/stop', status: 500 });
    await app.clickMenu('Quit');
    await app.answer('Stop all and quit');
    const box = await app.answer('Cancel', 40_000);
    expect(box.message).toMatch(/not confirmed/);
    expect(box.detail).toContain('tiny');
    expect(box.buttons).toContain('Quit anyway');
    await sandbox.clearFaults();
    await app.until('it stopped', (seen) => label(seen, 'Stop all (nothing running)') !== undefined, 60_000);
  });

  it('stops everything and waits for the cloud’s word before it ends', async () => {
    await startFromTray(app, 'tiny');
    await app.clickMenu('Quit');
    await app.answer('Stop all and quit');
    expect(await app.ended).toMatchObject({ code: 0 });
    expect(await running()).toEqual([]);
  });
});
