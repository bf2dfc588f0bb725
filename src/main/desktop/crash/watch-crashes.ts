import { app, crashReporter, dialog, type BrowserWindow, type RenderProcessGoneDetails } from 'electron';
import type { AppLog } from '../../logs/app-log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Ask } from '../system/ask.ts';
import type { Words } from '../words/en.ts';
import { keepCrashReport } from './crash-report.ts';

export interface CrashParts {
  /** Folder of the reports. */
  readonly folder: string;
  readonly version: string;
  readonly clock: Clock;
  readonly log: AppLog;
  readonly words: () => Words;
  readonly ask: Ask;
  /** Ends the app at once; `relaunch` = begins it anew. */
  readonly end: (options: { readonly exitCode: number; readonly relaunch: boolean }) => void;
}

export interface CrashWatch {
  /** Follows the page of a window: loads it again once, then asks. */
  watch(window: BrowserWindow): void;
}

/** A page that crashes again so soon is not loaded a second time unasked. */
const AGAIN_MS = 60_000;
const REPORTED_LINES = 200;

/** Crashes and hangs: a report on disk for each, the page brought back, people told when they must decide. */
export function watchCrashes(parts: CrashParts): CrashWatch {
  crashReporter.start({ uploadToServer: false });
  process.on('uncaughtException', (error) => mainFailed(error, parts));
  process.on('unhandledRejection', (reason) => {
    parts.log.log.error({ err: reason }, 'a promise failed unheard');
    report('main-promise', { err: reason }, parts);
  });
  app.on('child-process-gone', (_event, { type, reason, exitCode, name }) => {
    if (reason === 'clean-exit') return;
    parts.log.log.error({ type, reason, exitCode, name }, 'a helper process ended');
    report(type, { reason, exitCode, name }, parts);
  });
  return { watch: (window) => watchPage(window, parts) };
}

function watchPage(window: BrowserWindow, parts: CrashParts): void {
  let lastGone: number | null = null;
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    const now = parts.clock.monotonic();
    const isAgain = lastGone !== null && now - lastGone < AGAIN_MS;
    lastGone = now;
    void pageGone(window, details, isAgain, parts);
  });
  window.on('unresponsive', () => void pageHung(window, parts));
}

async function pageGone(
  window: BrowserWindow,
  { reason, exitCode }: RenderProcessGoneDetails,
  isAgain: boolean,
  parts: CrashParts,
): Promise<void> {
  parts.log.log.error({ reason, exitCode }, 'the window’s page ended');
  report('page', { reason, exitCode }, parts);
  const words = parts.words().crash;
  const question = {
    title: words.page,
    detail: words.pageDetail,
    buttons: [
      { label: words.reload, answer: 'reload' },
      { label: words.quit, answer: 'quit' },
    ],
  } as const;
  if (isAgain && (await parts.ask(question)) === 'quit') app.quit();
  else if (!window.isDestroyed()) window.webContents.reload();
}

async function pageHung(window: BrowserWindow, parts: CrashParts): Promise<void> {
  parts.log.log.warn({}, 'the window does not answer');
  const words = parts.words().crash;
  const answer = await parts.ask({
    title: words.hung,
    detail: words.pageDetail,
    buttons: [
      { label: words.reload, answer: 'reload' },
      { label: words.wait, answer: 'wait' },
    ],
  });
  if (answer === 'wait' || window.isDestroyed()) return;
  report('page-hung', {}, parts);
  window.webContents.forcefullyCrashRenderer();
}

/** After an uncaught error the state of the process is unknown: it says so and ends, or begins anew. */
function mainFailed(error: Error, parts: CrashParts): void {
  parts.log.log.error({ err: error }, 'uncaught error');
  const path = report('main', { err: error }, parts);
  const words = parts.words().crash;
  const answer = dialog.showMessageBoxSync({
    type: 'error',
    message: words.main,
    detail: words.mainDetail(path ?? parts.folder),
    buttons: [words.restart, words.quit],
    defaultId: 0,
    cancelId: 1,
  });
  parts.end({ exitCode: 1, relaunch: answer === 0 });
}

function report(what: string, facts: object, { folder, version, clock, log }: CrashParts): string | null {
  log.flush();
  try {
    return keepCrashReport(folder, (text) => log.scrub(text), {
      at: new Date(clock.now()).toISOString(),
      what,
      facts,
      versions: {
        app: version,
        electron: process.versions['electron'],
        chrome: process.versions['chrome'],
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
      },
      lastLines: log.recent(REPORTED_LINES),
    });
  } catch (error) {
    log.log.error({ err: error }, 'the crash report could not be written');
    return null;
  }
}
