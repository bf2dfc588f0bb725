import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request a model server received. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly json: Record<string, unknown>;
  /** Resolves when the client's side of the connection went away before the answer was complete. */
  readonly gone: Promise<void>;
}

export type Script = (request: Received, res: ServerResponse) => void;

/**
 * A model server on a real socket that does what it is told: one script for every request, or a queue of scripts first.
 */
export class FakeUpstream {
  readonly received: Received[] = [];
  /** Requests whose client left before the answer was complete. */
  aborted = 0;
  script: Script = answerChat('Hello there');
  readonly #queue: Script[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #waiters: (() => void)[] = [];

  constructor() {
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
      const chunks: Buffer[] = [];
      let left = (): void => {};
      const gone = new Promise<void>((resolve) => {
        left = resolve;
      });
      res.on('close', () => {
        if (res.writableFinished) return;
        this.aborted++;
        left();
        this.#wakeWaiters();
      });
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const request: Received = {
          method: req.method ?? '',
          path: req.url ?? '',
          headers: req.headers,
          rawHeaders: req.rawHeaders,
          body,
          json: parse(body),
          gone,
        };
        this.received.push(request);
        this.#wakeWaiters();
        (this.#queue.shift() ?? this.script)(request, res);
      });
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

  get openSockets(): number {
    return this.#sockets.size;
  }

  listen(): Promise<this> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(this)));
  }

  /** The next requests are answered by these, in order. */
  next(...scripts: Script[]): void {
    this.#queue.push(...scripts);
  }

  /** Waits until `condition` holds after a request arrived or left. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.dropConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #wakeWaiters(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

export const USAGE = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };

export function chatChunk(fields: Record<string, unknown>, model = 'served'): string {
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model, ...fields })}\n\n`;
}

/** What vLLM streams for a text: role, words, finish, usage when asked, [DONE]. */
export function chatEvents(
  words: readonly string[],
  options: { usage?: boolean; model?: string } = {},
): string[] {
  const { model } = options;
  const delta = (part: object, finish: string | null = null): string =>
    chatChunk({ choices: [{ index: 0, delta: part, logprobs: null, finish_reason: finish }] }, model);
  return [
    delta({ role: 'assistant', content: '' }),
    ...words.map((content) => delta({ content })),
    delta({}, 'stop'),
    ...(options.usage === true ? [chatChunk({ choices: [], usage: USAGE }, model)] : []),
    'data: [DONE]\n\n',
  ];
}

export function chatJson(text: string, model = 'served'): Record<string, unknown> {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [
      { index: 0, message: { role: 'assistant', content: text }, logprobs: null, finish_reason: 'stop' },
    ],
    usage: USAGE,
  };
}

/** Answers as vLLM would: a stream when asked for one, else JSON. */
export function answerChat(text: string): Script {
  return (request, res) => {
    const words = text.split(/(?<= )/);
    if (request.json['stream'] !== true) return sendJson(res, 200, chatJson(text));
    const options = request.json['stream_options'];
    const usage =
      typeof options === 'object' && options !== null && Reflect.get(options, 'include_usage') === true;
    sendEvents(res, chatEvents(words, { usage }));
  };
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function sendEvents(res: ServerResponse, events: readonly string[]): void {
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  for (const event of events) res.write(event);
  res.end();
}

/** RunPod's gateway: a page, not JSON. */
export function gatewayPage(status: number): Script {
  return (_request, res) => {
    res
      .writeHead(status, { 'content-type': 'text/html', 'cf-ray': 'x', server: 'cloudflare' })
      .end(`<html><body>${status}</body></html>`);
  };
}
