import { expect, it } from 'vitest';
import { StraightRoom } from '../../../src/main/proxy/queue/straight-room.ts';

it.each([
  [0, 30],
  [1, 30],
  [2, 60],
  [12, 360],
  [100, 360],
])('%i workers take %i calls at once', (workers, calls) => {
  expect(new StraightRoom().of('e', workers)).toBe(calls);
});

it('a 429 halves what was under way, and every straight answer gives one place back', () => {
  const room = new StraightRoom();
  room.refused('e', 21);
  expect([room.of('e', 4), room.of('other', 4)]).toEqual([10, 120]);
  room.answered('e');
  expect(room.of('e', 4)).toBe(11);
  room.refused('e', 0);
  expect(room.of('e', 4)).toBe(1);
  for (let n = 0; n < 400; n++) room.answered('e');
  expect(room.of('e', 4)).toBe(120);
});
