import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { randomInt, seededRandom, type Random } from '../../../src/main/platform/random.ts';
import { chatEvents, chatJson, sendEvents, sendJson } from '../proxy-upstream.ts';

/** `mixed`: answers and every kind of fault; `outage`: nothing but faults; `calm`: answers only. */
export type Weather = 'mixed' | 'outage' | 'calm';

/** One attempt at one request, as it reached the model server. */
interface Attempt {
  /** Says in the answer itself which request, attempt and question it belongs to. */
  readonly tag: string;
  readonly stream: boolean;
  readonly random: Random;
}

type Fault = (attempt: Attempt, res: ServerResponse) => void;

const REST = ['two ', 'three ', 'four'];
/** Long enough to fill the buffers of a reader that pauses. */
const LONG_WORDS = 3000;

const bodySchema = z.looseObject({
  stream: z.boolean().default(false),
  messages: z.array(z.looseObject({ content: z.string() })),
});

/** What an answer says of itself; null = no tag. */
export function readTag(
  text: string,
): { readonly id: string; readonly attempt: number; readonly question: string; readonly tag: string } | null {
  const [tag, id, attempt, question] = /^([^#\s]+)#(\d+)#(\S+)(?= )/.exec(text) ?? [];
  if (tag === undefined || id === undefined || question === undefined) return null;
  return { id, attempt: Number(attempt), question, tag };
}

/** The whole text of an answer with this tag. */
export function wholeText(tag: string): string {
  return [`${tag} `, ...REST].join('');
}

export function wholeLongText(tag: string): string {
  return `${tag} ${'and so on '.repeat(LONG_WORDS)}`;
}

function eventsOf(tag: string): string[] {
  return chatEvents([`${tag} `, ...REST], { usage: true });
}

const answer: Fault = ({ tag, stream }, res) => {
  if (stream) sendEvents(res, eventsOf(tag));
  else sendJson(res, 200, chatJson(wholeText(tag)));
};

const longAnswer: Fault = (attempt, res) => {
  if (!attempt.stream) {
    answer(attempt, res);
    return;
  }
  sendEvents(res, chatEvents([`${attempt.tag} `, ...Array<string>(LONG_WORDS).fill('and so on ')]));
};

const lateAnswer: Fault = (attempt, res) => {
  setTimeout(() => answer(attempt, res), randomInt(attempt.random, 1, 60));
};

/** Cut anywhere, a piece at a time. */
const crumbs: Fault = (attempt, res) => {
  if (!attempt.stream) {
    answer(attempt, res);
    return;
  }
  const bytes = Buffer.from(eventsOf(attempt.tag).join(''));
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let at = 0; at < bytes.length; at += 37) res.write(bytes.subarray(at, at + 37));
  res.end();
};

const ANSWERS: readonly Fault[] = [answer, answer, answer, lateAnswer, crumbs, longAnswer];

/** Writes raw bytes in place of an answer, then breaks the connection. */
function raw(text: string): Fault {
  return (_attempt, res) => {
    res.socket?.write(text, () => res.destroy());
  };
}

/** Headers and a piece of the body, then a reset. */
const diesMidway: Fault = ({ tag, random }, res) => {
  const bytes = Buffer.from(eventsOf(tag).join(''));
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  res.flushHeaders();
  const cut = randomInt(random, 0, bytes.length - 40);
  if (cut > 0) res.write(bytes.subarray(0, cut));
  setImmediate(() => res.socket?.resetAndDestroy());
};

/** Ends cleanly, before the answer is finished. */
const endsEarly: Fault = ({ tag }, res) => sendEvents(res, eventsOf(tag).slice(0, 3));

const silentMidway: Fault = ({ tag }, res) => {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of eventsOf(tag).slice(0, 2)) res.write(event);
};

const failsMidway: Fault = ({ tag }, res) => {
  const failure = `data: ${JSON.stringify({ error: { message: 'CUDA out of memory', type: 'server_error' } })}\n\n`;
  sendEvents(res, [...eventsOf(tag).slice(0, 3), failure]);
};

const notJson: Fault = ({ tag }, res) => sendEvents(res, [...eventsOf(tag).slice(0, 2), 'data: {"cho\n\n']);

