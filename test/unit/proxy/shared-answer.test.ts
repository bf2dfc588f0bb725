import { describe, expect, it } from 'vitest';
import { MARK, type Flow, type Sink } from '../../../src/main/proxy/flow.ts';
import { SharedAnswer } from '../../../src/main/proxy/stages/shared-answer.ts';

/** A source the test speaks through. */
class Source implements Flow {
  sink: Sink | null = null;
  paused = false;
  cancelled: Error | null = null;
  start(sink: Sink): void {
    this.sink = sink;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  cancel(reason: Error): void {
    this.cancelled = reason;
  }
  say(text: string): void {
    this.sink?.data(Buffer.from(text), MARK.bytes);
  }
}

class Ear implements Sink {
  text = '';
  over: string | null = null;
  data(chunk: Buffer): void {
    this.text += chunk.toString();
  }
  end(): void {
    this.over = 'ended';
  }
  fail(error: Error): void {
    this.over = error.message;
  }
}

function share(keepBytes = 1_000_000): { source: Source; answer: SharedAnswer; events: string[] } {
  const source = new Source();
  const events: string[] = [];
  const answer = new SharedAnswer(
    source,
    keepBytes,
    () => events.push('finished'),
    () => events.push('abandoned'),
  );
  return { source, answer, events };
}

describe('a shared answer', () => {
  it('gives every reader all of it, whenever it came', () => {
    const { source, answer, events } = share();
    const [early, late] = [new Ear(), new Ear()];
    answer.reader().start(early);
    source.say('one ');
    answer.reader().start(late);
    source.say('two');
    source.sink?.end();
    expect([early.text, late.text, early.over, late.over]).toEqual(['one two', 'one two', 'ended', 'ended']);
    expect(events).toEqual(['finished']);
  });

  it('moves at the pace of the slowest reader, and goes on when that one leaves', () => {
    const { source, answer } = share();
    const [quick, slow] = [answer.reader(), answer.reader()];
    quick.start(new Ear());
    slow.start(new Ear());
    slow.pause();
    source.say('x'.repeat(300_000));
    expect(source.paused).toBe(true);
    slow.cancel(new Error('left'));
    expect(source.paused).toBe(false);
  });

  it('forgets what all have read once it is too long to be joined', () => {
    const { source, answer } = share(10);
    answer.reader().start(new Ear());
    source.say('12345');
    expect(answer.joinable).toBe(true);
    source.say('678901');
    expect(answer.joinable).toBe(false);
  });

  it('tells when the last reader left, and says nothing more to those who did', () => {
    const { source, answer, events } = share();
    const reader = answer.reader();
    const ear = new Ear();
    reader.start({
      data: (chunk) => {
        ear.data(chunk);
        reader.cancel(new Error('enough'));
      },
      end: () => ear.end(),
      fail: (error) => ear.fail(error),
    });
    source.say('a');
    source.say('b');
    source.sink?.end();
    expect([ear.text, ear.over, events]).toEqual(['a', null, ['abandoned', 'finished']]);
  });

  it('breaks for all when the source breaks', () => {
    const { source, answer } = share();
    const ear = new Ear();
    answer.reader().start(ear);
    source.sink?.fail(new Error('gone'));
    expect([ear.over, answer.joinable]).toEqual(['gone', false]);
  });
});
