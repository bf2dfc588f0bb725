/** One line of a difference as people read it; `gap` stands for lines left out. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'gap';
  readonly text: string;
}

/** Lines around a change that help to find it. */
const CONTEXT = 3;
/** Differences larger than this are shown as all old lines, then all new ones. */
const MOST_STEPS = 400;

/** The difference between two texts by lines (Myers 1986), with a little of what stands around each change. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const old = linesOf(before);
  const now = linesOf(after);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail++;
  const middle = changes(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  const same = (text: string): DiffLine => ({ kind: 'same', text });
  return shortened([...old.slice(0, head).map(same), ...middle, ...old.slice(old.length - tail).map(same)]);
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/));

/** The whole difference between two lists of lines, without gaps. */
export function changes(old: readonly string[], now: readonly string[]): DiffLine[] {
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let steps = 0; steps <= Math.min(MOST_STEPS, old.length + now.length); steps++) {
    trace.push(new Map(reach));
    const next = new Map(reach);
    for (let k = -steps; k <= steps; k += 2) {
      let x = isDown(next, k, steps) ? (next.get(k + 1) ?? 0) : (next.get(k - 1) ?? 0) + 1;
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x++;
      next.set(k, x);
      if (x >= old.length && x - k >= now.length) return walkBack(trace, old, now);
    }
    reach = next;
  }
  return [
    ...old.map((text): DiffLine => ({ kind: 'removed', text })),
    ...now.map((text): DiffLine => ({ kind: 'added', text })),
  ];
}

const isDown = (reach: ReadonlyMap<number, number>, k: number, steps: number): boolean =>
  k === -steps || (k !== steps && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  old: readonly string[],
  now: readonly string[],
): DiffLine[] {
  const lines: DiffLine[] = [];
  let x = old.length;
  let y = now.length;
  for (let steps = trace.length - 1; steps >= 0; steps--) {
    const reach = trace[steps] ?? new Map<number, number>();
    const k = x - y;
    const fromK = isDown(reach, k, steps) ? k + 1 : k - 1;
    const fromX = reach.get(fromK) ?? 0;
    const fromY = fromX - fromK;
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      lines.push({ kind: 'same', text: old[--x] ?? '' });
      y--;
    }
    if (steps === 0) break;
    if (x === fromX) lines.push({ kind: 'added', text: now[--y] ?? '' });
    else lines.push({ kind: 'removed', text: old[--x] ?? '' });
  }
  return lines.toReversed();
}

/** Leaves out what is far from any change. */
function shortened(lines: readonly DiffLine[]): DiffLine[] {
  const changed = lines.flatMap((line, index) => (line.kind === 'same' ? [] : [index]));
  const near = new Set(
    changed.flatMap((at) => Array.from({ length: 2 * CONTEXT + 1 }, (_, step) => at - CONTEXT + step)),
  );
  const shown: DiffLine[] = [];
  let left = 0;
  const closeGap = (): void => {
    if (left > 0) shown.push({ kind: 'gap', text: String(left) });
    left = 0;
  };
  for (const [index, line] of lines.entries()) {
    if (!near.has(index)) {
      left++;
      continue;
    }
    closeGap();
    shown.push(line);
  }
  closeGap();
  return shown;
}