const brokenGzip: Fault = ({ tag }, res) => {
  const packed = gzipSync(eventsOf(tag).join(''));
  res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
  res.end(packed.subarray(0, packed.length - 12));
};

const status =
  (code: number, message: string, retryAfter?: string): Fault =>
  (_attempt, res) =>
    sendJson(
      res,
      code,
      { error: { message, type: 'x', code: null } },
      retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    );

const page =
  (code: number): Fault =>
  (_attempt, res) => {
    res
      .writeHead(code, { 'content-type': 'text/html', server: 'cloudflare' })
      .end(`<html><body>${code}</body></html>`);
  };

const reset: Fault = (_attempt, res) => {
  res.socket?.resetAndDestroy();
};
const silent: Fault = () => {};

/** By name, so that a run can say what it went through. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'reset at once': reset,
  'closed at once': (_attempt, res) => res.destroy(),
  'silence before headers': silent,
  'silence in the middle': silentMidway,
  'reset in the middle': diesMidway,
  'clean end before the finish': endsEarly,
  'error event in the middle': failsMidway,
  'event that is not JSON': notJson,
  'truncated gzip': brokenGzip,
  '429, try again at once': status(429, 'slow down', '0'),
  '429, try again in an hour': status(429, 'slow down', '3600'),
  '500': status(500, 'CUDA error'),
  '503, try again at once': status(503, 'busy', '0'),
  '400': status(400, 'bad sampling parameters'),
  '302': (_attempt, res) => {
    res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
  },
  '502 page': page(502),
  '404 page': page(404),
  '524 page': page(524),
  '200 page': page(200),
  'error under 200': status(200, 'the engine died'),
  'nothing under 200': (_attempt, res) => {
    res.writeHead(200).end();
  },
  'no HTTP at all': raw('SSH-2.0-OpenSSH_9.9\r\n'),
  'broken chunk': raw(
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
  ),
  'shorter than it said': raw(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"a":',
  ),
  'headers without end': raw(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(40_000)}\r\n`),
};
const NAMES = Object.keys(FAULTS);
/** What a machine that is gone looks like from here. */
const OUTAGE = ['reset at once', '502 page', '500', 'closed at once'];

/**
 * A model server with weather. What happens to an attempt follows from the seed, the request's id and the attempt's
 * number alone, so that a run with the same seed meets the same faults in whatever order requests arrive.
 */
export class FaultyServer {
  weather: Weather = 'calm';
  /** How often each request was asked for. */
  readonly attempts = new Map<string, number>();
  readonly met = new Map<string, number>();
  readonly #seed: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(seed: number) {
    this.#seed = seed;
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
      const chunks: Buffer[] = [];
      req.on('error', () => {}); // The proxy left; what it sends is of no interest any more.
      res.on('error', () => {});
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => this.#answer(String(req.headers['x-request-id']), Buffer.concat(chunks), res));
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    const address: AddressInfo | string | null = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('not listening');
    return `http://127.0.0.1:${address.port}`;
  }

  listen(): Promise<this> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(this)));
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #answer(id: string, body: Buffer, res: ServerResponse): void {
    const number = (this.attempts.get(id) ?? 0) + 1;
    this.attempts.set(id, number);
    const { stream, messages } = bodySchema.parse(JSON.parse(body.toString('utf8')));
    const random = seededRandom(seedOf(`${this.#seed}|${id}|${number}`));
    const name = this.#choose(random);
    this.met.set(name, (this.met.get(name) ?? 0) + 1);
    const fault = FAULTS[name] ?? ANSWERS[randomInt(random, 0, ANSWERS.length - 1)] ?? answer;
    fault({ tag: `${id}#${number}#${messages[0]?.content ?? ''}`, stream, random }, res);
  }

  #choose(random: Random): string {
    const names = this.weather === 'outage' ? OUTAGE : NAMES;
    const answers = this.weather === 'calm' || (this.weather === 'mixed' && random.next() < 0.6);
    return answers ? 'an answer' : (names[randomInt(random, 0, names.length - 1)] ?? 'an answer');
  }
}

export function seedOf(text: string): number {
  return hash('sha256', text, 'buffer').readUInt32LE(0);
}
