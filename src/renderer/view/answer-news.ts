import type { RequestRecord } from '../../shared/model.ts';
import { duration, latency, usdFine } from './format.ts';
import { words } from './messages.ts';

/** Requests that waited for one start are told once. */
const SAME_WAKE_MS = 60_000;

/**
 * What is worth a word when a request is answered: the first answer there ever was, and a start that a request waited
 * for (UX 6). `recent` is what was answered before, newest first; null = not known, and then nothing is the first.
 */
export function answerNews(
  request: RequestRecord,
  recent: readonly RequestRecord[] | null,
): { readonly title: string; readonly body: string | null } | null {
  const { outcome, firstTokenMs, woke, client, model, usd } = request;
  if (recent === null || outcome !== 'ok' || firstTokenMs === null) return null;
  const answered = recent.filter((known) => known.id !== request.id && known.outcome === 'ok');
  if (answered.length === 0) {
    const facts = [words.firstTokenIn(latency(firstTokenMs)), ...(usd === null ? [] : [usdFine(usd)])];
    return { title: words.firstAnswer(model), body: facts.join(' · ') };
  }
  const told = answered.some(
    (known) =>
      known.woke &&
      known.deployment === request.deployment &&
      Date.parse(request.at) - Date.parse(known.at) < SAME_WAKE_MS,
  );
  if (!woke || told) return null;
  return { title: words.wokeFor(model, client ?? words.somebody, duration(firstTokenMs)), body: null };
}
