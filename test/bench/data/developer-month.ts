/**
 * Requests of two developers in November 2026, generated from a seed: `node test/bench/data/developer-month.ts` writes the
 * files beside it, `npm run bench -- costs` refuses to run when they differ from what this gives. A line is a request:
 * seconds since the one before it, and seconds the model server was busy with it; the first counts from the month's
 * beginning. Hours are those of the developer's clock, taken as UTC.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { seededRandom, type Random } from '../../../src/main/platform/random.ts';
import type { Use } from '../../../src/main/deployments/policy/use.ts';

export const MONTH_BEGINS = Date.UTC(2026, 10, 1);
export const MONTH_ENDS = Date.UTC(2026, 11, 1);

const DAY_SECONDS = 86_400;
const DAYS = (MONTH_ENDS - MONTH_BEGINS) / (DAY_SECONDS * 1000);

interface Request {
  readonly at: number;
  readonly seconds: number;
}

/** A developer's month: seconds since its beginning. */
interface Profile {
  readonly seed: number;
  readonly day: (random: Random, weekday: number) => Request[];
}

const between = (random: Random, from: number, to: number): number => from + random.next() * (to - from);
const hours = (n: number): number => n * 3600;

/** 0 = Sunday; the month begins on one. */
const isWorkday = (weekday: number): boolean => weekday >= 1 && weekday <= 5;

/**
 * A prompt every few minutes, each of which an agent turns into several requests, with pauses to read, test and think;
 * lunch, meetings, an evening now and then.
 */
function codingDay(random: Random, weekday: number): Request[] {
  const works = isWorkday(weekday) || random.next() < 0.2;
  if (!works) return [];
  const begin = between(random, hours(8.6), hours(9.8));
  const end = isWorkday(weekday)
    ? between(random, hours(17), hours(18.6))
    : begin + between(random, 3600, 9000);
  const away = [
    [between(random, hours(12), hours(12.6)), between(random, 1800, 4500)],
    [between(random, hours(10), hours(11.5)), random.next() < 0.6 ? between(random, 1800, 5400) : 0],
    [between(random, hours(14), hours(16)), random.next() < 0.5 ? between(random, 1800, 7200) : 0],
  ] as const;
  const sessions: [number, number][] = [[begin, end]];
  if (isWorkday(weekday) && random.next() < 0.25) {
    const evening = between(random, hours(20), hours(21.5));
    sessions.push([evening, evening + between(random, 1800, 6000)]);
  }
  return sessions.flatMap(([from, to]) => codingSession(random, from, to, away));
}

function codingSession(
  random: Random,
  from: number,
  to: number,
  away: readonly (readonly [from: number, lasts: number])[],
): Request[] {
  const out: Request[] = [];
  let at = from;
  while (at < to) {
    const gone = away.find(([start, lasts]) => start <= at && at < start + lasts);
    if (gone !== undefined) {
      at = gone[0] + gone[1];
      continue;
    }
    const steps = 1 + Math.floor(random.next() ** 2 * 12);
    for (let step = 0; step < steps; step++) {
      const seconds = Math.round(between(random, 2, 9) + random.next() ** 3 * 50);
      out.push({ at: Math.round(at), seconds });
      at += seconds + between(random, 1, 7);
    }
    // Reading and testing; now and then something else is done for a while.
    at += random.next() < 0.14 ? between(random, 480, 2700) : between(random, 30, 330);
  }
  return out;
}

/** A few questions a day, wherever in the day they come up. */
function occasionalDay(random: Random, weekday: number): Request[] {
  const clumps = isWorkday(weekday) ? 2 + Math.floor(random.next() * 4) : Math.floor(random.next() * 2);
  return Array.from({ length: clumps }, () => between(random, hours(8), hours(22)))
    .toSorted((a, b) => a - b)
    .flatMap((start) => {
      let at = start;
      return Array.from({ length: 1 + Math.floor(random.next() * 4) }, (): Request => {
        const request = { at: Math.round(at), seconds: Math.round(between(random, 4, 25)) };
        at += request.seconds + between(random, 20, 150);
        return request;
      });
    });
}

const PROFILES = {
  coding: { seed: 20_261_101, day: codingDay },
  occasional: { seed: 20_261_102, day: occasionalDay },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;
export const PROFILE_NAMES = ['coding', 'occasional'] as const satisfies readonly ProfileName[];

/** The file's text. */
function generate(name: ProfileName): string {
  const { seed, day } = PROFILES[name];
  const random = seededRandom(seed);
  const requests = Array.from({ length: DAYS }, (_, index) =>
    day(random, index % 7).map((each) => ({ ...each, at: each.at + index * DAY_SECONDS })),
  )
    .flat()
    .toSorted((a, b) => a.at - b.at);
  const lines = requests.map(({ at, seconds }, index) => `${at - (requests[index - 1]?.at ?? 0)},${seconds}`);
  return `${lines.join('\n')}\n`;
}

const fileOf = (name: ProfileName): string => join(import.meta.dirname, `${name}-month.csv`);

/** @throws Error when the file is not what the generator gives */
export function readMonth(name: ProfileName): Use[] {
  const text = readFileSync(fileOf(name), 'utf8');
  if (text !== generate(name)) throw new Error(`${fileOf(name)} is not what its generator gives`);
  let at = MONTH_BEGINS;
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [after = 0, seconds = 0] = line.split(',').map(Number);
      at += after * 1000;
      return { at, serviceMs: seconds * 1000 };
    });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const name of PROFILE_NAMES) writeFileSync(fileOf(name), generate(name));
}
