import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BuildView } from '../../src/shared/images.ts';
import type { DeploymentView, HistoryEntry } from '../../src/shared/model.ts';
import { engineMissing, startEngine, type TestEngine } from '../integration/images/support/engine.ts';
import { LOGIN, startRegistry, type TestRegistry } from '../integration/images/support/registry.ts';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';
import { missing } from '../support/missing.ts';

/** A start on the stock image that fails for want of a package, cured with a real engine and a real registry. */
const absent = engineMissing();
const MODEL = 'Qwen/Qwen3-0.6B';
const PATIENCE = { timeout: 60_000, interval: 200 };
const CRASH = { kind: 'crash-loop', line: "ModuleNotFoundError: No module named 'einops'", times: 1 };

let docker: TestEngine;
let registry: TestRegistry;
let index: PackageIndex;
let sandbox: SandboxProcess;
let app: Installation;
let client: OpenAI;

beforeAll(async () => {
  if (absent !== null) return;
  [docker, registry, sandbox] = await Promise.all([
    startEngine(),
    startRegistry(),
    startSandboxProcess(['--speed', '100']),
  ]);
  index = await startPackageIndex();
  app = new Installation({
    ...sandbox.env,
    DOCKER_USERNAME: LOGIN.username,
    DOCKER_TOKEN: LOGIN.password,
    RUNPOD_LLM_IMAGE_REPOSITORY: `${registry.host}/me/llm`,
    RUNPOD_LLM_PACKAGE_INDEX: index.url,
  });
  writeFileSync(
    join(app.dataDir, 'llm_config.json'),
    JSON.stringify({
      runpod: { poll_seconds: 0.2, idle_poll_seconds: 0.5 },
      docker: { host: docker.url },
      images: { network: 'host' },
    }),
  );
  await serve();
}, 180_000);

afterAll(async () => {
  if (absent !== null) return;
  await app.end();
  await sandbox.stop();
  await Promise.all([docker.dispose(), registry.dispose()]);
  await index.dispose();
}, 60_000);

async function serve(): Promise<void> {
  const { endpoint, key } = await app.serve();
  client = new OpenAI({ baseURL: endpoint, apiKey: key, maxRetries: 0 });
}

/** PyPI as far as it is asked; the installer of the test's base image takes its time over `+slow`. */
interface PackageIndex {
  slow: boolean;
  readonly url: string;
  dispose(): Promise<void>;
}

async function startPackageIndex(): Promise<PackageIndex> {
  const server = createServer((_request, response) => {
    const version = made.slow ? '1.2.3+slow' : '1.2.3';
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ info: { version } }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const made: PackageIndex = {
    slow: false,
    url: `http://127.0.0.1:${port}`,
    dispose: () => new Promise((closed) => server.close(() => closed())),
  };
  return made;
}

const view = (deployment: string): Promise<DeploymentView> => app.call('deployments.get', { deployment });
const builds = async (): Promise<BuildView[]> => (await app.call('images.builds')).builds;
const historyOf = async (deployment: string): Promise<HistoryEntry[]> =>
  (await app.call('deployments.history', { deployment })).entries;
const ask = (model: string) =>
  client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hi.' }] });

const podListSchema = z.object({
  pods: z.array(z.object({ image: z.string(), registry: z.string().nullish() })),
});

async function podsAtRunPod(): Promise<z.infer<typeof podListSchema>['pods']> {
  const response = await fetch(`${sandbox.env['RUNPOD_API_URL'] ?? ''}/pods`, {
    headers: { authorization: `Bearer ${sandbox.env['RUNPOD_API_KEY'] ?? ''}` },
  });
  return podListSchema.parse(await response.json()).pods;
}

describe('a stock image that lacks a package', { timeout: 180_000 }, () => {
  it('is replaced by one that is built, sent to its registry, pulled by RunPod, and answers', async (context) => {
    if (absent !== null) missing(context, absent);
    await sandbox.arm(CRASH);
    const deployed = await app.cli(['deploy', MODEL, '--name', 'cured', '--yes', '--wait']);
    expect(deployed.text).toMatch(/Building image, nothing bills/);
    expect(deployed.code).toBe(0);

    const { pod, ownImage, state } = await view('cured');
    expect(state).toBe('ready');
    expect(ownImage?.reference).toMatch(new RegExp(`^${registry.host}/me/llm:vllm-pod-[0-9a-f]{16}$`));
    expect(pod?.image).toBe(ownImage?.reference);
    const [build] = await builds();
    expect(build).toMatchObject({ state: 'done', source: 'built', reference: ownImage?.reference });
    expect(build?.digest).toMatch(/^sha256:/);
    expect(build?.steps.some(({ name }) => name.includes('einops==1.2.3'))).toBe(true);
    // The repository is private: the pod names the login that may pull it.
    expect(await podsAtRunPod()).toMatchObject([
      { image: ownImage?.reference, registry: expect.any(String) },
    ]);
    expect((await ask('cured')).choices[0]?.message.content).toMatch(/Simulated/);

    // Its own entrypoint runs, and the watchdog that it brings.
    await expect.poll(async () => (await view('cured')).watchdog.state, PATIENCE).toBe('armed');

    const kinds = (await historyOf('cured')).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('image') || kind === 'pod-created')).toEqual([
      'image',
      'pod-created',
      'image-cure',
      'image-building',
      'image-ready',
      'pod-created',
    ]);
    const { pods } = await sandbox.bill();
    expect(pods.map(({ running }) => running)).toEqual([false, true]);
  });

  it('keeps its image for the next start, and shares it with another deployment of the model', async (context) => {
    if (absent !== null) missing(context, absent);
    const before = (await builds()).length;
    expect((await app.cli(['stop', 'cured', '--wait'])).code).toBe(0);
    expect((await app.cli(['start', 'cured', '--yes', '--wait'])).code).toBe(0);
    expect(await builds()).toHaveLength(before);
    await sandbox.arm(CRASH);
    expect((await app.cli(['deploy', MODEL, '--name', 'second', '--yes', '--wait'])).code).toBe(0);
    expect((await view('second')).ownImage).toEqual((await view('cured')).ownImage);
    expect((await builds())[0]).toMatchObject({ source: 'registry', steps: [] });
    expect((await ask('second')).choices[0]?.message.content).toMatch(/Simulated/);
    expect((await app.cli(['stop-all'])).code).toBe(0);
  });
});

