import { AppError } from '../../shared/errors.ts';

/**
 * Text that comes from people enters a Dockerfile only through these two functions. No shell ever parses it: commands
 * are written in their JSON form.
 */

/** Where a Dockerfile line would end, or what its parser refuses. */
const UNWRITABLE = /[\p{Cc}\u2028\u2029]/u;

/** A value for ENV or LABEL: quotes, backslashes and dollars lose their meaning to the Dockerfile's own lexer. */
export function quoteValue(value: string): string {
  refuseUnwritable(value);
  return `"${value.replaceAll(/["\\$]/g, String.raw`\$&`)}"`;
}

/** The JSON form of RUN, CMD and ENTRYPOINT; what is not ASCII is escaped, so that no parser has a say in it. */
export function jsonForm(argv: readonly string[]): string {
  argv.forEach(refuseUnwritable);
  const words = argv.map((word) =>
    JSON.stringify(word).replaceAll(
      /[^\u0020-\u007e]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
  return `[${words.join(', ')}]`;
}

/** `ENV A="…" \` and so on, in the order of the names, so that the same values give the same text. */
export function assignments(instruction: 'ENV' | 'LABEL', values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${quoteValue(value)}`);
  return `${instruction} ${pairs.join(` \\\n    `)}`;
}

function refuseUnwritable(value: string): void {
  if (!UNWRITABLE.test(value) && value.isWellFormed()) return;
  throw new AppError(
    'invalid_input',
    'A Dockerfile cannot carry line breaks, control or broken characters.',
    {
      details: { value: JSON.stringify(value).slice(0, 200) },
    },
  );
}
