import { shell } from './messages.ts';

/**
 * The keyboard map as data: the handler, the list under “?” and the hints in the palette all read it; the commands’ names
 * are in `shell.bindings`. A browser keeps Ctrl+N, Ctrl+1 and others for itself, so there the same commands lie on Alt.
 */
export type Command =
  | 'palette'
  | 'deploy'
  | 'find'
  | 'copyEndpoint'
  | 'stopAll'
  | 'settings'
  | 'keys'
  | 'nextRegion'
  | 'notices'
  | `section${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

export interface Binding {
  readonly command: Command;
  /** `Mod` is Command on a Mac and Ctrl elsewhere. */
  readonly desktop: string;
  readonly browser: string;
}

const section = (n: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8): Binding => ({
  command: `section${n}`,
  desktop: `Mod+${n}`,
  browser: `Alt+${n}`,
});

export const BINDINGS: readonly Binding[] = [
  { command: 'palette', desktop: 'Mod+K', browser: 'Mod+K' },
  section(1),
  section(2),
  section(3),
  section(4),
  section(5),
  section(6),
  section(7),
  section(8),
  { command: 'deploy', desktop: 'Mod+N', browser: 'Alt+N' },
  { command: 'find', desktop: 'Mod+F', browser: 'Mod+F' },
  { command: 'copyEndpoint', desktop: 'Mod+Shift+C', browser: 'Alt+Shift+C' },
  { command: 'stopAll', desktop: 'Mod+Shift+.', browser: 'Mod+Shift+.' },
  { command: 'settings', desktop: 'Mod+,', browser: 'Mod+,' },
  { command: 'notices', desktop: 'Mod+Shift+N', browser: 'Alt+Shift+N' },
  { command: 'nextRegion', desktop: 'F6', browser: 'F6' },
  { command: 'keys', desktop: '?', browser: '?' },
];

export interface KeyPress {
  readonly key: string;
  /** Physical key such as `Digit1`: Alt and Shift change `key` on many layouts. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export interface KeyContext {
  readonly body: 'desktop' | 'browser';
  readonly mac: boolean;
  /** The focus is where letters are typed. */
  readonly typing: boolean;
  readonly singleKeys: boolean;
}

/** The command a key press means here; null = leave the key to the page. */
export function commandFor(press: KeyPress, context: KeyContext): Command | null {
  const found = BINDINGS.find((binding) => matches(binding[context.body], press, context));
  return found?.command ?? null;
}

function matches(combo: string, press: KeyPress, context: KeyContext): boolean {
  if (combo === '?') return context.singleKeys && !context.typing && press.key === '?';
  const parts = combo.split('+');
  const key = parts.at(-1) ?? '';
  const mod = parts.includes('Mod');
  return (
    sameKey(key, press) &&
    (context.mac ? press.metaKey : press.ctrlKey) === mod &&
    !(context.mac ? press.ctrlKey : press.metaKey) &&
    press.altKey === parts.includes('Alt') &&
    press.shiftKey === parts.includes('Shift')
  );
}

const CODES: Readonly<Record<string, string>> = { '.': 'Period', ',': 'Comma' };

function sameKey(key: string, press: KeyPress): boolean {
  if (/^\d$/.test(key)) return press.code === `Digit${key}`;
  const code = CODES[key];
  if (code !== undefined) return press.code === code;
  if (/^[A-Z]$/.test(key)) return press.key.toUpperCase() === key || press.code === `Key${key}`;
  return press.key === key;
}

/** As it is shown: `⌘K` on a Mac, `Ctrl+K` elsewhere. */
export function shownKey(combo: string, mac: boolean): string {
  const { ctrl, shift, alt } = shell.modifiers;
  if (!mac) return combo.replace('Mod', ctrl).replace('Shift', shift).replace('Alt', alt);
  return combo.replace('Mod+', '⌘').replace('Shift+', '⇧').replace('Alt+', '⌥');
}

export const bindingOf = (command: Command): Binding | undefined =>
  BINDINGS.find((binding) => binding.command === command);
