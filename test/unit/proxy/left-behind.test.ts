import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { eventsReply, type Handle, type Reply } from '../../../src/main/proxy/call.ts';
import type { Flow } from '../../../src/main/proxy/flow.ts';
import { form } from '../../../src/main/proxy/stages/form.ts';
import { singleFlight } from '../../../src/main/proxy/stages/single-flight.ts';
import { chatCall } from '../../support/proxy-call.ts';

/** An answer that says nothing, and whether somebody ended it. */
class Silent implements Flow {
  cancelled = false;
  start(): void {}
  pause(): void {}
  resume(): void {}
  cancel(): void {
    this.cancelled = true;
  }
}

describe('an answer that comes in the same breath as its last client leaves', () => {
  const left = new AppError('client_closed', 'The client left.');

  it('is ended by the flight nobody waits for any more', async () => {
    const flow = new Silent();
    const answered = Promise.withResolvers<Reply>();
    // The stages between take a few turns to hand a reply on.
    const inner: Handle = async () => {
      const reply = await answered.promise;
      for (let hop = 0; hop < 8; hop++) await Promise.resolve();
      return reply;
    };
    const handle: Handle = singleFlight({ clock: new ManualClock(), shares: () => 'all' })(inner);
    const leave = new AbortController();
    const waiting = handle(chatCall(leave.signal, { stream: true }));
    answered.resolve(eventsReply(flow));
    leave.abort(left);
    await expect(waiting).rejects.toMatchObject({ code: 'client_closed' });
    await expect.poll(() => flow.cancelled).toBe(true);
  });

  it('is ended where a whole answer would have been made of it', async () => {
    const flow = new Silent();
    const leave = new AbortController();
    const handle = form(() => true)(() => {
      leave.abort(left);
      return Promise.resolve(eventsReply(flow));
    });
    await expect(handle(chatCall(leave.signal))).rejects.toMatchObject({ code: 'client_closed' });
    expect(flow.cancelled).toBe(true);
  });
});
