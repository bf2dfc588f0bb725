import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import type { Command, Seen, SeenItem } from './protocol.ts';

export interface DesktopOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What answers whether somebody shows tray icons: yes, no, or no session bus at all. */
  readonly trayHost?: 'yes' | 'no' | 'unknown';
}

export interface Exit {
  readonly code: number | null;
  readonly output: string;
}

/** A folder that outlives restarts of the app, with the data and the browser profile in it. */
export class DesktopHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'rplm-desktop-'));

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const LOOK_EVERY_MS = 40;

/** The built app as a user and the system see it, on the double or on Electron: specs are written against this. */
export abstract class Desktop {
  abstract readonly ended: Promise<Exit>;
  /** What the app has written to its terminal so far. */
  abstract get output(): string;
  /** Does something that a person or the system does; what a runner cannot do is an error. */
  abstract ask<T = unknown>(command: Command): Promise<T>;
  protected abstract pages(): readonly Page[];
  abstract signal(signal: NodeJS.Signals): void;
  /** Ends the process however it stands; for the end of a test. */
  abstract end(): Promise<void>;

  see(): Promise<Seen> {
    return this.ask<Seen>({ do: 'see' });
  }

  /** Looks until what is seen satisfies; then returns it. */
  async until(what: string, holds: (seen: Seen) => boolean, timeoutMs = 20_000): Promise<Seen> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const seen = await this.see();
      if (holds(seen)) return seen;
      if (performance.now() > end) {
        throw new Error(
          `${what} was not seen within ${timeoutMs} ms:\n${JSON.stringify(seen, null, 1)}\n${this.output}`,
        );
      }
      await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    }
  }

  /** The page of a window, as Playwright drives it. */
  async page(which: 'main' | '#/popover' = 'main', timeoutMs = 20_000): Promise<Page> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = this.pages().find((page) => page.url().endsWith('#/popover') === (which === '#/popover'));
      // One that crashed a moment ago is still listed; it answers no more.
      if (found !== undefined && (await answers(found))) return found;
      if (performance.now() > end) throw new Error(`No page ${which} is open.\n${this.output}`);
      await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    }
  }

  clickMenu(...path: readonly string[]): Promise<unknown> {
    return this.ask({ do: 'click-menu', menu: 'tray', path });
  }

  /** Waits for a box and answers it; returns what it said. */
  async answer(label: string, timeoutMs?: number): Promise<Seen['dialogs'][number]> {
    const isThere = (seen: Seen): boolean => seen.dialogs.some((dialog) => dialog.buttons.includes(label));
    const { dialogs } = await this.until(`a box with "${label}"`, isThere, timeoutMs);
    const dialog = dialogs.find(({ buttons }) => buttons.includes(label));
    await this.ask({ do: 'answer', label });
    if (dialog === undefined) throw new Error('The box is gone.');
    return dialog;
  }

  async quit(): Promise<Exit> {
    await this.ask({ do: 'quit' }).catch(() => undefined);
    return this.ended;
  }
}

const answers = (page: Page): Promise<boolean> =>
  page.evaluate('true').then(
    () => true,
    () => false,
  );

/** Finds an item by the beginning of its label, at any depth of `path`. */
export function menuItem(items: readonly SeenItem[], ...path: readonly string[]): SeenItem | undefined {
  const [label = '', ...rest] = path;
  const found = items.find((item) => item.label.startsWith(label) && item.type !== 'separator');
  return rest.length === 0 || found === undefined ? found : menuItem(found.items, ...rest);
}
