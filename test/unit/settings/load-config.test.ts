import { describe, expect, it } from 'vitest';
import { appConfigSchema } from '../../../src/main/settings/app-config.ts';
import { describeConfig } from '../../../src/main/settings/describe-config.ts';
import { loadConfig } from '../../../src/main/settings/load-config.ts';
import { deploymentSpecSchema } from '../../../src/shared/model.ts';
import { FILE, load, refusal, seed, type Given } from './loading.ts';

describe('precedence', () => {
  it('is defaults < file < environment < command line, each value with its source', () => {
    const file = { log_level: 'error', proxy: { port: 1111, max_body_mb: 8 }, control: { port: 2222 } };
    const { config, sources } = load({
      file,
      env: { RUNPOD_LLM_PORT: '3333', LOG_LEVEL: 'WARNING', HF_ENDPOINT: 'https://mirror.example' },
      flags: { port: 4444, host: '::1', sandbox: true },
    });
    expect([
      config.proxy.port,
      config.proxy.maxBodyMb,
      config.logLevel,
      config.control.port,
      config.cloud,
    ]).toEqual([4444, 8, 'warn', 2222, 'sandbox']);
    expect(Object.fromEntries([...sources].filter(([, source]) => source !== 'default'))).toEqual({
      data_dir: 'flag --data-dir',
      log_level: 'environment LOG_LEVEL',
      cloud: 'flag --sandbox',
      'huggingface.endpoint': 'environment HF_ENDPOINT',
      'proxy.host': 'flag --host',
      'proxy.port': 'flag --port',
      'proxy.max_body_mb': `file ${FILE}:5`,
      'control.port': `file ${FILE}:8`,
    });
  });

  it('gives everything a default, and a deeply frozen whole', () => {
    const { config, filePath, notes } = load();
    expect(config).toEqual(appConfigSchema.parse({ dataDir: '/data', cacheDir: '/data/cache' }));
    expect([filePath, notes]).toEqual([FILE, []]);
    expect(
      Object.isFrozen(config) && Object.isFrozen(config.proxy.limits) && Object.isFrozen(config.deployments),
    ).toBe(true);
  });

  it('reads every variable of the specification', () => {
    const env = {
      CACHE_DIR: 'cache',
      DOCKER_HOST: 'unix:///run/docker.sock',
      RUNPOD_API_URL: 'http://127.0.0.1:1/v2',
      RUNPOD_INVOKE_URL: 'http://localhost:1/v2',
      RUNPOD_GRAPHQL_URL: 'http://[::1]:1/graphql',
      RUNPOD_POD_URL_TEMPLATE: 'http://127.0.0.1:1/{podId}/{port}',
      RUNPOD_LB_URL_TEMPLATE: 'http://{endpointId}.localhost:1',
      RUNPOD_API_KEY: 'rpa_NOT_CONFIGURATION',
    };
    const { config } = load({ env });
    expect(config.cacheDir).toBe('/srv/app/cache');
    expect(config.docker.host).toBe('unix:///run/docker.sock');
    expect(config.runpod).toMatchObject({
      apiUrl: env.RUNPOD_API_URL,
      invokeUrl: env.RUNPOD_INVOKE_URL,
      graphqlUrl: env.RUNPOD_GRAPHQL_URL,
      podUrlTemplate: env.RUNPOD_POD_URL_TEMPLATE,
      lbUrlTemplate: env.RUNPOD_LB_URL_TEMPLATE,
    });
    expect(JSON.stringify(load({ env }))).not.toContain('rpa_');
  });

  it('finds the file by flag, then CONFIG_PATH, then in the data directory', () => {
    const files: Record<string, string> = {
      '/srv/app/a.json': '{"log_level": "debug"}',
      '/home/me/b.json': '{"log_level": "error"}',
    };
    const at = (flags: Record<string, unknown>, env: Record<string, string>): [string, string] => {
      const { filePath, config } = loadConfig({
        flags: { dataDir: '/data', ...flags },
        env,
        cwd: '/srv/app',
        home: '/home/me',
        platform: 'linux',
        readText: (path) => files[path] ?? null,
      });
      return [filePath, config.logLevel];
    };
    expect(at({ config: 'a.json' }, { CONFIG_PATH: '~/b.json' })).toEqual(['/srv/app/a.json', 'debug']);
    expect(at({}, { CONFIG_PATH: '~/b.json' })).toEqual(['/home/me/b.json', 'error']);
    expect(at({}, { CONFIG_PATH: '' })).toEqual([FILE, 'info']);
    expect(() => at({ config: 'missing.json' }, {})).toThrow(
      '--config: found no file at /srv/app/missing.json',
    );
    expect(() => at({}, { CONFIG_PATH: '/missing.json' })).toThrow(
      'CONFIG_PATH: found no file at /missing.json',
    );
  });

  it('says why a file cannot be read', () => {
    const input = { flags: {}, env: {}, cwd: '/', home: '/', platform: 'linux' } as const;
    const readText = (): never => {
      throw new Error('EACCES: permission denied');
    };
    expect(() => loadConfig({ ...input, readText })).toThrow(
      'an unreadable file (EACCES: permission denied)',
    );
  });

  it('reads a relative folder in the file from where the file is', () => {
    expect(load({ file: { cache_dir: 'cache-here' } }).config.cacheDir).toBe('/data/cache-here');
    expect(load({ file: { cache_dir: '~/c' } }).config.cacheDir).toBe('/home/me/c');
  });
});