describe('Ollama with an image of its own', { timeout: 180_000 }, () => {
  it('answers behind the key check that the image brings', async (context) => {
    if (absent !== null) missing(context, absent);
    const asked = ['deploy', 'llama3.2:3b', '--backend', 'ollama', '--name', 'llama'];
    const deployed = await app.cli([...asked, '--own-image', 'always', '--yes', '--wait']);
    expect(deployed.text).toMatch(/llama is ready/);
    expect((await view('llama')).pod?.image).toMatch(/:ollama-pod-[0-9a-f]{16}$/);
    expect((await ask('llama')).choices[0]?.message.content).toMatch(/Simulated/);
    await expect.poll(async () => (await view('llama')).watchdog.state, PATIENCE).toBe('armed');
    expect((await app.cli(['stop', 'llama', '--wait'])).code).toBe(0);
  });
});

describe('a build that is cut off', { timeout: 180_000 }, () => {
  /** A start whose build is in the middle of a step that does not end. */
  async function building(model: string, name: string): Promise<void> {
    index.slow = true;
    await sandbox.arm({ ...CRASH, line: CRASH.line.replace('einops', 'timm') });
    await app.cli(['deploy', model, '--name', name, '--yes']);
    const isAtIt = async (): Promise<boolean> =>
      (await builds())[0]?.steps.some((step) => step.state === 'running' && step.name.includes('timm==')) ??
      false;
    await expect.poll(isAtIt, PATIENCE).toBe(true);
    expect((await view(name)).phases.at(-1)).toMatchObject({ phase: 'building' });
    expect(await view(name)).toMatchObject({ pod: null, cost: { nowUsdPerHour: 0 } });
  }
  const rented = async (): Promise<number> => (await sandbox.bill()).pods.length;

  it('by kill -9 goes on after the next start of the app', async (context) => {
    if (absent !== null) missing(context, absent);
    await building('Qwen/Qwen3-1.7B', 'killed');
    const before = await rented();
    await app.program.kill('SIGKILL');
    index.slow = false;
    await serve();
    await expect.poll(async () => (await view('killed')).state, PATIENCE).toBe('ready');
    expect(await rented()).toBe(before + 1);
    expect((await ask('killed')).choices[0]?.message.content).toMatch(/Simulated/);
    expect((await app.cli(['stop', 'killed', '--wait'])).code).toBe(0);
  });

  it('by a stop leaves nothing running and nothing rented', async (context) => {
    if (absent !== null) missing(context, absent);
    await building('Qwen/Qwen3-4B', 'stopped');
    const before = await rented();
    expect((await app.cli(['stop', 'stopped', '--wait'])).code).toBe(0);
    await expect.poll(async () => (await builds())[0]?.state, PATIENCE).toBe('cancelled');
    expect(await view('stopped')).toMatchObject({ state: 'stopped', pod: null, stillBilling: false });
    expect(await rented()).toBe(before);
  });

  it('by its registry ends the start, and the next one is whole', async (context) => {
    if (absent !== null) missing(context, absent);
    await registry.kill();
    const before = await rented();
    const asked = ['deploy', 'Qwen/Qwen3-8B', '--name', 'unsent', '--own-image', 'always', '--yes', '--wait'];
    const deployed = await app.cli([...asked, '--json']);
    expect(errorOf(deployed.stderr).code).toBe('registry_unavailable');
    expect(await rented()).toBe(before);
    await registry.restart();
    expect((await app.cli(['start', 'unsent', '--yes', '--wait'])).code).toBe(0);
    expect((await app.cli(['stop', 'unsent', '--wait'])).code).toBe(0);
  });

  it('by its engine ends the start with how to go on, and the doctor says so', async (context) => {
    if (absent !== null) missing(context, absent);
    await building('Qwen/Qwen3-14B', 'engineless');
    const before = await rented();
    await docker.stop();
    await expect.poll(async () => (await view('engineless')).state, PATIENCE).toBe('failed');
    const { problem } = await view('engineless');
    // An engine that is told to stop may end the step first, and tell it as failed.
    expect(['docker_unavailable', 'build_failed']).toContain(problem?.code);
    expect(problem?.message).toMatch(/could not be made.*lacks the Python package timm/s);
    expect(problem?.advice).toMatch(/"image".*ownImage/);
    const again = await app.cli(['start', 'engineless', '--yes', '--wait', '--json']);
    expect(again.code).toBe(4);
    expect(errorOf(again.stderr).code).toBe('docker_unavailable');
    expect(await rented()).toBe(before);
    expect((await app.cli(['doctor'])).text).toMatch(/○ Docker: .*Only images built here need it/);
  });
});

const errorOf = (stderr: string): { readonly code: string } =>
  z.object({ error: z.object({ code: z.string() }) }).parse(JSON.parse(stderr)).error;
