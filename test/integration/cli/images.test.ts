import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { commandLine, fakeInstance } from '../../support/command-line.ts';
import { tempDir } from '../../support/temp.ts';

const IMAGE = 'runpod-llm/qwen-qwen3-0-6b:vllm-pod-2222222222222222';

describe('build', () => {
  it('follows the steps to the image', async () => {
    const { dataDir, fake } = await fakeInstance();
    const result = await commandLine(['build', 'Qwen/Qwen3-8B'], { dataDir });
    expect(result).toMatchObject({ code: 0 });
    expect(result.err.split('\n').filter(Boolean)).toEqual([
      '◐ 1/2 [1/2] FROM vllm/vllm-openai:v0.27.1',
      '  resolving',
      '✓ 1/2 [1/2] FROM vllm/vllm-openai:v0.27.1 (1.5 s)',
    ]);
    expect(result.out).toBe('runpod-llm/qwen-qwen3-8b:vllm-pod-0123456789abcdef is built, 18 GB.\n');
    expect(fake.calls.at(-1)).toMatchObject({ name: 'images.build', input: { push: false, rebuild: false } });
  });

  it('hands over everything that was given', async () => {
    const { dataDir, fake } = await fakeInstance();
    const dockerfile = join(tempDir(), 'Dockerfile');
    writeFileSync(dockerfile, 'FROM x\n');
    const plain =
      'build llama3.2:3b --backend ollama --target queue --base ubuntu:24.04 --bake --env A=1=2 --env B= ' +
      '--repository ghcr.io/me/llm --revision abc --served-name llama --push --rebuild --json';
    const argv = [...plain.split(' '), '--arg', 'x y', '--dockerfile', dockerfile];
    expect(await commandLine(argv, { dataDir })).toMatchObject({ code: 0 });
    expect(fake.calls.at(-1)?.input).toMatchObject({
      push: true,
      rebuild: true,
      request: {
        model: 'llama3.2:3b',
        backend: 'ollama',
        target: 'queue',
        base: 'ubuntu:24.04',
        weights: 'baked',
        env: { A: '1=2', B: '' },
        args: ['x y'],
        repository: 'ghcr.io/me/llm',
        revision: 'abc',
        servedName: 'llama',
        dockerfile: 'FROM x\n',
      },
    });
  });

  it('prints the Dockerfile and builds nothing', async () => {
    const { dataDir, fake } = await fakeInstance();
    const { out } = await commandLine(['build', 'Qwen/Qwen3-8B', '--print'], { dataDir });
    expect(out).toContain('FROM vllm/vllm-openai:v0.27.1\n');
    expect(out).toContain('# does not exist yet; context 2.1 kB\n');
    expect(fake.calls.map(({ name }) => name)).not.toContain('images.build');
  });

  it('ends with the problem of a failed build', async () => {
    const { dataDir, fake } = await fakeInstance();
    const { builds } = await fake.api.call('images.builds', {});
    const failed = builds.filter(({ state }) => state === 'failed');
    fake.replyStream('images.follow', async function* () {
      for (const build of failed) yield { type: 'view', build };
    });
    const result = await commandLine(['build', 'me/broken', '--json'], { dataDir });
    expect(result.code).toBe(1);
    expect(JSON.parse(result.err)).toMatchObject({ error: { code: 'build_failed', details: { step: 2 } } });
  });

  it('is cancelled by Ctrl-C, and says so once it has stopped', async () => {
    const { dataDir, fake } = await fakeInstance();
    const leave = new AbortController();
    fake.replyStream('images.follow', async function* (_input, signal) {
      leave.abort();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      yield* [];
    });
    const result = await commandLine(['build', 'Qwen/Qwen3-8B'], { dataDir, signal: leave.signal });
    expect(result.code).toBe(130);
    expect(result.err).toContain('The build is cancelled.');
    expect(fake.calls.map(({ name }) => name)).toContain('images.cancel');
  });

  it.each([
    [['build'], /model/],
    [['build', 'm', '--env', 'novalue'], /NAME=value/],
    [['build', 'm', '--target', 'lambda'], /pod, queue, load-balancer/],
    [['build', 'm', '--package', 'unpinned'], /pinned/],
    [['build', 'm', '--dockerfile', '/nonexistent/Dockerfile'], /cannot be read/],
  ])('refuses %j with what is allowed', async (argv, text) => {
    const { dataDir } = await fakeInstance();
    const result = await commandLine(argv, { dataDir });
    expect(result.code).toBe(2);
    expect(result.err).toMatch(text);
  });
});

describe('images', () => {
  it('lists images and builds', async () => {
    const { dataDir } = await fakeInstance();
    const images = await commandLine(['images'], { dataDir });
    expect(images.out).toMatch(/^IMAGE +MODEL +SIZE +AGE +USED BY$/m);
    expect(images.out).toMatch(/2222222222222222 +Qwen\/Qwen3-0\.6B +17 GB/);
    const builds = await commandLine(['images', 'builds'], { dataDir });
    expect(builds.out).toMatch(/^build_2 +failed +runpod-llm\/me-broken:\S+ +2 min +Step 2/m);
  });

  it('removes, checks and sends one', async () => {
    const { dataDir } = await fakeInstance();
    const smoke = await commandLine(['images', 'smoke', IMAGE], { dataDir });
    expect(smoke).toMatchObject({ code: 0, out: "smoke: ok: the server's program vllm\n" });
    const push = await commandLine(['images', 'push', IMAGE], { dataDir });
    expect(push.out).toContain('In its registry as sha256:fedcba987654');
    expect(await commandLine(['images', 'remove', IMAGE], { dataDir })).toMatchObject({ code: 0 });
    expect(await commandLine(['images', 'remove', IMAGE], { dataDir })).toMatchObject({ code: 3 });
  });

  it('shows what a prune would free and asks first', async () => {
    const { dataDir } = await fakeInstance();
    const asked = await commandLine(['images', 'prune'], { dataDir, answers: ['n'] });
    expect(asked.questions).toEqual(['Remove 1 image, at least 200 MB? [y/N] ']);
    expect(asked.code).toBe(4);
    const done = await commandLine(['images', 'prune', '--yes'], { dataDir });
    expect(done.out).toBe('1 image removed, at least 200 MB freed.\n');
    expect((await commandLine(['images', 'prune', '--yes'], { dataDir })).out).toBe(
      'Every image of this app is in use.\n',
    );
  });

  it('tells of the engine, and how to start one where there is none', async () => {
    const { dataDir, fake } = await fakeInstance();
    const there = await commandLine(['images', 'engine'], { dataDir });
    expect(there.out).toContain('Docker Desktop 28.2.2 at unix:///var/run/docker.sock (Docker)');
    const status = await fake.api.call('images.engine', {});
    const { code, message, advice } = new AppError('docker_unavailable', 'No Docker engine answers.');
    fake.reply('images.engine', async () => ({
      ...status,
      available: false,
      problem: { code, message, advice },
    }));
    const absent = await commandLine(['images', 'engine'], { dataDir });
    expect(absent).toMatchObject({ code: 4 });
    expect(absent.out).toContain('No Docker engine answers.\nStart Docker Desktop');
  });
});
