import { describe, expect, it } from 'vitest';
import { FILE, load, refusal, seed, type Given } from './loading.ts';

describe('refusals', () => {
  it.each<[string, Given, string]>([
    [
      'a wrong type',
      { text: '{\n  "proxy": { "port": "x" }\n}' },
      `${FILE}:2:22: proxy.port: found "x"; allowed: a whole number from 0 up to 65535`,
    ],
    [
      'a number out of range',
      { file: { proxy: { retries: 9 } } },
      `${FILE}:3:16: proxy.retries: found 9; allowed: a whole number from 0 up to 5`,
    ],
    [
      'an unknown value',
      { file: { mode: 'pod|serverless', model: { name: 'a/b' } } },
      `${FILE}:2:11: mode: found "pod|serverless"; allowed: one of "pod", "serverless", "auto"`,
    ],
    [
      'a misspelt key',
      { file: { proxy: { prot: 1 } } },
      `${FILE}:3:5: proxy.prot: found an unknown key; allowed: did you mean "port"?`,
    ],
    ['a misspelt section', { file: { 'pod|serverless': {} } }, 'found an unknown key; allowed: '],
    [
      'an unlike key',
      { file: { control: { zzz: 1 } } },
      'control.zzz: found an unknown key; allowed: one of port',
    ],
    [
      'a secret',
      { file: { runpod_api_key: 'rpa_CANARY' } },
      'runpod_api_key: found an unknown key; allowed: secrets never stand in this file',
    ],
    [
      'the data directory',
      { file: { data_dir: '/x' } },
      'data_dir: found an unknown key; allowed: this file is looked for in it',
    ],
    [
      'a bad name',
      { file: { ...seed, pod: { name: 'My Pod' } } },
      'pod.name: found "My Pod"; allowed: must be 1-40 lower-case letters',
    ],
    [
      'a bad model',
      { file: { model: { name: '/local' } } },
      'model.name: found "/local"; allowed: must be a model id such as',
    ],
    [
      'a bad address',
      { file: { huggingface: { endpoint: 'nope' } } },
      'huggingface.endpoint: found "nope"; allowed: a URL such as',
    ],
    [
      'a template without its places',
      { file: { runpod: { pod_url_template: 'https://x' } } },
      'allowed: must contain {podId} and {port}',
    ],
    [
      'a relative path where none can be',
      { file: { ...seed, model: { name: 'a/b', path: 'x' } } },
      'model.path: found "x"; allowed: a text that begins with "/"',
    ],
    [
      'more workers at least than at most',
      { file: { model: { name: 'a/b' }, serverless: { min_workers: 5, max_workers: 2 } } },
      `${FILE}:6:20: serverless.min_workers: found 5; allowed: must not be greater than maxWorkers`,
    ],
    [
      'no JSON',
      { text: '{\n  "a": 1,\n}' },
      `${FILE}:3:1: found no JSON here; allowed: valid JSON: a comma before "}" is not allowed in JSON`,
    ],
    ['another kind of file', { text: '[]' }, `${FILE}:1:1: found []; allowed: an object with`],
    ['a huge file', { text: ' '.repeat(1_000_001) }, 'found 1000001 characters; allowed: at most 1000000'],
    [
      'a bad variable',
      { env: { RUNPOD_LLM_PORT: 'http' } },
      'RUNPOD_LLM_PORT: proxy.port: found "http"; allowed: a whole number from 0 up to 65535',
    ],
    [
      'a bad level',
      { env: { LOG_LEVEL: 'loud' } },
      'LOG_LEVEL: log_level: found "loud"; allowed: one of "debug", "info", "warn", "error"',
    ],
    [
      'a bad template in a variable',
      { env: { RUNPOD_LB_URL_TEMPLATE: 'https://x' } },
      'RUNPOD_LB_URL_TEMPLATE: runpod.lb_url_template: found "https://x"; allowed: must contain {endpointId}',
    ],
    [
      'a bad flag',
      { flags: { port: 99999 } },
      '--port: proxy.port: found 99999; allowed: a whole number from 0 up to 65535',
    ],
    [
      'two clouds',
      { flags: { sandbox: true, runpod: true } },
      '--sandbox --runpod: cloud: found both flags; allowed: one of them',
    ],
    [
      'a bad time zone',
      { file: { time_zone: 'Mars/Olympus' } },
      'time_zone: found "Mars/Olympus"; allowed: must be a time zone such as',
    ],
  ])('%s', (_what, given, expected) => {
    expect(refusal(given).join('\n')).toContain(expected);
  });

  it('come all at once, also for a value that something above it would hide', () => {
    const lines = refusal({
      file: { proxy: { port: 'x', retries: 99 }, log_levle: 'info' },
      env: { RUNPOD_LLM_PORT: '1' },
      flags: { logLevel: 'x' },
    });
    expect(lines).toHaveLength(4);
  });

  it('are bounded', () => {
    const file = { proxy: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`zzz${index}`, 1])) };
    expect(refusal({ file }).at(-1)).toBe('and 30 more');
  });

  it('never show what could be a secret', () => {
    const shown = [
      refusal({ file: { hf_token: 'CANARY' } }),
      refusal({ file: { ...seed, pod: { env: { 'BAD-NAME': 'CANARY' } } } }),
      refusal({ file: { ...seed, pod: { env: { NAME: 'CANARY'.repeat(2000) } } } }),
      refusal({ env: { RUNPOD_API_URL: 'https://user:CANARY@host/v2' } }),
      refusal({ file: { ...seed, pod: { env: { RUNPOD_API_KEY: 'CANARY' } } } }),
    ].flat();
    expect(shown.join('\n')).not.toContain('CANARY');
  });
});

