import { AppError } from '../../../shared/errors.ts';
import {
  bytesReply,
  eventsReply,
  onward,
  type Answering,
  type Call,
  type Reply,
  type Stage,
} from '../call.ts';
import { addEvents, assemblerFor } from '../events/assemble.ts';
import { disassemble } from '../events/disassemble.ts';
import { MARK, Replay, Through, type Flow, type Mark, type Piece } from '../flow.ts';
import { editJson } from '../json-edit.ts';
import { isObject, numberOf, parseObject } from '../json.ts';

/** Larger answers are refused rather than held in memory whole. */
const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * What the client asked for and what the model server is asked for differ. Chat-like calls always go out as streams with
 * usage: a silent plain call would be cut after 100 s (FACTS 2.7), and costs need the counts. Here the answer is put
 * back into the asked form: one JSON body, or a stream without the usage nobody asked for.
 */
export function form(mustStream: (call: Call) => boolean): Stage {
  return (next) => (call) => {
    if (!isChatLike(call)) return next(call);
    if (call.stream) return onward(next(asStreaming(call)), (reply) => asStream(call, reply));
    const asked = mustStream(call) && canStream(call) ? asStreaming(call) : call;
    // Some servers stream although nobody asked.
    return onward(next(asked), (reply) => asWhole(call, reply));
  };
}

function isChatLike(call: Call): boolean {
  return call.route.dialect !== 'plain' && call.route.id !== 'count_tokens';
}

/** Sampling modes that model servers cannot stream. */
function canStream(call: Call): boolean {
  return (numberOf(call.json['best_of']) ?? 1) <= 1 && call.json['use_beam_search'] !== true;
}

/** The same call, asking for events and for usage. */
function asStreaming(call: Call): Call {
  const countsUsage = call.route.dialect === 'chat' || call.route.dialect === 'completions';
  const edits = [];
  if (call.json['stream'] !== true) edits.push({ path: ['stream'], value: 'true' });
  if (countsUsage && !asksUsage(call)) {
    const own = isObject(call.json['stream_options']) ? call.json['stream_options'] : {};
    edits.push({ path: ['stream_options'], value: JSON.stringify({ ...own, include_usage: true }) });
  }
  return { ...call, stream: true, body: editJson(call.body, edits) };
}

function asksUsage(call: Call): boolean {
  const options = call.json['stream_options'];
  return isObject(options) && options['include_usage'] === true;
}

function asStream(call: Call, reply: Reply): Reply {
  const events = reply.body.kind === 'flow' ? reply : fromWhole(call, reply.body.bytes);
  if (events.body.kind !== 'flow' || asksUsage(call)) return events;
  return { ...events, body: { ...events.body, flow: new WithoutUsage(events.body.flow) } };
}

function fromWhole(call: Call, bytes: Buffer): Reply {
  const json = parseObject(bytes.toString('utf8'));
  if (json === null)
    throw new AppError('upstream_failed', `${call.target.name} sent an answer that is not JSON.`);
  return eventsReply(new Replay(disassemble(call.route.dialect, json)));
}

/** Drops the usage event that only the proxy asked for. */
class WithoutUsage extends Through {
  override data(chunk: Buffer, mark: Mark): void {
    if (mark !== MARK.usage) this.sink.data(chunk, mark);
  }
}

/** Replayed answers are put together once, not for every hit. */
const wholes = new WeakMap<readonly Piece[], Buffer>();

function asWhole(call: Call, reply: Reply): Answering {
  if (reply.body.kind === 'bytes' || !reply.body.events) return reply;
  const { flow } = reply.body;
  const pieces = flow instanceof Replay ? flow.pieces : null;
  const known = pieces === null ? undefined : wholes.get(pieces);
  return known === undefined ? putTogether(call, reply, flow, pieces) : wholeReply(reply, known);
}

async function putTogether(
  call: Call,
  reply: Reply,
  flow: Flow,
  pieces: readonly Piece[] | null,
): Promise<Reply> {
  const bytes = Buffer.from(JSON.stringify(await assembled(call, flow)));
  if (pieces !== null) wholes.set(pieces, bytes);
  return wholeReply(reply, bytes);
}

function wholeReply(reply: Reply, bytes: Buffer): Reply {
  return { ...bytesReply(bytes), headers: wholeHeaders(reply) };
}

function wholeHeaders(reply: Reply): Record<string, string> {
  return { ...reply.headers, 'content-type': 'application/json' };
}

function assembled(call: Call, flow: Flow): Promise<unknown> {
  const assembler = assemblerFor(call.route.dialect);
  return new Promise((resolve, reject) => {
    let size = 0;
    const leave = (): void => {
      const left = new AppError('client_closed', 'The client left.');
      flow.cancel(left);
      reject(left);
    };
    if (call.signal.aborted) {
      leave();
      return;
    }
    const done = (): void => call.signal.removeEventListener('abort', leave);
    call.signal.addEventListener('abort', leave, { once: true });
    flow.start({
      data: (chunk) => {
        size += chunk.length;
        addEvents(assembler, chunk);
        if (size <= LONGEST_ANSWER_BYTES) return;
        const error = new AppError(
          'upstream_failed',
          `${call.target.name} sent an answer that is too large.`,
        );
        done();
        flow.cancel(error);
        reject(error);
      },
      end: () => {
        done();
        try {
          resolve(assembler.result());
        } catch (error) {
          reject(error instanceof Error ? error : new Error('failed'));
        }
      },
      fail: (error) => {
        done();
        reject(error);
      },
    });
  });
}
