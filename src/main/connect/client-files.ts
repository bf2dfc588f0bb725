import { CLIENTS, type ConnectFacts, type Snippet } from '../../shared/clients/clients.ts';
import type { FileClient } from '../../shared/clients/files.ts';
import { PROVIDER, PROVIDER_NAME, quoted, shellWord } from '../../shared/clients/sheet.ts';
import { AppError } from '../../shared/errors.ts';
import { jsonString, mergeJson } from './merge-json.ts';
import { mergeToml, tomlString } from './merge-toml.ts';
import { mergeYaml, yamlString } from './merge-yaml.ts';
import { takeOutJson } from './take-out-json.ts';
import { takeOutYaml } from './take-out-yaml.ts';

/** How one client's file is read and changed; what is written is what its sheet shows. */
export interface ClientFile {
  /** The text with our part in it. @throws TextError */
  readonly merge: (text: string, facts: ConnectFacts) => string;
  /** The key in our part; undefined = this client keeps its key elsewhere. @throws TextError */
  readonly keyIn?: (text: string) => string | null;
  /**
   * The text without our part, where the file is not ours alone: clients write their files too, so that what stood
   * there before is not to be had back by its bytes. null = our part is not there. @throws TextError
   */
  readonly takeOut?: (text: string) => string | null;
  readonly next?: (facts: ConnectFacts) => string;
}

/** Codex can read its key from its file, where the sheet's variable has to be exported by hand. */
const CODEX_TABLE = ['model_providers', PROVIDER] as const;
const CODEX_KEY = 'experimental_bearer_token';

const CONTINUE = { list: 'models', idKey: 'name', id: PROVIDER_NAME };
const RAYCAST = { list: 'providers', idKey: 'id', id: PROVIDER };

/** Loaded when it is first used: the libraries that keep comments are of no use before. */
export const CLIENT_FILES: Readonly<Record<FileClient, ClientFile>> = {
  'claude-code': {
    merge: (text, facts) => mergeJson(text, jsonPart('claude-code', facts)),
    keyIn: (text) => jsonString(text, ['env', 'ANTHROPIC_AUTH_TOKEN']),
    next: () => `claude --settings ~/.${PROVIDER}/claude-code.json`,
  },
  codex: {
    merge: (text, facts) =>
      mergeToml(
        text,
        snippetOf('codex', 'toml', facts).replace(
          /^env_key = .*$/m,
          () => `${CODEX_KEY} = ${quoted(facts.key)}`,
        ),
        [[...CODEX_TABLE, 'env_key']],
      ),
    keyIn: (text) => tomlString(text, [...CODEX_TABLE, CODEX_KEY]),
    next: () => `codex --profile ${PROVIDER}`,
  },
  opencode: {
    ...openCodeLike('opencode'),
    next: ({ model }) => `opencode -m ${shellWord(`${PROVIDER}/${model}`)}`,
  },
  kilo: {
    ...openCodeLike('kilo'),
    next: ({ model }) => `kilo -m ${shellWord(`${PROVIDER}/${model}`)}`,
  },
  zed: {
    merge: (text, facts) => mergeJson(text, jsonPart('zed', facts)),
    takeOut: (text) => takeOutJson(text, ['language_models', 'openai_compatible', PROVIDER]),
  },
  continue: {
    merge: (text, facts) =>
      mergeYaml(text, {
        ...CONTINUE,
        snippet: snippetOf('continue', 'yaml', facts),
        head: ['name: Local', 'version: 1.0.0', 'schema: v1'],
      }),
    keyIn: (text) => yamlString(text, CONTINUE, ['apiKey']),
    takeOut: (text) => takeOutYaml(text, CONTINUE),
  },
  raycast: {
    merge: (text, facts) =>
      mergeYaml(text, { ...RAYCAST, snippet: snippetOf('raycast', 'yaml', facts), head: [] }),
    keyIn: (text) => yamlString(text, RAYCAST, ['api_keys', PROVIDER]),
    takeOut: (text) => takeOutYaml(text, RAYCAST),
  },
};

function openCodeLike(client: FileClient): Pick<ClientFile, 'merge' | 'keyIn' | 'takeOut'> {
  return {
    merge: (text, facts) => {
      // Which model does the small jobs is the user's to say.
      const { small_model: _left, ...part } = jsonPart(client, facts);
      return mergeJson(text, part);
    },
    keyIn: (text) => jsonString(text, ['provider', PROVIDER, 'options', 'apiKey']),
    takeOut: (text) => takeOutJson(text, ['provider', PROVIDER]),
  };
}

function snippetOf(client: FileClient, language: Snippet['language'], facts: ConnectFacts): string {
  const sheet = CLIENTS.find((known) => known.id === client);
  const found = sheet?.snippets(facts).find((snippet) => snippet.language === language);
  if (found === undefined) throw new AppError('internal', `The sheet of ${client} shows no ${language}.`);
  return found.text;
}

function jsonPart(client: FileClient, facts: ConnectFacts): Record<string, unknown> {
  const value: unknown = JSON.parse(snippetOf(client, 'json', facts));
  return { ...Object(value) };
}