describe('rules across values', () => {
  it.each<[string, Given, string]>([
    [
      'plain http to another machine',
      { env: { RUNPOD_API_URL: 'http://10.0.0.1/v2' } },
      'environment RUNPOD_API_URL: runpod.api_url: found "http://10.0.0.1/v2"; allowed: https; plain http only on',
    ],
    ['a host that only looks local', { env: { HF_ENDPOINT: 'http://127.0.0.1.nip.io' } }, 'allowed: https'],
    [
      'plain http in a template',
      { file: { runpod: { pod_url_template: 'http://{podId}-{port}.example.com' } } },
      `${FILE}:3:25: runpod.pod_url_template`,
    ],
    ['another scheme', { env: { HF_ENDPOINT: 'ftp://host' } }, 'a URL that begins with https://'],
    [
      'a password in an address',
      { env: { HF_ENDPOINT: 'https://me:pw@host' } },
      'found "https://…@host"; allowed: a URL without user name and password',
    ],
    [
      'no key where others can reach it',
      { file: { proxy: { host: '0.0.0.0', require_key: false } } },
      `${FILE}:4:20: proxy.require_key: found false; allowed: true while proxy.host is "0.0.0.0"`,
    ],
    [
      'Ollama routes where others can reach them',
      { flags: { host: '192.168.1.5' }, file: { proxy: { ollama_routes: true } } },
      'proxy.ollama_routes: found true; allowed: false while',
    ],
    [
      'a wildcard origin',
      { file: { proxy: { allowed_origins: ['*'] } } },
      'proxy.allowed_origins.0: found "*"; allowed: an exact origin such as http://localhost:3000',
    ],
    [
      'an origin with a path',
      { file: { proxy: { allowed_origins: ['https://a.example/x'] } } },
      'an exact origin such as https://a.example',
    ],
    ['the null origin', { file: { proxy: { allowed_origins: ['null'] } } }, 'an exact origin'],
    [
      'one port for two',
      { flags: { port: 5000, controlPort: 5000 } },
      'flag --control-port: control.port: found 5000; allowed: another port than proxy.port',
    ],
    [
      'polling faster at rest',
      { file: { runpod: { poll_seconds: 60 } } },
      'runpod.idle_poll_seconds: found 30; allowed: at least runpod.poll_seconds (60)',
    ],
    [
      'two deployments of one name',
      { file: { ...seed, deployments: [{ model: { name: 'a/b' }, pod: { name: 'my-llm-pod' } }] } },
      'deployments.0.pod.name: found "my-llm-pod"; allowed: a name that no other deployment has',
    ],
    [
      'a target named as a deployment',
      {
        file: {
          ...seed,
          proxy: { targets: [{ name: 'my-llm-pod', base_url: 'http://127.0.0.1:1/v1', models: ['m'] }] },
        },
      },
      'proxy.targets.0.name',
    ],
    [
      'a target over plain http',
      { file: { proxy: { targets: [{ name: 't', base_url: 'http://example.com/v1', models: ['m'] }] } } },
      'proxy.targets.0.base_url: found "http://example.com/v1"; allowed: https',
    ],
    [
      'the RunPod key for another host',
      {
        file: {
          proxy: {
            targets: [
              { name: 't', base_url: 'https://example.com/v1', models: ['m'], api_key_env: 'RUNPOD_API_KEY' },
            ],
          },
        },
      },
      'the RunPod key goes to RunPod alone',
    ],
    [
      'a server without an address',
      { file: { proxy: { targets: [{ name: 't', models: ['m'] }] } } },
      'proxy.targets.0.base_url: found nothing; allowed: a URL, or public_endpoint',
    ],
    [
      'a server without a name',
      { file: { proxy: { targets: [{ base_url: 'https://example.com/v1', models: ['m'] }] } } },
      'proxy.targets.0.name: found nothing; allowed: a name',
    ],
    [
      'a server without models',
      { file: { proxy: { targets: [{ name: 't', base_url: 'https://example.com/v1' }] } } },
      'proxy.targets.0.models: found nothing; allowed: at least one',
    ],
    [
      'a public endpoint that RunPod does not have',
      { file: { proxy: { targets: [{ public_endpoint: 'gpt-9' }] } } },
      'proxy.targets.0.public_endpoint: found "gpt-9"; allowed: qwen3-32b-awq, gpt-oss-120b, kimi-k2.6',
    ],
    [
      'another address for a public endpoint, to which the key would go',
      { file: { proxy: { targets: [{ public_endpoint: 'kimi-k3', base_url: 'https://example.com/v1' }] } } },
      'proxy.targets.0.base_url: found a URL; allowed: nothing',
    ],
    [
      'a public endpoint twice under one name',
      { file: { proxy: { targets: [{ public_endpoint: 'kimi-k3' }, { public_endpoint: 'kimi-k3' }] } } },
      'proxy.targets.1.public_endpoint: found "kimi-k3"; allowed: a name that nothing else has',
    ],
    [
      'the RunPod key in a pod',
      { file: { ...seed, pod: { env: { RUNPOD_API_KEY: 'x' } } } },
      'pod.env: found RUNPOD_API_KEY; allowed: an environment without',
    ],
    [
      'a network volume in the community cloud',
      {
        file: {
          model: { name: 'a/b' },
          compute: { cloud: 'COMMUNITY' },
          pod: { volume: { network_volume_id: 'v' } },
        },
      },
      'compute.cloud: found "COMMUNITY"; allowed: "SECURE"',
    ],
  ])('refuse %s', (_what, given, expected) => {
    expect(refusal(given).join('\n')).toContain(expected);
  });

  it('allow what only looks similar', () => {
    const file = {
      proxy: {
        host: '127.0.0.2',
        require_key: false,
        allowed_origins: ['http://localhost:3000', 'https://a.example'],
        targets: [
          {
            name: 'public',
            base_url: 'https://api.runpod.ai/v2/x/openai/v1',
            models: ['m'],
            api_key_env: 'RUNPOD_API_KEY',
          },
        ],
      },
      control: { port: 0 },
    };
    expect(load({ file, flags: { port: 0 } }).config.proxy.requireKey).toBe(false);
  });
});
