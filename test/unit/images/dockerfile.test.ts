import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageRequestSchema, type ImageRequest, type ImageWish } from '../../../src/shared/images.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { assignments, jsonForm, quoteValue } from '../../../src/main/images/dockerfile-text.ts';
import { defineImage, PYTORCH_BASE, type ImageScripts } from '../../../src/main/images/dockerfile.ts';
import { withoutMounts } from '../../../src/main/images/build.ts';

const scripts: ImageScripts = {
  entrypoint: 'E',
  smoke: 'S',
  watchdog: 'W',
  front: 'F',
  preload: 'L',
  health: 'H',
  bake: 'B',
  bakeOllama: 'O',
  worker: 'Q',
};
const request = (wish: ImageWish): ImageRequest => imageRequestSchema.parse(wish);
const define = (wish: ImageWish, weights?: { revision: string | null; bytes: number | null }) =>
  defineImage(request(wish), scripts, weights);
const paths = (wish: ImageWish): string[] => define(wish).files.map(({ path }) => path);

/** One line of any characters that a value may have: quotes, shell signs, other scripts, emoji. */
const line = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .filter((text) => !/[\p{Cc}\u2028\u2029]/u.test(text) && text.isWellFormed());

/** Double-quoted words as Docker's lexer reads them (moby/buildkit frontend/dockerfile/shell/lex.go, processDoubleQuote). */
function unquote(word: string): string {
  expect(word.startsWith('"') && word.endsWith('"')).toBe(true);
  let text = '';
  for (let at = 1; at < word.length - 1; at++) {
    const char = word[at] ?? '';
    // An unescaped quote would end the word, an unescaped dollar would begin a variable.
    expect(char === '"' || char === '$').toBe(false);
    if (char !== '\\') {
      text += char;
      continue;
    }
    const next = word[at + 1] ?? '';
    // Behind the last backslash stands a character of the word, never its closing quote.
    expect(at + 1).toBeLessThan(word.length - 1);
    if ('"$\\'.includes(next)) at++;
    text += '"$\\'.includes(next) ? next : char;
  }
  return text;
}

