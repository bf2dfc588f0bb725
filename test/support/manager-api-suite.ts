import { describe, expect, it } from 'vitest';
import { methods, streams } from '../../src/shared/api.ts';
import type { AppEvent, ManagerApi, MethodInput, MethodName, MethodOutput } from '../../src/shared/api.ts';
import { isMethodName } from '../../src/main/control/local-api.ts';
import { createFakeManager, type FakeManager } from './fake-manager.ts';
import { until } from './control.ts';

/** An input that each method accepts with the sample deployments; a new method must get one to compile. */
const inputs: { readonly [N in MethodName]: MethodInput<N> } = {
  'app.status': {},
  'app.doctor': {},
  'app.shutdown': {},
  'plan.make': { model: 'Qwen/Qwen3-8B' },
  'deployments.list': {},
  'deployments.get': { deployment: 'tiny' },
  'deployments.create': { spec: { name: 'new', model: 'Qwen/Qwen3-8B' }, start: false },
  'deployments.start': { deployment: 'tiny' },
  'deployments.stop': { deployment: 'qwen3-coder' },
  'deployments.restart': { deployment: 'qwen3-coder' },
  'deployments.terminate': { deployment: 'tiny' },
  'deployments.edit': { deployment: 'tiny', spec: { name: 'tiny', model: 'Qwen/Qwen3-0.6B' } },
  'deployments.editEffects': { deployment: 'tiny', spec: { name: 'tiny', model: 'Qwen/Qwen3-0.6B' } },
  'deployments.stopAll': {},
  'deployments.keepAlive': { deployment: 'qwen3-coder', minutes: 60 },
  'deployments.history': { deployment: 'tiny' },
  'deployments.wait': { deployment: 'qwen3-coder', until: 'ready', timeoutSeconds: 1 },
  'costs.summary': {},
  'costs.entries': {},
  'costs.series': { bucket: 'day', buckets: 7, by: 'model' },
  'costs.shares': { by: 'model' },
  'costs.export': { format: 'csv' },
  'requests.recent': {},
  'traffic.recent': {},
  'targets.list': {},
  'targets.settings': {},
  'targets.save': { target: { name: 'lab', baseUrl: 'https://lab.example.com/v1', models: ['lab'] } },
  'targets.remove': { name: 'company' },
  'targets.test': { target: { name: 'lab', baseUrl: 'https://lab.example.com/v1', models: ['lab'] } },
  'targets.route': { fallbacks: { tiny: ['lab'] }, bridge: { model: 'lab' } },
  'radar.scan': {},
  'radar.stop': { kind: 'pod', id: 'podtest2' },
  'radar.terminate': { kind: 'pod', id: 'podtest2' },
  'radar.sweepPreview': { ids: ['podtest2'] },
  'radar.sweep': { ids: ['podtest2'] },
  'radar.undo': {},
  'radar.sweeps': {},
  'radar.confirmAccount': {},
  'volumes.list': {},
  'volumes.advise': { model: 'Qwen/Qwen3-8B' },
  'volumes.create': { model: 'Qwen/Qwen3-8B', dataCenterId: 'EU-RO-1', sizeGb: 30 },
  'volumes.remove': { id: 'vol1' },
  'radar.adopt': { id: 'podtest2', name: 'adopted' },
  'secrets.status': {},
  'secrets.set': { name: 'hf', value: 'hf_abcdef' },
  'secrets.delete': { name: 'hf' },
  'secrets.check': {},
  'proxy.key': {},
  'keys.list': {},
  'keys.make': { name: 'editor' },
  'keys.change': { key: 'editor', budget: { usdPerDay: 5 } },
  'keys.revoke': { key: 'editor' },
  'models.list': {},
  'models.public': {},
  'models.search': { query: '', backend: 'vllm' },
  'images.engine': {},
  'images.plan': { model: 'Qwen/Qwen3-8B' },
  'images.build': { request: { model: 'Qwen/Qwen3-8B' } },
  'images.push': { reference: 'me/qwen-qwen3-8b:vllm-pod-1111111111111111' },
  'images.cancel': { build: 'build_1' },
  'images.builds': {},
  'images.list': {},
  'images.remove': { reference: 'runpod-llm/qwen-qwen3-0-6b:vllm-pod-2222222222222222' },
  'images.prunePreview': {},
  'images.prune': { ids: ['sha256:2222'] },
  'images.smoke': { reference: 'me/qwen-qwen3-8b:vllm-pod-1111111111111111' },
  'settings.get': {},
  'settings.set': {},
  'config.show': {},
  'config.parseDeployments': { text: '{"model":{"name":"Qwen/Qwen3-8B"}}' },
  'connect.check': { client: 'opencode', deployment: 'qwen3-coder' },
  'connect.found': {},
  'connect.preview': { client: 'opencode', deployment: 'qwen3-coder' },
  'connect.write': { client: 'opencode', deployment: 'qwen3-coder', fingerprint: 'opencode-1' },
  'connect.restore': { client: 'opencode' },
};