describe('the seed’s form', () => {
  it('is one deployment: the recipe by its name, the GPU by its short form, both visible', () => {
    const { config, notes } = load({ file: seed });
    expect(config.deployments).toEqual([
      deploymentSpecSchema.parse({
        name: 'my-llm-pod',
        model: 'facebook/opt-125m',
        backend: 'vllm',
        mode: 'pod',
        compute: { gpuTypeIds: ['NVIDIA GeForce RTX 4090'], gpuCount: 1 },
        containerDiskGb: 20,
      }),
    ]);
    expect(notes).toEqual([
      `${FILE}: compute.gpu_type_id "NVIDIA RTX 4090" is read as "NVIDIA GeForce RTX 4090".`,
    ]);
  });

  it('takes several, with the same keys, after the one at the top', () => {
    const { config } = load({
      file: {
        ...seed,
        deployments: [
          { model: { name: 'llama3.2:3b' }, pod: { template_id: 'ollama' } },
          { model: { name: 'Qwen/Qwen3-8B' }, serverless: { max_workers: 3 } },
        ],
      },
    });
    expect(
      config.deployments.map(({ name, backend, mode, serverless }) => [
        name,
        backend,
        mode,
        serverless.maxWorkers,
      ]),
    ).toEqual([
      ['my-llm-pod', 'vllm', 'pod', 2],
      ['llama3.2-3b', 'ollama', 'pod', 2],
      ['qwen3-8b', 'vllm', 'serverless', 3],
    ]);
  });

  it('takes what both blocks say from the one the mode names, and scaling whatever the mode', () => {
    const blocks = {
      model: { name: 'a/b' },
      pod: { name: 'as-pod', container_disk_gb: 10, on_stop: 'keep' },
      serverless: { name: 'as-serverless', container_disk_gb: 20, min_workers: 1 },
    };
    const read = (mode: string): unknown => {
      const [spec] = load({ file: { ...blocks, mode } }).config.deployments;
      return [spec?.name, spec?.containerDiskGb, spec?.onStop, spec?.serverless.minWorkers];
    };
    expect(read('pod')).toEqual(['as-pod', 10, 'keep', 1]);
    expect(read('serverless')).toEqual(['as-serverless', 20, 'keep', 1]);
    expect(refusal({ file: { ...blocks, mode: 'auto' } })).toEqual([
      expect.stringMatching(/: serverless\.name: found "as-serverless"; allowed: "as-pod", as in "pod"/),
      expect.stringMatching(/: serverless\.container_disk_gb: found 20; allowed: 10/),
    ]);
    expect(
      load({ file: { ...blocks, mode: 'auto', serverless: { name: 'as-pod' } } }).config.deployments[0],
    ).toMatchObject({
      name: 'as-pod',
      containerDiskGb: 10,
    });
  });

  it('has a place for every part of a deployment', () => {
    const full = {
      mode: 'serverless',
      backend: 'vllm',
      model: { name: 'a/b', path: '/models/b', revision: 'main' },
      compute: {
        gpu_type_ids: ['NVIDIA L4'],
        gpu_count: null,
        cloud: 'SECURE',
        data_center_ids: ['EU-RO-1'],
        max_usd_per_hour: 2,
      },
      context_tokens: 4096,
      concurrency: 2,
      kv_cache_dtype: 'fp8',
      aliases: ['x'],
      idle: { policy: 'off', minutes: 1 },
      watchdog: { enabled: false, grace_minutes: 1, max_hours: 1 },
      budget: { usd_per_boot: 1, usd_per_day: 2 },
      wake_on_request: false,
      autostart: true,
      schedule: {
        time_zone: 'Europe/Berlin',
        hours: [{ days: ['mon'], from: '09:00', to: '17:00' }],
        wake_outside_hours: false,
        prewarm: [{ at: '08:30' }],
        on_sleep: 'stop',
      },
      pod: { on_stop: 'keep' },
      serverless: {
        name: 'full',
        template_id: 'abc123',
        container_disk_gb: 5,
        image: 'me/image:1',
        own_image: 'never',
        env: { SOME_VAR: 'x', other_var: 'y' },
        extra_args: ['--x'],
        volume: { network_volume_id: 'vol', path: '/w' },
        type: 'LOAD_BALANCER',
        min_workers: 1,
        max_workers: 3,
        idle_timeout_seconds: 9,
        flashboot: 'OFF',
        queue_delay_seconds: null,
        requests_per_worker: 8,
        timeout_seconds: 300,
      },
    };
    const { config, sources } = load({ file: full });
    const [spec] = config.deployments;
    expect(Object.keys(spec ?? {}).toSorted()).toEqual(Object.keys(deploymentSpecSchema.shape).toSorted());
    expect(spec).toMatchObject({
      modelPath: '/models/b',
      env: { SOME_VAR: 'x', other_var: 'y' },
      volume: { networkVolumeId: 'vol', path: '/w' },
      schedule: { onSleep: 'stop', prewarm: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], at: '08:30' }] },
      serverless: { requestsPerWorker: 8, timeoutSeconds: 300 },
    });
    const undocumented = [...sources].filter(
      ([path, source]) => path.startsWith('deployments.') && source === 'default',
    );
    expect(undocumented).toEqual([]);
  });

  it('does not use a path to weights that nothing brings, and says so', () => {
    const file = { ...seed, model: { name: 'facebook/opt-125m', path: '/optional/local/path' } };
    const { config, notes } = load({ file });
    expect(config.deployments[0]?.modelPath).toBeNull();
    expect(notes).toContainEqual(expect.stringContaining('model.path is not used'));
  });

  it('asks which GPU of a family is meant, and leaves an unknown one to the catalogue', () => {
    const withGpu = (gpu_type_id: string): Given => ({
      file: { model: { name: 'a/b' }, compute: { gpu_type_id } },
    });
    expect(refusal(withGpu('H100'))).toEqual([
      `${FILE}:6:20: compute.gpu_type_id: found "H100"; allowed: one of "NVIDIA H100 80GB HBM3", "NVIDIA H100 PCIe", "NVIDIA H100 NVL"`,
    ]);
    const { config, notes } = load(withGpu('NVIDIA GeForce RTX 4990'));
    expect(config.deployments[0]?.compute.gpuTypeIds).toEqual(['NVIDIA GeForce RTX 4990']);
    expect(notes[0]).toContain('nearest: "NVIDIA GeForce RTX');
  });

  it('refuses what contradicts itself', () => {
    expect(refusal({ file: { ...seed, backend: 'ollama' } })[0]).toContain(
      'pod.template_id: found "vllm"; allowed: "ollama"',
    );
    expect(
      refusal({
        file: { model: { name: 'a/b' }, compute: { gpu_type_id: 'NVIDIA L4', gpu_type_ids: ['NVIDIA L4'] } },
      })[0],
    ).toContain('either gpu_type_id or gpu_type_ids');
    expect(refusal({ file: { pod: { name: 'x' } } })[0]).toContain('a deployment without "model"');
    expect(refusal({ file: { deployments: [{ mode: 'pod' }] } })[0]).toContain(
      'deployments.0.model: found nothing',
    );
  });
});

