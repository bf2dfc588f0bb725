import type { FakeManager } from '../../../support/fake-manager.ts';
import { sampleRequest } from '../../../support/samples.ts';
import { systemClock } from '../../../../src/main/platform/clock.ts';

/** One token of an answer, by its place. */
export type Tokens = (index: number) => string;

/** Paragraphs with a code word now and then. */
export const PROSE: Tokens = (index) => {
  if (index % 25 === 24) return '.\n\n';
  return index % 40 === 11 ? ' `code`' : ` token${index}`;
};

/** One program, as long as the answer. */
export const PROGRAM: Tokens = (index) => {
  if (index === 0) return '```ts\n';
  return index % 12 === 11 ? ';\n' : ` token${index}`;
};

/** An answer at 200 tokens a second. */
export function answersWith(manager: FakeManager, tokens: Tokens, count: number): void {
  manager.replyStream('playground.chat', async function* (_request, signal) {
    const startedAt = systemClock.monotonic();
    for (let index = 0; index < count && !signal.aborted; index++) {
      yield { type: 'delta', text: tokens(index), reasoning: '' };
      const ahead = startedAt + (index + 1) * 5 - systemClock.monotonic();
      if (ahead > 0) await systemClock.sleep(ahead, signal);
    }
    yield { type: 'done', finishReason: 'stop', request: sampleRequest() };
  });
}

export const LOG_LINES = 100_000;

/** As many coloured lines as the viewer keeps, at once. */
export function logsMuch(manager: FakeManager): void {
  manager.replyStream('logs.follow', async function* () {
    for (let line = 0; line < LOG_LINES; line++) {
      yield {
        at: new Date(1_795_000_000_000 + line * 10).toISOString(),
        source: 'container' as const,
        level: line % 40 === 0 ? ('warn' as const) : ('info' as const),
        text: `\u001b[32mINFO\u001b[0m line ${line} prompt throughput ${(line * 7) % 900} tokens/s`,
      };
    }
  });
}
