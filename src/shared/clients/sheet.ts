/** What a snippet is filled in with. */
export interface ConnectFacts {
  /** With `/v1`, without a trailing slash. */
  readonly baseUrl: string;
  /** What the client puts into `model`. */
  readonly model: string;
  readonly contextTokens: number;
  /** The local key as it stands in files and fields: the key itself, or words that stand for it. */
  readonly key: string;
  /** The same inside double quotes of a shell: the key, or a command that prints it. */
  readonly shellKey: string;
}

export interface Snippet {
  readonly language: 'sh' | 'json' | 'yaml' | 'toml' | 'python' | 'typescript' | 'text';
  /** Where the text belongs, as a path of the user's or steps in a window; null = run or paste it anywhere. */
  readonly place: string | null;
  readonly text: string;
}

/** How one client is pointed at the proxy (CLIENTS 2.5). */
export interface ClientSheet {
  /** Stable, for addresses and the command line. */
  readonly id: string;
  readonly name: string;
  /**
   * file = a configuration file of its own; fields = typed into its settings window; launch = started with an
   * environment; code = a library; impossible = cannot reach this computer.
   */
  readonly way: 'file' | 'fields' | 'launch' | 'code' | 'impossible';
  /** Context below which the client does not work well. */
  readonly minContextTokens: number;
  readonly snippets: (facts: ConnectFacts) => readonly Snippet[];
  /** What to know before or after; one sentence each. */
  readonly notes: readonly string[];
}

/** Name of this app in clients' files; also a valid TOML bare key and, in capitals, a variable's prefix. */
export const PROVIDER = 'runpod-llm';
export const PROVIDER_NAME = 'RunPod LLM Manager';

/** Answers are given a quarter of the context, 8k at most: clients otherwise ask for 32k tokens and leave no room. */
export function answerTokens(facts: ConnectFacts): number {
  return Math.min(8192, Math.floor(facts.contextTokens / 4));
}

export function origin(facts: ConnectFacts): string {
  return facts.baseUrl.replace(/\/v1$/, '');
}

export function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** A string literal of JSON, YAML, TOML, Python and TypeScript alike. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** One word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Variables before a command, one a line. */
export function withEnv(variables: readonly (readonly [string, string])[], command: string): string {
  return [...variables.map(([name, value]) => `${name}=${value} \\`), command].join('\n');
}