function callSample<N extends MethodName>(api: ManagerApi, name: N): Promise<MethodOutput<N>> {
  return api.call(name, inputs[name]);
}

/** What every ManagerApi does, whatever lies between it and its core. */
export function managerApiSuite(title: string, connect: (fake: FakeManager) => Promise<ManagerApi>): void {
  describe(`a ManagerApi ${title}`, () => {
    const never = new AbortController().signal;

    it.each(Object.keys(methods).filter(isMethodName))('carries %s', async (name) => {
      const fake = createFakeManager();
      const api = await connect(fake);
      const answer = await callSample(api, name);
      expect(methods[name].output.parse(answer)).toEqual(answer);
      expect(fake.calls.map((call) => call.name)).toContain(name);
    });

    it('carries every stream to its end', async () => {
      const api = await connect(createFakeManager());
      const lines = await Array.fromAsync(
        api.stream('logs.follow', { deployment: 'tiny', follow: false }, never),
      );
      expect(lines).toHaveLength(4);
      const app = await Array.fromAsync(api.stream('logs.app', { follow: false }, never));
      expect(app.map((line) => line.source)).toEqual(['app']);
      const chat = await Array.fromAsync(
        api.stream(
          'playground.chat',
          { model: 'tiny', messages: [{ role: 'user', content: 'hello' }] },
          never,
        ),
      );
      expect(chat.map((item) => item.type)).toEqual(['delta', 'delta', 'delta', 'done']);
      const build = await Array.fromAsync(api.stream('images.follow', { build: 'build_2' }, never));
      expect(build.map((item) => item.type)).toEqual(['view']);
      expect(Object.keys(streams).toSorted()).toEqual([
        'images.follow',
        'logs.app',
        'logs.follow',
        'playground.chat',
      ]);
    });

    it('throws the errors of the core', async () => {
      const api = await connect(createFakeManager());
      await expect(api.call('deployments.get', { deployment: 'nope' })).rejects.toMatchObject({
        name: 'AppError',
        code: 'not_found',
        message: 'There is no deployment "nope".',
      });
      const stream = api.stream('logs.follow', { deployment: '', follow: false }, never);
      await expect(Array.fromAsync(stream)).rejects.toMatchObject({ code: 'invalid_input' });
    });

    it('tells events to all listeners until they leave', async () => {
      const fake = createFakeManager();
      const api = await connect(fake);
      const heard: AppEvent[][] = [[], []];
      const leave = heard.map((list) => api.subscribe((event) => list.push(event)));
      await until(() => fake.listeners > 0, 'a subscription');
      const event: AppEvent = { name: 'costs.changed', payload: { nowUsdPerHour: 1, todayUsd: 2 } };
      fake.emit(event);
      await until(() => heard.every((list) => list.at(-1)?.name === 'costs.changed'), 'the event');
      leave[0]?.();
      fake.emit({ name: 'costs.changed', payload: { nowUsdPerHour: 3, todayUsd: 4 } });
      await until(
        () => heard[1]?.filter((item) => item.name === 'costs.changed').length === 2,
        'the second event',
      );
      expect(heard[0]?.filter((item) => item.name === 'costs.changed')).toEqual([event]);
      leave[1]?.();
      await until(() => fake.listeners === 0, 'nobody listening');
    });

    it('gives a call up when told to', async () => {
      const fake = createFakeManager();
      const api = await connect(fake);
      let signal: AbortSignal | null = null;
      fake.reply('app.doctor', (_input, given) => {
        signal = given;
        return new Promise((_resolve, reject) => given.addEventListener('abort', () => reject(given.reason)));
      });
      const leave = new AbortController();
      const call = api.call('app.doctor', {}, leave.signal);
      call.catch(() => undefined);
      await until(() => signal !== null, 'a running call');
      leave.abort();
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
      await until(() => signal?.aborted === true, 'the news at the core');
      await expect(api.call('app.status', {}, leave.signal)).rejects.toMatchObject({ name: 'AbortError' });
    });

    it('leaves a stream when told to', async () => {
      const fake = createFakeManager();
      const api = await connect(fake);
      let released = false;
      fake.replyStream('logs.app', async function* (_input, signal) {
        try {
          yield { at: '2026-11-24T09:00:00Z', source: 'app', level: null, text: 'one' };
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        } finally {
          released = true;
        }
      });
      const leave = new AbortController();
      for await (const line of api.stream('logs.app', {}, leave.signal)) {
        expect(line.text).toBe('one');
        break;
      }
      leave.abort();
      await until(() => released, 'a released source');
    });
  });
}
