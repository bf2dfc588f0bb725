import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { EngineSurroundings } from './engine-address.ts';

/** This machine, as the search for an engine sees it. `setting`: docker.host of the configuration. */
export function engineSurroundings(setting: string | null): EngineSurroundings {
  return {
    platform: process.platform,
    home: homedir(),
    env: process.env,
    uid: process.getuid?.() ?? null,
    setting,
    read(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        // Absent, or not this user's to read: both mean that it names no engine.
        return null;
      }
    },
  };
}
