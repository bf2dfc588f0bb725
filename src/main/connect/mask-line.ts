/** Stands in a preview for the key that is made when the file is written. */
export const NEW_KEY = 'pat_local_made_when_this_is_written';

const SECRET_VALUE =
  /((?:api[_-]?keys?|[\w-]*(?:token|secret|password|passwd)|authorization|credentials?)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,{}[\]"']+)/gi;
/** Names of a secret that is kept elsewhere are shown. */
const REFERENCE = /^["']?(?:\{(?:env|file):|\$)/;
const CARRIES_NOTHING = /^(?:\d+|true|false|null|""|'')$/;

/**
 * A line of a client's file as it may be shown: our own keys by their last four characters, anything else that stands
 * under a secret's name not at all. @param scrub takes out the secrets this app knows
 */
export function maskLine(line: string, scrub: (text: string) => string): string {
  const own = line
    .replaceAll(NEW_KEY, '•••• a new key')
    .replaceAll(/pat_local_[0-9a-f]{20,}([0-9a-f]{4})/g, '••••$1');
  const masked = own.replaceAll(SECRET_VALUE, (whole: string, name: string, value: string) => {
    if (value.includes('••••') || REFERENCE.test(value) || CARRIES_NOTHING.test(value)) return whole;
    const quote = /^["']/.exec(value)?.[0] ?? '';
    return `${name}${quote}••••${quote}`;
  });
  return scrub(masked);
}