describe('text from outside', () => {
  it('is the same after Docker has read the quoted form', () => {
    fc.assert(
      fc.property(line, (text) => {
        expect(unquote(quoteValue(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same after Docker has read the JSON form, which is one line of ASCII', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (argv) => {
        const form = jsonForm(argv);
        expect(JSON.parse(form)).toEqual(argv);
        expect(form).toMatch(/^[ -~]*$/);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['a\nRUN evil', 'a\rb', 'nul\u0000', 'line\u2028separator', 'half \ud800'])(
    'is refused as %j',
    (text) => {
      expect(() => quoteValue(text)).toThrow(AppError);
      expect(() => jsonForm([text])).toThrow(AppError);
    },
  );

  it('stands in a fixed order', () => {
    expect(assignments('ENV', { B: '2', A: '$1 "x" \\' })).toBe('ENV A="\\$1 \\"x\\" \\\\" \\\n    B="2"');
  });

  /** A model name can add no instruction: the Dockerfile has the same ones whatever it is. */
  it('changes no instruction of the Dockerfile, whatever the model is called', () => {
    const instructions = (text: string): string[] =>
      text
        .replaceAll(/ \\\n/g, ' ')
        .split('\n')
        .filter((each) => each !== '' && !each.startsWith('#'))
        .map((each) => each.split(' ')[0] ?? '');
    const backend = fc.constantFrom('vllm' as const, 'ollama' as const);
    const target = fc.constantFrom('pod' as const, 'queue' as const, 'load-balancer' as const);
    const weights = fc.constantFrom('download' as const, 'baked' as const);
    fc.assert(
      fc.property(line, line, backend, target, weights, (model, arg, which, where, how) => {
        const plain = { backend: which, target: where, weights: how, model: 'plain', args: ['plain'] };
        const odd = { ...plain, model, args: [arg], servedName: model, env: { X: arg } };
        expect(instructions(define(odd).dockerfile)).toEqual(instructions(define(plain).dockerfile));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a Dockerfile', () => {
  it('is short and plain for the stock vLLM image on a pod', () => {
    expect(define({ model: 'Qwen/Qwen3-8B' }).dockerfile).toMatchInlineSnapshot(`
      "# Made by RunPod LLM Manager. Values from outside stand in JSON or quoted form only; no shell reads them.

      FROM vllm/vllm-openai:v0.27.1

      COPY rplm/ /opt/rplm/

      ENV RPLM_BACKEND="vllm" \\
          RPLM_TARGET="pod" \\
          VLLM_NO_USAGE_STATS="1"

      EXPOSE 8000

      LABEL org.opencontainers.image.base.name="vllm/vllm-openai:v0.27.1" \\
          org.opencontainers.image.title="Qwen/Qwen3-8B on vllm" \\
          runpod-llm.backend="vllm" \\
          runpod-llm.image="1" \\
          runpod-llm.inputs="{\\"model\\":\\"Qwen/Qwen3-8B\\",\\"revision\\":null,\\"backend\\":\\"vllm\\",\\"target\\":\\"pod\\",\\"base\\":\\"vllm/vllm-openai:v0.27.1\\",\\"weights\\":\\"download\\",\\"servedName\\":null,\\"args\\":[],\\"env\\":{},\\"packages\\":[],\\"weightsFolder\\":false,\\"edited\\":false}" \\
          runpod-llm.model="Qwen/Qwen3-8B" \\
          runpod-llm.target="pod"

      ENTRYPOINT ["bash", "/opt/rplm/entrypoint.sh", "vllm", "serve"]

      CMD ["--model", "Qwen/Qwen3-8B", "--host", "0.0.0.0", "--port", "8000", "--served-model-name", "Qwen/Qwen3-8B"]
      "
    `);
  });

  it('installs a pinned vLLM on the PyTorch base, and nothing where the base brings it', () => {
    const { dockerfile } = define({ model: 'a/b', base: PYTORCH_BASE });
    expect(dockerfile).toContain(`FROM ${PYTORCH_BASE}\n`);
    expect(dockerfile).toContain('python3 -m pip install --no-cache-dir vllm==0.27.1 --extra-index-url');
    expect(define({ model: 'a/b' }).dockerfile).not.toContain('pip install');
  });

  it('fetches weights before anything that changes more often, the token mounted for that step alone', () => {
    const { dockerfile, secrets } = define(
      { model: 'a/b', weights: 'baked', packages: ['transformers==5.2.0'] },
      { revision: 'abc', bytes: 20e9 },
    );
    expect(secrets).toEqual(['hf']);
    const order = [
      '"transformers==5.2.0"',
      'USER 10001',
      'COPY bake/',
      '"1", "3"]',
      '"3", "3"]',
      'COPY rplm/',
      'ENV ',
      'LABEL ',
    ];
    expect(order.map((text) => dockerfile.indexOf(text))).toEqual(
      order.map((text) => dockerfile.indexOf(text)).toSorted((a, b) => a - b),
    );
    expect(dockerfile.match(/--mount=type=secret,id=hf,uid=10001 /g)).toHaveLength(3);
    expect(withoutMounts(dockerfile)).not.toContain('--mount');
    expect(withoutMounts(dockerfile).match(/^RUN \["python3", "\/opt\/rplm\/bake.py"/gm)).toHaveLength(3);
  });

  it.each<[string, ImageWish, string[]]>([
    ['pod', { model: 'm' }, ['rplm/entrypoint.sh', 'rplm/smoke.sh', 'rplm/watchdog.sh']],
    [
      'Ollama pod',
      { model: 'm', backend: 'ollama' },
      ['rplm/entrypoint.sh', 'rplm/smoke.sh', 'rplm/watchdog.sh', 'rplm/front.pl'],
    ],
    [
      'load balancer',
      { model: 'm', target: 'load-balancer' },
      ['rplm/entrypoint.sh', 'rplm/smoke.sh', 'rplm/watchdog.sh', 'rplm/health.pl'],
    ],
    [
      'load balancer of Ollama',
      { model: 'm', backend: 'ollama', target: 'load-balancer' },
      ['rplm/entrypoint.sh', 'rplm/smoke.sh', 'rplm/watchdog.sh', 'rplm/front.pl', 'rplm/preload.sh'],
    ],
    [
      'Ollama queue',
      { model: 'm', backend: 'ollama', target: 'queue', weights: 'baked' },
      [
        'bake/bake-ollama.sh',
        'bake/model',
        'rplm/entrypoint.sh',
        'rplm/smoke.sh',
        'rplm/watchdog.sh',
        'rplm/worker.py',
      ],
    ],
  ])('carries what a %s needs', (_name, wish, expected) => {
    expect(paths(wish)).toEqual(expected);
  });

  it.each<[ImageWish, string]>([
    [{ model: 'm' }, '["bash", "/opt/rplm/entrypoint.sh", "vllm", "serve"]'],
    [{ model: 'm', target: 'queue' }, '["bash", "/opt/rplm/entrypoint.sh", "python3", "/src/main.py"]'],
    [
      { model: 'm', target: 'queue', base: PYTORCH_BASE },
      '["bash", "/opt/rplm/entrypoint.sh", "python3", "/opt/rplm/worker.py", "vllm", "serve"]',
    ],
    [{ model: 'm', backend: 'ollama' }, '["bash", "/opt/rplm/entrypoint.sh", "ollama"]'],
    [
      { model: 'm', backend: 'ollama', target: 'queue' },
      '["bash", "/opt/rplm/entrypoint.sh", "/opt/venv/bin/python", "/opt/rplm/worker.py", "ollama"]',
    ],
  ])('starts its server behind the entrypoint: %j', (wish, entrypoint) => {
    expect(define(wish).dockerfile).toContain(`ENTRYPOINT ${entrypoint}\n`);
  });

  it('runs as root only where volumes or the worker need it', () => {
    const asUser = (wish: ImageWish): boolean => define(wish).dockerfile.includes('\nUSER 10001');
    expect(asUser({ model: 'm', weights: 'baked' })).toBe(true);
    expect(asUser({ model: 'm' })).toBe(false);
    expect(asUser({ model: 'm', weights: 'baked', target: 'queue' })).toBe(false);
    expect(define({ model: 'm' }).notes.join()).toContain('Runs as root');
  });

  it('tells a load balancer where to look, on a port of its own', () => {
    expect(define({ model: 'm', target: 'load-balancer' }).launch).toEqual({
      modelPath: null,
      env: { PORT: '8000', PORT_HEALTH: '8001', HEALTH_CHECK_PATH: '/ping' },
      ports: ['8000/http', '8001/http'],
    });
  });

  it('keeps Ollama behind its key check there too, which tells its health itself', () => {
    const { launch, dockerfile } = define({ model: 'm', backend: 'ollama', target: 'load-balancer' });
    expect(launch).toEqual({
      modelPath: null,
      env: { PORT: '11434', PORT_HEALTH: '11434', HEALTH_CHECK_PATH: '/ping' },
      ports: ['11434/http'],
    });
    expect(dockerfile).toContain('OLLAMA_HOST="127.0.0.1:11435"');
    expect(dockerfile).toContain('RPLM_PRELOAD="m"');
    expect(dockerfile).not.toContain('0.0.0.0');
  });

  it('puts Ollama on any other base from its own image', () => {
    const { dockerfile } = define({ model: 'm', backend: 'ollama', base: 'ubuntu:24.04' });
    expect(dockerfile).toContain('FROM ollama/ollama:0.33.0 AS ollama\n');
    expect(dockerfile).toContain('COPY --from=ollama /usr/lib/ollama /usr/lib/ollama');
  });

  it.each<[string, ImageWish]>([
    ['weightsFolder', { model: 'm', weights: 'baked', weightsFolder: '/w' }],
    ['weightsFolder', { model: 'm', backend: 'ollama', weightsFolder: '/w' }],
    ['packages', { model: 'm', backend: 'ollama', packages: ['a==1'] }],
    ['env.DB_PASSWORD', { model: 'm', env: { DB_PASSWORD: 'x' } }],
    ['env.RUNPOD_API_KEY', { model: 'm', env: { RUNPOD_API_KEY: 'x' } }],
  ])('refuses %s', (field, wish) => {
    expect(() => define(wish)).toThrow(
      expect.objectContaining({ code: 'invalid_input', details: { field } }),
    );
  });

  it.each(['VLLM_KEYWORDS', 'TOKENIZERS_PARALLELISM', 'MAX_TOKENS', 'PASSWORDLESS'])(
    'does not take %s for a secret',
    (name) => {
      expect(() => define({ model: 'm', env: { [name]: 'x' } })).not.toThrow();
    },
  );

  it.each(['transformers', 'transformers>=5', 'a==1; rm -rf /', '--index-url==x', 'git+https://x'])(
    'takes pinned packages only: not %j',
    (name) => {
      expect(imageRequestSchema.safeParse({ model: 'm', packages: [name] }).success).toBe(false);
    },
  );
});
