/**
 * The desktop app's start on the double: from the main bundle's first line until the tray is up, the window is made and
 * its page can be used; memory of the main process at rest, and the app's part of it. Not Electron's own start: its processes and GPU are not
 * there.
 */
import { builtApp } from '../support/desktop-double/built-app.ts';
import { DesktopHome } from '../support/desktop/desktop.ts';
import { DesktopApp } from '../support/desktop-double/desktop-app.ts';
import { median, report } from './report.ts';

const ROUNDS = 5;
const REST_MS = 3000;

await builtApp();
const figures = {
  evaluated: [] as number[],
  tray: [] as number[],
  window: [] as number[],
  usable: [] as number[],
};
const memory: number[] = [];
const own: number[] = [];
const home = new DesktopHome();
try {
  for (let round = 0; round < ROUNDS; round++) {
    const app = await DesktopApp.start(home);
    const begun = performance.now();
    const page = await app.page();
    await page.getByRole('heading', { level: 1 }).waitFor();
    figures.usable.push(performance.now() - begun);
    for (const name of ['evaluated', 'tray', 'window'] as const) {
      figures[name].push(app.milestones.get(name) ?? Number.NaN);
    }
    await new Promise((done) => setTimeout(done, REST_MS));
    const { rss } = await app.ask<NodeJS.MemoryUsage>({ do: 'memory' });
    memory.push(rss / 1024 / 1024);
    own.push((rss - app.rssBefore) / 1024 / 1024);
    await app.end();
  }
} finally {
  home.remove();
}

report('desktop', {
  mainEvaluatedMs: median(figures.evaluated),
  trayUpMs: median(figures.tray),
  windowMadeMs: median(figures.window),
  pageUsableMs: median(figures.usable),
  mainProcessResidentMb: median(memory),
  // Without Node itself and what the double needs to drive Chromium.
  ofTheAppMb: median(own),
  goals: { trayUpMs: 1500, pageUsableMs: 3000, mainProcessResidentMb: 300 },
});
