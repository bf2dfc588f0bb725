import { z } from 'zod';
import type { LogLine } from '../../shared/model.ts';

const levelSchema = z.enum(['debug', 'info', 'warn', 'error']);
export type LogLevel = z.infer<typeof levelSchema>;

const storedSchema = z.looseObject({
  level: levelSchema.catch('info'),
  time: z.string(),
  msg: z.string().catch(''),
});

/** A line of the log file as people read it: the sentence, then the facts as `name=value`. */
export function toLogLine(stored: string): LogLine {
  const parsed = storedSchema.safeParse(parseJson(stored));
  if (!parsed.success)
    return { at: new Date(0).toISOString(), source: 'app', level: 'info', text: stored.trim() };
  const { level, time, msg, ...facts } = parsed.data;
  const told = Object.entries(facts).map(([name, value]) => `${name}=${factText(value)}`);
  return { at: time, source: 'app', level, text: [msg, ...told].join(' ') };
}

const LEVEL_COLOURS: Readonly<Record<LogLevel, string>> = {
  debug: '\u001b[2m',
  info: '',
  warn: '\u001b[33m',
  error: '\u001b[31m',
};
const PLAIN = '\u001b[0m';

/** One line for a terminal: UTC time of day, level, text. Control characters in it are shown, never obeyed. */
export function terminalLine(line: LogLine, colour: boolean): string {
  const level = line.level ?? 'info';
  const text = `${line.at.slice(11, 19)} ${level.padEnd(5)} ${visible(line.text)}`;
  const code = LEVEL_COLOURS[level];
  return colour && code !== '' ? `${code}${text}${PLAIN}\n` : `${text}\n`;
}

/** Words as they are, of an error what it says (the file keeps its stack), everything else as JSON. */
function factText(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@+-]+$/.test(value)) return value;
  return JSON.stringify(errorText(value) ?? value) ?? 'undefined';
}

const errorSchema = z.looseObject({ type: z.string(), message: z.string(), cause: z.unknown().optional() });

/** What an error says, and what its causes say; null = no error as the log writes them. */
function errorText(value: unknown): string | null {
  const error = errorSchema.safeParse(value);
  if (!error.success) return null;
  const { message, cause } = error.data;
  const because = errorText(cause);
  return because === null ? message : `${message.replace(/\.$/, '')}: ${because}`;
}

/** A server's message must not be able to move the cursor, fake another line or turn the text around. */
function visible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
