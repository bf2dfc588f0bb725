/** What is known of one client: how to point it at the proxy, and what to expect. Pure; both the page and the command line show it. */

/** Stands for the local key in snippets, so that a key is never on a screen unless asked for. */
export const TOKEN_MARK = '{{LOCAL_KEY}}';

export interface ConnectFacts {
  /** `http://127.0.0.1:27182`, without `/v1`. */
  readonly root: string;
  /** What to put into `model`. */
  readonly model: string;
  readonly contextTokens: number;
}

export interface Snippet {
  readonly title: string;
  /** Where it goes: a file, a settings page, a terminal. */
  readonly where: string;
  readonly language: 'json' | 'jsonc' | 'yaml' | 'toml' | 'shell' | 'python' | 'typescript' | 'text';
  readonly text: string;
}

export type Support = 'file' | 'guided' | 'launch' | 'code' | 'impossible';
export type Protocol = 'chat' | 'responses' | 'messages';

export interface ClientSheet {
  readonly id: string;
  readonly name: string;
  readonly kind: 'editor' | 'terminal' | 'app' | 'library';
  readonly support: Support;
  readonly protocol: Protocol;
  /** Context below which the client is of little use. */
  readonly minContextTokens: number;
  readonly needsTools: boolean;
  /** Version that was run against the proxy's contract; null = from its documentation or source. */
  readonly testedWith: string | null;
  readonly maintained: boolean;
  readonly steps: readonly string[];
  readonly snippets: readonly Snippet[];
  readonly notes: readonly string[];
}

/** Everything that is not particular to a client. */
export type SheetBase = Pick<
  ClientSheet,
  'minContextTokens' | 'needsTools' | 'testedWith' | 'maintained' | 'protocol'
>;

export const agent: SheetBase = {
  protocol: 'chat',
  minContextTokens: 32_768,
  needsTools: true,
  testedWith: null,
  maintained: true,
};

export const chat: SheetBase = { ...agent, minContextTokens: 8192, needsTools: false };

/** Answers are cut here, so that the prompt keeps most of the context. */
export const maxOutput = (facts: ConnectFacts): number => Math.min(8192, Math.floor(facts.contextTokens / 4));

export const apiBase = (facts: ConnectFacts): string => `${facts.root}/v1`;

export const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** The name under which the proxy appears in other programs' settings. */
export const PROVIDER_ID = 'runpod-llm';
export const PROVIDER_NAME = 'RunPod LLM Manager';
