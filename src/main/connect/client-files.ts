import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENTS, type ConnectFacts, type Snippet } from '../../shared/clients/clients.ts';
import type { FileClient } from '../../shared/clients/files.ts';
import { PROVIDER, PROVIDER_NAME, quoted, shellWord } from '../../shared/clients/sheet.ts';
import { AppError } from '../../shared/errors.ts';
import type { ClientFolders } from './client-folders.ts';
import { mergeJson } from './merge-json.ts';
import { mergeToml, tomlString } from './merge-toml.ts';
import { mergeYaml, yamlString, type YamlPart } from './merge-yaml.ts';
import { readJsonc, valueOf } from './read-jsonc.ts';

/** How one client's file is found, read and changed; what is written is what its sheet shows. */
export interface ClientFile {
  readonly path: (folders: ClientFolders) => string;
  /** A folder that is there once the client has run; absent = the one its file is in. */
  readonly sign?: (folders: ClientFolders) => string;
  /** The text with our part in it. @throws TextError */
  readonly merge: (text: string, facts: ConnectFacts) => string;
  /** The key in our part; undefined = this client keeps its key elsewhere. @throws TextError */
  readonly keyIn?: (text: string) => string | null;
  readonly next?: (facts: ConnectFacts) => string;
}

/** Codex can read its key from its file, where the sheet's variable has to be exported by hand. */
const CODEX_TABLE = `model_providers.${PROVIDER}`;
const CODEX_KEY = 'experimental_bearer_token';

const CONTINUE = { list: 'models', idKey: 'name', id: PROVIDER_NAME };
const RAYCAST = { list: 'providers', idKey: 'id', id: PROVIDER };

export const CLIENT_FILES: Readonly<Record<FileClient, ClientFile>> = {
  'claude-code': {
    path: ({ home }) => join(home, `.${PROVIDER}`, 'claude-code.json'),
    sign: ({ home }) => join(home, '.claude'),
    merge: (text, facts) => mergeJson(text, jsonPart('claude-code', facts)),
    keyIn: (text) => jsonString(text, ['env', 'ANTHROPIC_AUTH_TOKEN']),
    next: () => `claude --settings ~/.${PROVIDER}/claude-code.json`,
  },
  codex: {
    path: ({ codex }) => join(codex, `${PROVIDER}.config.toml`),
    merge: (text, facts) =>
      mergeToml(
        text,
        snippetOf('codex', 'toml', facts).text.replace(
          /^env_key = .*$/m,
          () => `${CODEX_KEY} = ${quoted(facts.key)}`,
        ),
        [{ table: CODEX_TABLE, key: 'env_key' }],
      ),
    keyIn: (text) => tomlString(text, CODEX_TABLE, CODEX_KEY),
    next: () => `codex --profile ${PROVIDER}`,
  },
  opencode: {
    // Where both stand OpenCode reads this one last.
    path: ({ config }) => firstThere(join(config, 'opencode'), ['opencode.jsonc', 'opencode.json']),
    ...openCodeLike('opencode'),
    next: ({ model }) => `opencode -m ${shellWord(`${PROVIDER}/${model}`)}`,
  },
  kilo: {
    path: ({ config }) => join(config, 'kilo', 'kilo.jsonc'),
    ...openCodeLike('kilo'),
  },
  zed: {
    path: ({ zed }) => join(zed, 'settings.json'),
    merge: (text, facts) => mergeJson(text, jsonPart('zed', facts)),
  },
  continue: {
    path: ({ home }) => join(home, '.continue', 'config.yaml'),
    merge: (text, facts) =>
      mergeYaml(text, yamlPart('continue', CONTINUE, facts, ['name: Local', 'version: 1.0.0', 'schema: v1'])),
    keyIn: (text) => yamlString(text, CONTINUE, /apiKey: "([^"]*)"/),
  },
  raycast: {
    path: ({ config }) => join(config, 'raycast', 'ai', 'providers.yaml'),
    merge: (text, facts) => mergeYaml(text, yamlPart('raycast', RAYCAST, facts, [])),
    keyIn: (text) => yamlString(text, RAYCAST, /api_keys: \{[^}]*:\s*"([^"]*)"/),
  },
};

function openCodeLike(client: FileClient): Pick<ClientFile, 'merge' | 'keyIn'> {
  return {
    merge: (text, facts) => {
      // Which model does the small jobs is the user's to say.
      const { small_model: _left, ...part } = jsonPart(client, facts);
      return mergeJson(text, part);
    },
    keyIn: (text) => jsonString(text, ['provider', PROVIDER, 'options', 'apiKey']),
  };
}

function firstThere(folder: string, names: readonly [string, string]): string {
  return join(folder, existsSync(join(folder, names[0])) ? names[0] : names[1]);
}

function snippetOf(client: FileClient, language: Snippet['language'], facts: ConnectFacts): Snippet {
  const sheet = CLIENTS.find((known) => known.id === client);
  const found = sheet?.snippets(facts).find((snippet) => snippet.language === language);
  if (found === undefined) throw new AppError('internal', `The sheet of ${client} shows no ${language}.`);
  return found;
}

function jsonPart(client: FileClient, facts: ConnectFacts): Record<string, unknown> {
  const value: unknown = JSON.parse(snippetOf(client, 'json', facts).text);
  return { ...Object(value) };
}

function yamlPart(
  client: FileClient,
  known: Omit<YamlPart, 'item' | 'head'>,
  facts: ConnectFacts,
  head: readonly string[],
): YamlPart {
  const [, ...lines] = snippetOf(client, 'yaml', facts).text.split('\n');
  return { ...known, head, item: lines.map((line) => line.slice(2)) };
}

function jsonString(text: string, path: readonly string[]): string | null {
  if (text.trim() === '') return null;
  const value = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : null),
    valueOf(readJsonc(text)),
  );
  return typeof value === 'string' ? value : null;
}
