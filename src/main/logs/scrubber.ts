import { REDACTED } from './redact.ts';

/** Takes secrets out of finished text: the last door before a file, a terminal or a screen. */
export interface Scrubber {
  /** From now on this value is taken out wherever it appears, also in its JSON, URL and Base64 forms. */
  add(secret: string): void;
  scrub(text: string): string;
}

/** Shorter values would take ordinary words out of every line. */
const SHORTEST_SECRET = 8;

/** Credentials recognised by their shape, for the ones nobody registered. */
const SHAPES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(rpa|rps|hf|pat_local|dckr_pat|gh[pousr]|github_pat)_[\w-]{8,}/g, `$1_${REDACTED}`],
  [/\bsk-[\w-]{16,}/g, `sk-${REDACTED}`],
  [/\bBearer\s+[\w.~+/=-]{8,}/gi, `Bearer ${REDACTED}`],
  [/\bBasic\s+[A-Za-z0-9+/=]{12,}/g, `Basic ${REDACTED}`],
  [/([?&](?:api_?key|key|token|access_token|password|signature)=)[^&\s"'\\]+/gi, `$1${REDACTED}`],
  [/(:\/\/)[^\s/@"'\\]+@/g, `$1${REDACTED}@`],
  [/(--api-key(?:[=\s]+|\\?"\s*,\s*\\?"))[^\s"',\\]+/g, `$1${REDACTED}`],
];

export function createScrubber(): Scrubber {
  const known = new Set<string>();
  let pattern: RegExp | null = null;
  return {
    add: (secret) => {
      if (secret.length < SHORTEST_SECRET || known.has(secret)) return;
      for (const form of formsOf(secret)) known.add(form);
      pattern = anyOf(known);
    },
    scrub: (text) => {
      const withoutKnown = pattern === null ? text : text.replaceAll(pattern, REDACTED);
      return SHAPES.reduce((rest, [shape, replacement]) => rest.replaceAll(shape, replacement), withoutKnown);
    },
  };
}

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, json, encodeURIComponent(secret), ...base64Forms(secret)].filter(
    (form) => form.length >= SHORTEST_SECRET,
  );
}

/**
 * The part of a value's Base64 text that is the same whatever stands around it, at each of the three places it can
 * begin: `user:token` and JSON with a token inside travel in Docker's headers that way.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const uncertainEnd = (bytes.length + offset) % 3 === 0 ? 0 : 1;
    return encoded.slice(offset === 0 ? 0 : offset + 1, encoded.length - uncertainEnd);
  });
}

/** Longest first, so that a secret that contains another goes as a whole. */
function anyOf(values: ReadonlySet<string>): RegExp {
  const sources = [...values].toSorted((a, b) => b.length - a.length).map(escaped);
  return new RegExp(sources.join('|'), 'g');
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
