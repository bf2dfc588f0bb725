/** Letters and digits in lower case: what people remember of a name. */
function bare(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const current = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replace = (previous[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      current.push(Math.min(replace, (previous[j + 1] ?? 0) + 1, (current[j] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** A further choice this much worse than the best one is noise. */
const CLOSE = 0.35;

/**
 * Up to `count` choices that a mistyped value most likely meant, best first. Words shared with the value count first
 * ("4090" means the RTX 4090 however long its full name is), then edit distance.
 */
export function nearest(value: string, choices: readonly string[], count = 3): string[] {
  const wanted = bare(value);
  const words = value
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1 && word !== 'nvidia');
  const score = (choice: string): number => {
    const plain = bare(choice);
    const shared = words.filter((word) => plain.includes(word)).length;
    const missing = words.length === 0 ? 1 : 1 - shared / words.length;
    const length = Math.max(plain.length, wanted.length, 1);
    return missing + editDistance(wanted, plain) / length;
  };
  const scored = choices
    .map((choice) => ({ choice, score: score(choice) }))
    .sort((a, b) => a.score - b.score || a.choice.localeCompare(b.choice));
  const best = scored.at(0)?.score ?? 0;
  return scored
    .filter((entry) => entry.score <= best + CLOSE)
    .slice(0, count)
    .map((entry) => entry.choice);
}
