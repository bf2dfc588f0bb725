import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  createControlServer,
  type ControlServer,
  type ControlServerOptions,
} from '../../src/main/control/server.ts';
import { silentLog } from '../../src/main/logs/log.ts';
import { systemClock, type Clock } from '../../src/main/platform/clock.ts';
import { systemRandom } from '../../src/main/platform/random.ts';
import { createFakeManager, type FakeManager } from './fake-manager.ts';

export interface Served {
  readonly fake: FakeManager;
  readonly server: ControlServer;
  readonly url: string;
  readonly port: number;
  readonly token: string;
}

/** A control server on a free loopback port with a double of the core behind it; ended with the test. */
export async function serveFake(
  options: Partial<ControlServerOptions> & { readonly fake?: FakeManager; readonly clock?: Clock } = {},
): Promise<Served> {
  const { fake = createFakeManager(), ...rest } = options;
  const token = rest.token ?? `rlm_control_${systemRandom.hex(8)}`;
  const server = createControlServer({
    api: fake,
    token,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    port: 0,
    uiDir: '/nowhere',
    version: '0.1.0',
    checkOutputs: true,
    ...rest,
    limits: { graceMs: 100, ...rest.limits },
  });
  const { url, port } = await server.listen();
  onTestFinished(() => server.dispose());
  return { fake, server, url, port, token };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json(): unknown;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request with exactly these headers; nothing is added but Host. */
export function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: (): unknown => JSON.parse(text),
        }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A call as the command line makes it. */
export function post(
  served: Served,
  name: string,
  input: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return ask(`${served.url}/control/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${served.token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  });
}

/** Sends bytes as they are and returns all that comes back until the other side closes. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** Polls until the condition holds; the bound is only there to fail. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) {
    if (condition()) return;
    await systemClock.sleep(5);
  }
  throw new Error(`It never came to: ${what}`);
}
