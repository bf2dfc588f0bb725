import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { Installation } from '../../support/instance.ts';
import { textOf } from '../../support/proxy-harness.ts';
import { answerChat, chatEvents, FakeUpstream, sendJson } from '../../support/proxy-upstream.ts';

let app: Installation;
let first: FakeUpstream;
let second: FakeUpstream;
let endpoint: string;
let key: string;

const target = (server: FakeUpstream, fields: object = {}): object => ({
  name: 'own',
  base_url: `${server.url}/v1`,
  models: ['m'],
  ...fields,
});
function configure(proxy: object): void {
  writeFileSync(join(app.dataDir, 'llm_config.json'), JSON.stringify({ proxy }));
}
const chat = (fields: object = {}): Promise<Response> =>
  fetch(`${endpoint}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields }),
  });
const said = async (fields: object = {}): Promise<string> =>
  textOf(await (await chat({ stream: true, ...fields })).text());

/** Polls, in bounds: the file is looked at every other second, and read once it looks the same twice. */
async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await condition()) return;
    await systemClock.sleep(100);
  }
  throw new Error(`never happened: ${what}`);
}

beforeEach(async () => {
  app = new Installation();
  first = await new FakeUpstream().listen();
  second = await new FakeUpstream().listen();
  first.script = answerChat('from the first');
  second.script = answerChat('from the second');
  configure({ targets: [target(first)] });
  ({ endpoint, key } = await app.serve());
});
afterEach(async () => {
  await app.end();
  await Promise.all([first.close(), second.close()]);
});

describe('a changed configuration file, in a running app', () => {
  it('moves new requests to the changed target; one in flight is finished by the old one', async () => {
    let held: ServerResponse | null = null;
    const events = chatEvents(['from ', 'the ', 'old'], { usage: true });
    first.next((_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of events.slice(0, 2)) res.write(event);
      held = res;
    });
    const flowing = await chat({ stream: true, user: 'in flight' });
    configure({ targets: [target(second)] });
    let i = 0;
    await until(async () => (await said({ user: `look ${i++}` })) === 'from the second', 'the new target');
    for (const event of events.slice(2)) (held as ServerResponse | null)?.write(event);
    (held as ServerResponse | null)?.end();
    expect(textOf(await flowing.text())).toBe('from the old');
  });

  it('adds and removes targets, and takes what else it says about the proxy', async () => {
    configure({
      targets: [target(first), target(second, { name: 'other', models: ['n'] })],
      default_model: 'n',
      limits: { requests_per_minute: 1000 },
    });
    await until(async () => (await chat({ model: 'n' })).status === 200, 'the added model');
    const res = await chat({ model: undefined, seed: 1 });
    expect(await res.json()).toMatchObject({ choices: [{ message: { content: 'from the second' } }] });
    expect(res.headers.get('x-ratelimit-limit-requests')).toBe('1000');
    configure({ targets: [target(second, { name: 'other', models: ['n'] })] });
    await until(async () => (await chat({ seed: 2 })).status === 404, 'the removed model');
  });

  it('that is bad changes nothing, and is told', async () => {
    configure({ targets: [target(second, { api_key_env: 'NOT_SET_ANYWHERE' })] });
    await until(
      async () => (await app.call('app.status')).configProblem?.includes('NOT_SET_ANYWHERE') === true,
      'the problem',
    );
    expect(await said()).toBe('from the first');
    configure({ targets: [target(second)] });
    await until(async () => (await app.call('app.status')).configProblem === null, 'the end of the problem');
    expect(await said({ user: 'after' })).toBe('from the second');
  });

  it('holds nothing against a target that has moved', async () => {
    first.script = (_request, res) => sendJson(res, 500, { error: { message: 'broken' } });
    let i = 0;
    await until(async () => (await chat({ user: `fail ${i++}` })).status === 503, 'the open breaker');
    configure({ targets: [target(second)], breaker: { open_seconds: 3600 } });
    await until(
      async () => second.received.length > 0 || (await said({ user: `try ${i++}` })) !== '',
      'a try',
    );
    expect(await said({ user: 'after' })).toBe('from the second');
  });
});
