import { createServer, type ServerResponse } from 'node:http';

/**
 * The model server of the benchmarks: a JSON answer of 0.7 KB, or a stream of events, each written by itself as
 * model servers do, as fast as they go or with a gap between. What to do stands in the body: `n_events`, `gap_ms`.
 */
const filler = 'x'.repeat(420);
const json = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1,
    model: 'bench',
    choices: [
      { index: 0, message: { role: 'assistant', content: filler }, logprobs: null, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 100, total_tokens: 110 },
  }),
);
const event = (part: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'bench', choices: [{ index: 0, delta: part, logprobs: null, finish_reason: finish }] })}\n\n`;
const first = event({ role: 'assistant', content: '' });
const word = event({ content: 'token ' });
const last = `${event({}, 'stop')}data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1,"model":"bench","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":100,"total_tokens":110}}\n\ndata: [DONE]\n\n`;

/** As HTTP frames it, made once: the model server must not be what a relay waits for. */
const wordChunk = Buffer.from(`${Buffer.byteLength(word).toString(16)}\r\n${word}\r\n`);

let aborted = 0;

function stream(res: ServerResponse, events: number, gapMs: number): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  res.write(first);
  const { socket } = res;
  let sent = 0;
  const pump = (): void => {
    if (res.destroyed || socket === null) return;
    if (sent >= events) {
      res.end(last);
      return;
    }
    sent++;
    const more = socket.write(wordChunk);
    if (gapMs > 0) setTimeout(pump, gapMs);
    else if (more) setImmediate(pump);
    else socket.once('drain', pump);
  };
  // What node:http has corked leaves first.
  setImmediate(pump);
}

const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
  if (req.url === '/aborted') {
    res.end(String(aborted));
    return;
  }
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  res.on('close', () => {
    if (!res.writableFinished) aborted++;
  });
  req.on('end', () => {
    const text = Buffer.concat(chunks).toString('latin1');
    if (!text.includes('"stream":true')) {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': json.length }).end(json);
      return;
    }
    stream(
      res,
      Number(/"n_events":(\d+)/.exec(text)?.[1] ?? 100),
      Number(/"gap_ms":(\d+)/.exec(text)?.[1] ?? 0),
    );
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'));
