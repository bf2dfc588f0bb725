import { words } from './messages.ts';

/** Lines with something on them. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** `NAME=value` a line; an error names the line that is none. */
export function parseEnv(text: string): {
  readonly values: Record<string, string>;
  readonly error: string | null;
} {
  const values: Record<string, string> = {};
  for (const line of linesOf(text)) {
    const at = line.indexOf('=');
    if (at < 1) return { values, error: words.notEnv(line) };
    values[line.slice(0, at)] = line.slice(at + 1);
  }
  return { values, error: null };
}

export const envText = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
