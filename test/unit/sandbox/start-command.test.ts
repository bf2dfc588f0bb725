import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  engineOf,
  parseStartCommand,
  serverWords,
  shellSplit,
} from '../../../src/main/sandbox/container/start-command.ts';
import { portsNamed, rewriteAddresses } from '../../../src/main/sandbox/container/ports.ts';
import { matchesRoute } from '../../../src/main/sandbox/faults.ts';
import { parseVllmArgs } from '../../../src/main/sandbox/model-server/vllm-args.ts';
import { modelTraits } from '../../../src/main/sandbox/model-server/models.ts';

describe('shellSplit', () => {
  it.each([
    ['', []],
    ['  a   b ', ['a', 'b']],
    [`--name 'two words' "and \\"this\\""`, ['--name', 'two words', 'and "this"']],
    [String.raw`a\ b c\'d`, ['a b', "c'd"]],
    [`bash -lc 'echo "$HOME"; sleep 1'`, ['bash', '-lc', 'echo "$HOME"; sleep 1']],
    [`x='' y`, ['x=', 'y']],
  ])('%j', (text, words) => {
    expect(shellSplit(text)).toEqual(words);
  });

  it('undoes shell quoting of any words', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { maxLength: 6 }), (words) => {
        const quoted = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
        expect(shellSplit(quoted)).toEqual(words);
      }),
    );
  });
});

describe('start commands', () => {
  it('take the JSON form where it is understood, and plain words otherwise', () => {
    const json = '{"entrypoint":["bash","-c","x"],"cmd":["--model","m"]}';
    expect(parseStartCommand(json, true)).toEqual({ entrypoint: ['bash', '-c', 'x'], cmd: ['--model', 'm'] });
    expect(parseStartCommand('{"cmd":["serve"]}', true)).toEqual({ entrypoint: null, cmd: ['serve'] });
    expect(parseStartCommand(json, false).entrypoint).toBeNull();
    expect(parseStartCommand('{not json', true)).toEqual({ entrypoint: null, cmd: ['{not', 'json'] });
    expect(parseStartCommand('{"entrypoint":"bash"}', true).entrypoint).toBeNull();
  });

  it.each([
    ['in the argv', ['vllm', 'serve', 'a/b', '--port', '1'], ['a/b', '--port', '1']],
    [
      'after a wrapper',
      ['python3', '-c', 'code', '/usr/bin/vllm', 'serve', '--model', 'm'],
      ['--model', 'm'],
    ],
    [
      'in a script with its arguments',
      ['bash', '-c', 'wd & exec vllm serve "$@"', 'name', '--model', 'm'],
      ['--model', 'm'],
    ],
    ['in a script without a name', ['bash', '-c', 'exec vllm serve "$@"', '--model', 'm'], ['--model', 'm']],
    ['written out in a script', ['sh', '-c', 'vllm serve m --port 9; echo done'], ['m', '--port', '9']],
    [
      'behind a script that is not readable',
      ['bash', '-c', 'eval "$WATCHDOG"', 'x', '--model', 'm'],
      ['--model', 'm'],
    ],
    ['nowhere', ['sleep', 'infinity'], null],
  ])('are searched for the server: %s', (_name, argv, words) => {
    expect(serverWords(argv, 'vllm')).toEqual(words);
  });

  it.each([
    ['vllm/vllm-openai:v0.27.1', '', {}, [], 'vllm'],
    ['ollama/ollama:0.33.0', '', {}, [], 'ollama'],
    ['me/custom:1', '--model a/b', {}, ['8000/http'], 'vllm'],
    ['me/custom:1', '', { OLLAMA_HOST: '0.0.0.0' }, [], 'ollama'],
    ['me/custom:1', '', { MODEL_NAME: 'm' }, [], 'vllm'],
    ['runpod/pytorch:1', '', {}, ['8888/http'], 'none'],
  ])('tell the engine of %s', (image, args, env, ports, engine) => {
    expect(engineOf(image, args, env, ports)).toBe(engine);
  });
});

