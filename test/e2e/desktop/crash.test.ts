import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DesktopHome } from '../../support/desktop/desktop.ts';
import { DesktopApp } from '../../support/desktop-double/desktop-app.ts';
import { builtApp } from '../../support/desktop-double/built-app.ts';
import { callInPage, skipWelcome } from './support/in-page.ts';

const home = new DesktopHome();
let app: DesktopApp;

const reports = (): string[] => {
  try {
    return readdirSync(join(home.dataDir, 'crashes')).toSorted();
  } catch {
    return [];
  }
};

beforeAll(async () => {
  await builtApp();
  app = await DesktopApp.start(home);
  await skipWelcome(app);
});
afterAll(async () => {
  await app.end();
  home.remove();
});

describe('crashes and hangs', () => {
  it('keeps native dumps on this computer', async () => {
    expect((await app.see()).crashReporter).toEqual({ started: true, uploadToServer: false });
  });

  it('brings a crashed page back by itself, once, with a report on disk', async () => {
    await app.ask({ do: 'crash-page', url: 'index.html' });
    await expect.poll(reports, { timeout: 10_000 }).toHaveLength(1);
    const page = await app.page();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(await callInPage(page, 'app.status', {})).toMatchObject({ simulated: true });
    const report = JSON.parse(readFileSync(join(home.dataDir, 'crashes', reports()[0] ?? ''), 'utf8')) as {
      what: string;
      log: string[];
    };
    expect(report.what).toBe('page');
    expect(report.log.join('\n')).toMatch(/page ended/);
  });

  it('asks when it crashes again so soon, and the core has not noticed', async () => {
    await app.ask({ do: 'crash-page', url: 'index.html' });
    expect((await app.answer('Load it again')).detail).toMatch(/not affected/);
    const page = await app.page();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });

  it('asks about a page that hangs', async () => {
    await app.ask({ do: 'hang-page', url: 'index.html' });
    expect((await app.answer('Wait')).message).toBe('The window does not answer.');
  });

  it('reports an error of its own without keys, says where, and begins anew when asked', async () => {
    await app.ask({ do: 'answer-sync', label: 'Start again' });
    await app.ask({ do: 'throw' });
    // 64 = the double's word for "relaunched".
    expect(await app.ended).toMatchObject({ code: 64 });
    const own = reports().filter((name) => name.includes('-main'));
    expect(own).toHaveLength(1);
    const text = readFileSync(join(home.dataDir, 'crashes', own[0] ?? ''), 'utf8');
    expect(text).toMatch(/A fault on purpose/);
    expect(text).not.toContain('THISISASECRETKEY');
  });
});
