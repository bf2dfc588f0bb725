import type { Call } from '../../src/main/proxy/call.ts';
import { ownerKey } from '../../src/main/proxy/keyring.ts';
import { ROUTES } from '../../src/main/proxy/routes.ts';
import { Trace } from '../../src/main/proxy/trace.ts';
import { FakeTarget, upstreamAt } from './proxy-targets.ts';

/** A chat request on its way through the stages. `fields` are added to its body. */
export function chatCall(signal: AbortSignal, fields: Readonly<Record<string, unknown>> = {}): Call {
  const route = ROUTES.find(({ id }) => id === 'chat');
  if (route === undefined) throw new Error('no chat route');
  const json = { model: 'm', messages: [], ...fields };
  return {
    id: 'a',
    route,
    path: '/chat/completions',
    headers: [],
    control: {
      noStore: false,
      noCache: false,
      alone: false,
      cacheTtlSeconds: null,
      patienceMs: null,
      repeated: false,
      userAgent: '',
      session: null,
    },
    body: Buffer.from(JSON.stringify(json)),
    json,
    model: 'm',
    stream: fields['stream'] === true,
    key: ownerKey('secret').key,
    signal,
    target: new FakeTarget('m', upstreamAt('http://127.0.0.1:1')),
    alternates: [],
    upstream: null,
    trace: new Trace(0),
    processing: null,
  };
}