describe('addresses inside a container', () => {
  it('are found in every spelling, but not those of the host', () => {
    const texts = [
      'http://127.0.0.1:8000/metrics',
      'x localhost:9000 y',
      '0.0.0.0:11434',
      '[::]:7000',
      '127.0.0.1:5555',
      '10.0.0.1:80',
    ];
    expect([...portsNamed(texts, ['8080/http', '22/tcp'], new Set([5555]))]).toEqual([
      8080, 8000, 9000, 11_434, 7000,
    ]);
  });

  it('become loopback addresses of this machine', () => {
    const mapping = new Map([[8000, 20_001]]);
    expect(
      rewriteAddresses('http://localhost:8000/x 0.0.0.0:8000 127.0.0.1:80001 127.0.0.1:81', mapping),
    ).toBe('http://127.0.0.1:20001/x 127.0.0.1:20001 127.0.0.1:80001 127.0.0.1:81');
  });
});

describe("vLLM's arguments", () => {
  const args = (line: string, env = {}): ReturnType<typeof parseVllmArgs> =>
    parseVllmArgs(shellSplit(line), env);

  it.each([
    ['--model a/b', { model: 'a/b', servedNames: ['a/b'], port: 8000, maxModelLen: null }],
    ['a/b --served-model-name x y --port=9000', { model: 'a/b', servedNames: ['x', 'y'], port: 9000 }],
    ['a/b --max_model_len 16k -tp 2', { maxModelLen: 16_000, tensorParallel: 2 }],
    ['a/b --max-model-len 16K --no-enable-prefix-caching', { maxModelLen: 16_384 }],
    [
      'a/b --enable-auto-tool-choice --tool-call-parser hermes',
      { autoToolChoice: true, toolCallParser: 'hermes' },
    ],
    ['a/b --compilation-config.level 3 --hf-overrides {}', { model: 'a/b' }],
  ])('%s', (line, expected) => {
    expect(args(line)).toMatchObject({ args: expected });
  });

  it.each([
    ['a/b --bogus 1', 'unrecognized arguments: --bogus 1'],
    ['a/b extra', 'unrecognized arguments: extra'],
    ['--model', 'argument --model: expected one argument'],
    ['a/b --port eighty', "argument --port: invalid int value: 'eighty'"],
    ['a/b --max-model-len long', "argument --max-model-len: invalid human_readable_int value: 'long'"],
    ['a/b --gpu-memory-utilization 1.5', "argument --gpu-memory-utilization: invalid float value: '1.5'"],
  ])('%s is refused', (line, error) => {
    expect(args(line)).toEqual({ error });
  });

  it('take the key from the environment unless it is given', () => {
    expect(args('a/b', { VLLM_API_KEY: 'k' })).toMatchObject({ args: { apiKeys: ['k'] } });
    expect(args('a/b --api-key one two', { VLLM_API_KEY: 'k' })).toMatchObject({
      args: { apiKeys: ['one', 'two'] },
    });
  });
});

describe('what is known of a model', () => {
  it.each([
    ['meta-llama/Llama-3.1-8B-Instruct', 14.96, true],
    ['Qwen/Qwen3-32B-FP8', 31, false],
    ['someone/new-model-13B-AWQ', 7.1, false],
    ['mistralai/Mixtral-8x7B-Instruct-v0.1', 87, false],
    ['openai/gpt-oss-120b', 61.3, false],
    ['sentence-transformers/all-MiniLM-L6-v2-22M', 0.041, false],
  ])('%s', (model, gib, gated) => {
    const traits = modelTraits(model);
    expect(traits.weightsGiB / gib).toBeCloseTo(1, 1);
    expect(traits.gated).toBe(gated);
  });
});

describe('routes of faults', () => {
  it.each([
    ['POST /v2/pods', 'POST', '/v2/pods', true],
    ['POST /v2/pods', 'GET', '/v2/pods', false],
    ['GET /v2/pods/*', 'GET', '/v2/pods/abc', true],
    ['GET /v2/pods/*', 'GET', '/v2/pods/abc/logs', false],
    ['* /pods/**', 'POST', '/pods/a-8000/v1/chat', true],
    ['get /v2/pods', 'GET', '/v2/pods', true],
    ['GET /v2/p.ds', 'GET', '/v2/pods', false],
  ])('%s against %s %s', (pattern, method, path, matches) => {
    expect(matchesRoute(pattern, method, path)).toBe(matches);
  });
});
