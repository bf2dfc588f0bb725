import { z } from 'zod';

const overrideSchema = z.strictObject({
  entrypoint: z.array(z.string()).min(1).optional(),
  cmd: z.array(z.string()).optional(),
});

export interface StartCommand {
  /** null = the image's own. */
  readonly entrypoint: readonly string[] | null;
  readonly cmd: readonly string[];
}

/**
 * The `args` of a pod: Docker's CMD as one shell-quoted string, or JSON `{"entrypoint":[...],"cmd":[...]}`
 * (FACTS 2.2). `override` false hands even the JSON form to the image's entrypoint as words.
 */
export function parseStartCommand(args: string, override: boolean): StartCommand {
  const parsed = override ? parseOverride(args) : null;
  if (parsed !== null) return { entrypoint: parsed.entrypoint ?? null, cmd: parsed.cmd ?? [] };
  return { entrypoint: null, cmd: shellSplit(args) };
}

function parseOverride(args: string): z.infer<typeof overrideSchema> | null {
  if (!args.trim().startsWith('{')) return null;
  try {
    const result = overrideSchema.safeParse(JSON.parse(args));
    return result.success ? result.data : null;
  } catch {
    return null; // Not JSON: ordinary words that begin with a brace.
  }
}

const WORD = /(?:'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|[^\s'"\\]|['"\\])+/g;
const QUOTED = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g;

/** Splits as a POSIX shell would, without expansions (Python's shlex, as RunPod's own tools do). */
export function shellSplit(text: string): string[] {
  return (text.match(WORD) ?? []).map((word) =>
    word.replaceAll(
      QUOTED,
      (_, single: string | undefined, double: string | undefined, escaped: string | undefined) =>
        single ?? double?.replaceAll(/\\(["\\])/g, '$1') ?? escaped ?? '',
    ),
  );
}

export type Engine = 'vllm' | 'ollama' | 'none';

/** Which model server an image carries. Unknown images are judged by what they are told to run. */
export function engineOf(
  image: string,
  args: string,
  env: Readonly<Record<string, string>>,
  ports: readonly string[],
): Engine {
  const name = image.toLowerCase();
  if (name.includes('ollama')) return 'ollama';
  if (name.includes('vllm')) return 'vllm';
  if (/\bollama\b/.test(args) || env['OLLAMA_HOST'] !== undefined) return 'ollama';
  if (
    /\bvllm\b|--model\b/.test(args) ||
    env['MODEL_NAME'] !== undefined ||
    env['VLLM_API_KEY'] !== undefined
  ) {
    return 'vllm';
  }
  if (ports.includes('11434/http')) return 'ollama';
  return 'none';
}

/**
 * The words after `vllm serve` (or `ollama serve`) wherever they stand: in the argv, inside a script, or handed to a
 * script that is not readable here; null where nothing tells.
 */
export function serverWords(argv: readonly string[], engine: 'vllm' | 'ollama'): readonly string[] | null {
  for (let i = 0; i < argv.length; i++) {
    if (argv[i]?.split('/').at(-1) === engine && argv[i + 1] === 'serve') return argv.slice(i + 2);
  }
  for (const [index, word] of argv.entries()) {
    const match = new RegExp(`\\b${engine}\\s+serve\\b([^\\n;&|]*)`).exec(word);
    if (match !== null) return scriptWords(match[1] ?? '', argv.slice(index + 1));
  }
  const first = argv.findIndex((word) => /^--model(?:=|$)/.test(word));
  return first < 0 ? null : argv.slice(first);
}

/** `exec vllm serve "$@"`: the script's own arguments stand for `$@`, the first being its name. */
function scriptWords(words: string, scriptArgs: readonly string[]): string[] {
  const rest = scriptArgs[0]?.startsWith('-') === true ? scriptArgs : scriptArgs.slice(1);
  return shellSplit(words).flatMap((word) => (word === '$@' ? rest : [word]));
}
