/** A run of text in one style, with the tone classes of the theme instead of the terminal's own colours. */
export interface AnsiSpan {
  readonly text: string;
  readonly tone: AnsiTone | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

export type AnsiTone = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'grey';

const TONES: Readonly<Record<number, AnsiTone | null>> = {
  30: 'grey',
  31: 'red',
  32: 'green',
  33: 'yellow',
  34: 'blue',
  35: 'magenta',
  36: 'cyan',
  37: null,
  39: null,
  90: 'grey',
  91: 'red',
  92: 'green',
  93: 'yellow',
  94: 'blue',
  95: 'magenta',
  96: 'cyan',
  97: null,
};

// Every escape sequence: CSI, OSC up to its terminator (links too), and two-byte ones. Only SGR means anything here.
// oxlint-disable-next-line no-control-regex -- escape sequences are made of control characters
const ESCAPES = /\u001b\[([0-9;:?]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-_]/g;
// oxlint-disable-next-line no-control-regex -- what a terminal would act on must not reach the page
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** A progress bar rewrites its line with carriage returns: only what would be seen last is kept. */
function lastOverwrite(text: string): string {
  const parts = text.replace(/[\r\n]+$/, '').split('\r');
  return parts.findLast((part) => part !== '') ?? '';
}

/** The text as spans: colours and weights kept, cursor moves, links and control characters removed. */
export function ansiSpans(raw: string): AnsiSpan[] {
  const text = lastOverwrite(raw);
  const spans: AnsiSpan[] = [];
  let style: Omit<AnsiSpan, 'text'> = { tone: null, bold: false, dim: false };
  let at = 0;
  const take = (part: string): void => {
    const clean = part.replace(CONTROLS, '');
    if (clean !== '') spans.push({ text: clean, ...style });
  };
  for (const match of text.matchAll(ESCAPES)) {
    take(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') style = afterSgr(style, match[1] ?? '');
  }
  take(text.slice(at));
  return spans;
}

function afterSgr(style: Omit<AnsiSpan, 'text'>, params: string): Omit<AnsiSpan, 'text'> {
  let next = style;
  const codes = params.split(/[;:]/).map(Number);
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 0) next = { tone: null, bold: false, dim: false };
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    // 256 and true colours carry their value along: skipped, their contrast cannot be vouched for.
    else if (code === 38 || code === 48) index += codes[index + 1] === 5 ? 2 : 4;
    else if (code in TONES) next = { ...next, tone: TONES[code] ?? null };
  }
  return next;
}

export const plainText = (raw: string): string =>
  ansiSpans(raw)
    .map((span) => span.text)
    .join('');
