import { seededRandom, type Random } from '../../platform/random.ts';

/** A generator whose numbers depend on the given texts alone. */
export function randomFrom(...texts: readonly (string | number)[]): Random {
  let hash = 0x811c9dc5;
  for (const char of texts.join('\u0000')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return seededRandom(hash >>> 0);
}

const OPENERS = [
  'In short,',
  'Put differently,',
  'As a rule,',
  'On closer look,',
  'For example,',
  'Still,',
  'So',
];
const SUBJECTS = [
  'the request',
  'this answer',
  'a small cluster',
  'the scheduler',
  'the cache',
  'a careful reader',
];
const VERBS = ['passes through', 'waits for', 'depends on', 'keeps track of', 'makes room for', 'settles on'];
const OBJECTS = [
  'the next token',
  'a quiet queue',
  'memory that is free',
  'an earlier result',
  'the plan at hand',
];
const CLOSERS = [
  'without further cost',
  'before anything else',
  'one step at a time',
  'as it should',
  'in good time',
];

/** One plain sentence, the same for the same generator state. */
export function sentence(random: Random): string {
  const pick = (words: readonly string[]): string => words[Math.floor(random.next() * words.length)] ?? '';
  const text = `${pick(OPENERS)} ${pick(SUBJECTS)} ${pick(VERBS)} ${pick(OBJECTS)} ${pick(CLOSERS)}.`;
  return text;
}
