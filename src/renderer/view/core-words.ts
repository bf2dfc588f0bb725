import type { ErrorCode } from '../../shared/errors.ts';
import type { ProblemWords } from '../../shared/german/problems.ts';
import type { News, NewsText } from '../../shared/news.ts';
import type { PlanRejection } from '../../shared/model.ts';
import { catalogue } from '../words/catalogue.ts';

/**
 * Words for what the core says in English: by its codes and kinds where they tell enough, by the sentence itself where
 * it is always the same. English has none: the core's own words are shown.
 */
interface CoreWords {
  readonly problems: Readonly<Partial<Record<ErrorCode, ProblemWords>>>;
  /** A sentence of a deployment's history; null = only to be had in English. */
  readonly historyText: (text: string) => string | null;
  /** Labels for the kinds of a deployment's history. */
  readonly history: Readonly<Record<string, string>>;
  /** Labels for why a plan rejects hardware. */
  readonly rejections: Readonly<Partial<Record<PlanRejection['code'], string>>>;
  readonly sentences: Readonly<Record<string, string>>;
  readonly news: (news: News) => NewsText;
  /** Sentences with a value in them, and how they are said; `$1` stands for the value. */
  readonly patterns: readonly (readonly [RegExp, string])[];
}

const english: CoreWords = {
  problems: {},
  historyText: (text) => text,
  history: {},
  rejections: {},
  sentences: {},
  patterns: [],
  news: (news) => news,
};
export const core = catalogue('core', english);

/** In the reader's language where there are words for it, else as the core wrote it, which is English. */
export function fromCore(text: string): { readonly text: string; readonly isEnglish: boolean } {
  const known = Object.hasOwn(core.sentences, text) ? core.sentences[text] : undefined;
  if (known !== undefined) return { text: known, isEnglish: false };
  const pattern = core.patterns.find(([pattern]) => pattern.test(text));
  return pattern === undefined
    ? { text, isEnglish: true }
    : { text: text.replace(...pattern), isEnglish: false };
}
