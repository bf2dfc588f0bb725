import { expect, it } from 'vitest';
import { readJsonLines } from '../../../src/main/images/json-lines.ts';

it('thousands of lines in one piece do not keep the event loop from everybody else', async () => {
  const text = '{"stream":"a line"}\n'.repeat(2000);
  async function* once(): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  }
  let turns = 0;
  let reading = true;
  const others = (): void => {
    turns++;
    if (reading) setImmediate(others);
  };
  setImmediate(others);
  let lines = 0;
  let longest = 0;
  let since = 0;
  let seen = 0;
  for await (const _ of readJsonLines(once())) {
    lines++;
    since = turns === seen ? since + 1 : 0;
    seen = turns;
    longest = Math.max(longest, since);
  }
  reading = false;
  expect(lines).toBe(2000);
  expect(longest).toBeLessThanOrEqual(100);
});
