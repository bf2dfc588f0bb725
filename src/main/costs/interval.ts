/**
 * Where an entry of the ledger begins and ends, whatever instants are reported. Clocks jump, answers come late and lists
 * lag; an entry never overlaps the one before it, never ends before it begins, and never grows by an absurd gap.
 */

/** Longest stretch that is believed between two sightings, or from a resource's beginning to its first one. */
export const LONGEST_GAP_MS = 366 * 86_400_000;

/** RunPod is younger than this; an instant before it is not an instant. */
const EARLIEST_MS = Date.UTC(2020, 0, 1);

const NOTEWORTHY_MS = 60_000;

export interface Opening {
  readonly startedMs: number;
  readonly note: string | null;
}

/** `previousEndMs`: where the last entry of the same resource and kind ended. */
export function openingOf(report: {
  readonly sinceMs: number;
  readonly seenMs: number;
  readonly previousEndMs: number | null;
}): Opening {
  const { sinceMs, seenMs, previousEndMs } = report;
  const { startedMs, note } = beginning(sinceMs, seenMs);
  if (previousEndMs !== null && previousEndMs > startedMs) return { startedMs: previousEndMs, note };
  return { startedMs, note };
}

function beginning(sinceMs: number, seenMs: number): Opening {
  if (!(sinceMs >= EARLIEST_MS)) {
    return { startedMs: Math.round(seenMs), note: 'beginning unknown; counted from when it was first seen' };
  }
  if (sinceMs > seenMs) {
    const note = sinceMs - seenMs > NOTEWORTHY_MS ? 'its beginning lay in the future; clocks differ' : null;
    return { startedMs: Math.round(seenMs), note };
  }
  if (seenMs - sinceMs > LONGEST_GAP_MS) {
    return {
      startedMs: Math.round(seenMs - LONGEST_GAP_MS),
      note: 'began more than a year before it was first seen; counted for one year',
    };
  }
  return { startedMs: Math.round(sinceMs), note: null };
}

export interface Closing {
  readonly endedMs: number;
  readonly estimated: boolean;
  readonly note: string | null;
}

export function closingOf(
  entry: { readonly startedMs: number; readonly lastSeenMs: number },
  report: { readonly atMs: number; readonly estimated: boolean; readonly note: string | null },
): Closing {
  const { startedMs, lastSeenMs } = entry;
  const { atMs, estimated, note } = report;
  if (!Number.isFinite(atMs)) {
    return {
      endedMs: lastSeenMs,
      estimated: true,
      note: joined(note, 'end unknown; counted to when it was last seen'),
    };
  }
  if (atMs - lastSeenMs > LONGEST_GAP_MS) {
    return {
      endedMs: lastSeenMs,
      estimated: true,
      note: joined(note, 'the clock jumped; counted to when it was last seen'),
    };
  }
  if (estimated && atMs < lastSeenMs) return { endedMs: lastSeenMs, estimated, note };
  if (atMs < startedMs) {
    const why = startedMs - atMs > NOTEWORTHY_MS ? 'ended before it began; clocks differ' : null;
    return { endedMs: startedMs, estimated, note: joined(note, why) };
  }
  return { endedMs: Math.round(atMs), estimated, note };
}

function joined(...parts: readonly (string | null)[]): string | null {
  const said = parts.filter((part) => part !== null && part !== '');
  return said.length === 0 ? null : said.join('; ');
}
