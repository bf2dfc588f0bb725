import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLine } from '../../../shared/model.ts';
import { redactFacts } from '../../logs/redact.ts';
import { writeFileAtomic } from '../../platform/files.ts';

export interface CrashFacts {
  readonly at: string;
  /** main, page, or the name of a helper process. */
  readonly what: string;
  /** Reason and codes, or the error. */
  readonly facts: object;
  readonly versions: Readonly<Record<string, string | undefined>>;
  /** Of the app's log, which keeps secrets out of its lines. */
  readonly lastLines: readonly LogLine[];
}

const MOST_REPORTS = 10;

/** Everything somebody needs to look into a crash, nothing that is secret: no keys, prompts or environment. */
export function crashReport(crash: CrashFacts): string {
  const { at, what, versions } = crash;
  return `${JSON.stringify(
    {
      at,
      what,
      versions,
      facts: redactFacts(crash.facts),
      log: crash.lastLines.map((line) => `${line.at} ${line.level ?? '-'} ${line.text}`),
    },
    null,
    2,
  )}\n`;
}

/** Writes the report, secrets taken out of its text, and keeps the newest ones. Returns its path. */
export function keepCrashReport(folder: string, scrub: (text: string) => string, crash: CrashFacts): string {
  const name = `crash-${crash.at.replaceAll(/[^0-9TZ]/g, '')}-${crash.what.replaceAll(/[^a-z-]/gi, '')}.json`;
  const path = join(folder, name);
  writeFileAtomic(path, scrub(crashReport(crash)));
  const all = readdirSync(folder)
    .filter((file) => file.startsWith('crash-'))
    .toSorted();
  for (const old of all.slice(0, Math.max(0, all.length - MOST_REPORTS)))
    rmSync(join(folder, old), { force: true });
  return path;
}
