import { describe, expect, it } from 'vitest';
import { germanHistory } from '../../../src/shared/german/history.ts';

describe('a history in German', () => {
  it.each([
    ['Deployment "coder" was made.', 'Das Deployment „coder“ wurde angelegt.'],
    ['Woken by a request.', 'Von einer Anfrage geweckt.'],
    ['Stopping: you stopped it.', 'Wird gestoppt: Sie haben es gestoppt.'],
    ['Stopped: it was idle for 15 minutes.', 'Gestoppt: Es war 15 Minuten ohne Anfragen.'],
    [
      'Stopped: it was idle for 15 minutes. Pod p1 (1 × NVIDIA A40 in EU-SE-1) ran for 38 min, about $0.28.',
      'Gestoppt: Es war 15 Minuten ohne Anfragen. Pod p1 (1 × NVIDIA A40, EU-SE-1) lief 38 min, etwa 0,28 $.',
    ],
    ['Answered its first token after 6 s.', 'Das erste Token kam nach 6 s.'],
    [
      'Rented pod p1: 1 × NVIDIA A40 in a data centre not named yet, $0.41/h.',
      'Pod p1 gemietet: 1 × NVIDIA A40, Rechenzentrum noch nicht genannt, 0,41 $/h.',
    ],
    [
      'Found and adopted pod p2: 2 × NVIDIA L4 in EU-RO-1, $1.05/h.',
      'Pod p2 gefunden und übernommen: 2 × NVIDIA L4, EU-RO-1, 1,05 $/h.',
    ],
  ])('%s', (english, german) => {
    expect(germanHistory(english)).toBe(german);
  });

  it('says nothing where there are no words for it, or none for the reason in it', () => {
    expect(germanHistory('Something that nobody wrote down here.')).toBeNull();
    expect(germanHistory('Stopping: a reason of its own.')).toBeNull();
  });
});