describe('variables nobody reads', () => {
  it('are pointed out when they carry the app’s prefix', () => {
    expect(
      load({
        env: {
          RUNPOD_LLM_PROT: '1',
          RUNPOD_POD_ID: 'x',
          RUNPOD_LLM_PROXY_KEY: 'x',
          RUNPOD_LLM_DATA_DIR: '/d',
        },
      }).notes,
    ).toEqual(['The variable RUNPOD_LLM_PROT means nothing to this app; did you mean RUNPOD_LLM_PORT?']);
  });
});

describe('describeConfig', () => {
  it('shows values with their sources, and masks what may be secret', () => {
    const file = {
      ...seed,
      pod: {
        ...seed.pod,
        env: { HF_TOKEN: 'CANARY' },
        extra_args: ['--api-key', 'CANARY', '--hf-token=CANARY', '--dtype', 'half'],
      },
    };
    const values = describeConfig(load({ file }), [
      { name: 'runpod', present: true, hint: '1234', source: 'environment' },
      { name: 'hf', present: true, hint: null, source: 'keychain' },
      { name: 'docker-token', present: false, hint: null, source: 'none' },
    ]);
    expect(JSON.stringify(values)).not.toContain('CANARY');
    expect(values.find(({ path }) => path === 'proxy.port')).toMatchObject({ default: 27_182 });
    expect(values.find(({ path }) => path === 'data_dir')).not.toHaveProperty('default');
    const by = new Map(values.map((value) => [value.path, value]));
    expect(by.get('deployments.my-llm-pod.env')?.value).toEqual({ HF_TOKEN: '••••' });
    expect(by.get('deployments.my-llm-pod.extra_args')?.value).toEqual([
      '--api-key',
      '••••',
      '--hf-token=••••',
      '--dtype',
      'half',
    ]);
    expect(by.get('secrets.runpod')).toEqual({
      path: 'secrets.runpod',
      value: '••••1234',
      source: 'environment RUNPOD_API_KEY',
    });
    expect(by.get('secrets.hf')).toEqual({ path: 'secrets.hf', value: '••••', source: 'keychain' });
    expect(by.get('secrets.docker-token')).toEqual({
      path: 'secrets.docker-token',
      value: null,
      source: 'none',
    });
    expect(by.get('deployments.my-llm-pod.idle.minutes')).toEqual({
      path: 'deployments.my-llm-pod.idle.minutes',
      value: 15,
      source: 'default',
    });
  });
});
