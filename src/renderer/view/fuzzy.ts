/**
 * How well `query` fits `text`; null = not at all. All letters must come in order; beginnings of words and runs of
 * letters count for more, so that "st all" finds "Stop all" before "Costs today, all".
 */
export function fuzzyScore(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replaceAll(' ', '');
  if (wanted === '') return 0;
  const lower = text.toLowerCase();
  let score = 0;
  let at = -1;
  for (const letter of wanted) {
    const next = bestNext(lower, letter, at);
    if (next === -1) return null;
    const runs = next === at + 1 && at >= 0;
    score += runs ? 3 : startsWord(lower, next) ? 2 : 0;
    score -= Math.min(3, (next - at - 1) / 10);
    at = next;
  }
  return score - lower.length / 100;
}

/** The letter right after the last one, else one that begins a word, else the next. */
function bestNext(text: string, letter: string, after: number): number {
  if (after >= 0 && text[after + 1] === letter) return after + 1;
  const first = text.indexOf(letter, after + 1);
  for (let at = first; at !== -1; at = text.indexOf(letter, at + 1)) if (startsWord(text, at)) return at;
  return first;
}

const startsWord = (text: string, at: number): boolean => at === 0 || /[\s\-./_:]/.test(text[at - 1] ?? '');

/** Those that fit, best first; equals keep their order. */
export function fuzzyFilter<T>(query: string, items: readonly T[], textOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, score: fuzzyScore(query, textOf(item)) }))
    .filter((entry): entry is { item: T; score: number } => entry.score !== null)
    .toSorted((a, b) => b.score - a.score)
    .map((entry) => entry.item);
}
