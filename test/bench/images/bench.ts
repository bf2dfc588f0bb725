/**
 * `npm run bench -- images`: what the app itself adds to a build. A context of 2 GB on its way to the engine, against the
 * same bytes copied plainly into the same socket; a build log of 10,000 lines, against parsing the same lines as JSON.
 */
import {
  closeSync,
  createReadStream,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BuildView } from '../../../src/shared/images.ts';
import { connectEngine } from '../../../src/main/images/engine.ts';
import { buildImage } from '../../../src/main/images/build.ts';
import { readWeightsFolder } from '../../../src/main/images/image-files.ts';
import { BuildKitReader } from '../../../src/main/images/build-progress.ts';
import { Job } from '../../../src/main/images/job.ts';
import { readJsonLines } from '../../../src/main/images/json-lines.ts';
import { encodeField } from '../../../src/main/images/protobuf.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { median, report } from '../report.ts';

const CONTEXT_BYTES = 2_000_000_000;
const LOG_LINES = 10_000;
const ROUNDS = 3;
const never = new AbortController().signal;

interface Measured {
  readonly seconds: number;
  readonly peakExtraMb: number;
}

/** Time, and the most memory beyond what was there before. */
async function measured(work: () => Promise<unknown>): Promise<Measured> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  clearInterval(sampler);
  return { seconds, peakExtraMb: (Math.max(peak, process.memoryUsage.rss()) - before) / 1e6 };
}

async function medians(work: () => Promise<unknown>): Promise<Measured> {
  const rounds: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measured(work));
  return {
    seconds: median(rounds.map(({ seconds }) => seconds)),
    peakExtraMb: Math.max(...rounds.map(({ peakExtraMb }) => peakExtraMb)),
  };
}

/** An engine that takes whatever it is sent and says that it built it. */
function swallowingEngine(socket: string): Promise<Server> {
  const server = createServer((message, response) => {
    message.resume();
    message.on('end', () => {
      if (message.url?.startsWith('/_ping')) response.writeHead(200, { 'libpod-api-version': '5' }).end('OK');
      else if (message.url?.startsWith('/info')) response.end('{}');
      else response.end('{"stream":"Step 1/1 : FROM x\\n"}\n{"aux":{"ID":"sha256:abc"}}\n');
    });
  });
  return new Promise((listening) => server.listen(socket, () => listening(server)));
}

async function benchContext(folder: string): Promise<object> {
  const socket = join(folder, 'engine.sock');
  const server = await swallowingEngine(socket);
  const file = join(folder, 'weights', 'model.safetensors');
  const plain = await medians(async () => {
    const upload = request({ socketPath: socket, path: '/plain', method: 'POST' });
    const answered = new Promise((done) =>
      upload.once('response', (answer) => answer.resume().once('end', done)),
    );
    await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), upload);
    await answered;
  });
  const address = { url: `unix://${socket}`, origin: 'bench', certificates: null, verifyTls: true };
  const engine = await connectEngine([address], { clock: systemClock, advice: '' }, never);
  const hashed = await medians(() => readWeightsFolder(join(folder, 'weights'), never));
  const files = (await readWeightsFolder(join(folder, 'weights'), never)).map(({ entry }) => entry);
  const input = {
    id: 'b',
    reference: 'x/y:1',
    dockerfile: 'FROM x\n',
    secrets: new Map(),
    login: null,
    network: null,
  };
  const parts = {
    engine,
    clock: systemClock,
    scrub: (text: string) => text,
    onMessage: () => {},
    onContext: () => {},
  };
  const sent = await medians(() => buildImage({ ...input, files }, parts, never));
  server.close();
  return {
    gigabytes: CONTEXT_BYTES / 1e9,
    plainCopySeconds: plain.seconds,
    hashSeconds: hashed.seconds,
    sendSeconds: sent.seconds,
    sendAgainstPlainCopy: sent.seconds / plain.seconds,
    plainPeakExtraMb: plain.peakExtraMb,
    hashPeakExtraMb: hashed.peakExtraMb,
    sendPeakExtraMb: sent.peakExtraMb,
  };
}

/** A build log as BuildKit sends it: a message for every line of output. */
function buildLog(): Buffer {
  const vertex = encodeField(
    1,
    Buffer.concat([
      encodeField(1, 'sha256:a'),
      encodeField(3, '[1/1] RUN make'),
      encodeField(5, encodeField(1, '')),
    ]),
  );
  const message = (bytes: Buffer): string =>
    `${JSON.stringify({ id: 'moby.buildkit.trace', aux: bytes.toString('base64') })}\r\n`;
  const lines = Array.from({ length: LOG_LINES }, (_, index) =>
    message(
      encodeField(
        3,
        Buffer.concat([
          encodeField(1, 'sha256:a'),
          encodeField(4, `compiling file ${index} of the engine with every option\n`),
        ]),
      ),
    ),
  );
  return Buffer.from([message(vertex), ...lines].join(''));
}

const VIEW: BuildView = {
  id: 'b',
  kind: 'build',
  reference: 'x',
  model: null,
  backend: null,
  target: null,
  state: 'building',
  startedAt: '',
  endedAt: null,
  steps: [],
  totalSteps: null,
  transfer: null,
  source: null,
  imageId: null,
  digest: null,
  sizeBytes: null,
  problem: null,
};

async function benchLog(): Promise<object> {
  const log = buildLog();
  const chunks = Array.from({ length: Math.ceil(log.length / 16_384) }, (_, index) =>
    log.subarray(index * 16_384, (index + 1) * 16_384),
  );
  const parsed = await medians(async () => {
    for (const line of log.toString('utf8').split('\n')) if (line !== '') JSON.parse(line);
  });
  let told = 0;
  const followed = await medians(async () => {
    const job = new Job(VIEW, systemClock, () => {});
    job.subscribe(() => told++);
    const reader = new BuildKitReader();
    for await (const value of readJsonLines(Readable.from(chunks))) {
      for (const message of reader.read(value, systemClock.now())) {
        if (message.kind === 'log') job.log(message.step, message.text);
      }
    }
  });
  if (told < LOG_LINES) throw new Error(`Only ${told} lines were told.`);
  return {
    lines: LOG_LINES,
    parseMs: parsed.seconds * 1000,
    followMs: followed.seconds * 1000,
    followAgainstParse: followed.seconds / parsed.seconds,
    microsecondsALine: (followed.seconds * 1e6) / LOG_LINES,
    followPeakExtraMb: followed.peakExtraMb,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'rplm-bench-'));
try {
  mkdirSync(join(folder, 'weights'));
  const file = openSync(join(folder, 'weights', 'model.safetensors'), 'w');
  writeSync(file, 'weights');
  ftruncateSync(file, CONTEXT_BYTES);
  closeSync(file);
  report('images', { context: await benchContext(folder), log: await benchLog() });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
