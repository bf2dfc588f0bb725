import type { FoundClient } from '../../shared/clients/files.ts';
import { CLIENTS, type ClientSheet, type ConnectFacts, type Snippet } from '../../shared/clients/clients.ts';
import { chatClients } from '../../shared/clients/chat-apps.ts';
import { codeClients } from '../../shared/clients/code.ts';
import { editorClients } from '../../shared/clients/editors.ts';
import { terminalClients } from '../../shared/clients/terminals.ts';
import type { DeploymentView, RequestRecord } from '../../shared/model.ts';
import { words } from './messages.ts';

/** Stands for the local key until a snippet is copied, so that the key is never on the screen. */
const KEY_MARK = 'LOCAL_KEY_GOES_HERE';

type ClientGroup = 'here' | 'editors' | 'terminal' | 'apps' | 'code';

const GROUPS: readonly { readonly group: ClientGroup; readonly clients: readonly ClientSheet[] }[] = [
  { group: 'editors', clients: editorClients },
  { group: 'terminal', clients: terminalClients },
  { group: 'apps', clients: chatClients },
  { group: 'code', clients: codeClients },
];

export interface ClientEntry {
  readonly sheet: ClientSheet;
  readonly group: ClientGroup;
}

/** Every client of the registry in the order of the page; within a group those that cannot work come last. */
export const CLIENT_ENTRIES: readonly ClientEntry[] = GROUPS.flatMap(({ group, clients }) =>
  clients
    .filter((sheet) => CLIENTS.includes(sheet))
    .toSorted((a, b) => Number(a.way === 'impossible') - Number(b.way === 'impossible'))
    .map((sheet) => ({ sheet, group })),
);

/** The same with those first that this computer has. */
export function withHere(
  entries: readonly ClientEntry[],
  found: readonly Pick<FoundClient, 'client' | 'installed'>[],
): ClientEntry[] {
  const here = new Set<string>(found.filter(({ installed }) => installed).map(({ client }) => client));
  return [
    ...entries
      .filter(({ sheet }) => here.has(sheet.id))
      .map(({ sheet }) => ({ sheet, group: 'here' as const })),
    ...entries.filter(({ sheet }) => !here.has(sheet.id)),
  ];
}

export type ConnectTarget = Pick<ConnectFacts, 'baseUrl' | 'model' | 'contextTokens'>;

export interface ShownSnippet extends Snippet {
  /** As it stands on the screen: the key's last characters in its place. */
  readonly shown: string;
  readonly hasKey: boolean;
}

export function shownSnippets(sheet: ClientSheet, target: ConnectTarget, keyHint: string): ShownSnippet[] {
  return sheet.snippets({ ...target, key: KEY_MARK, shellKey: KEY_MARK }).map((snippet) => ({
    ...snippet,
    shown: snippet.text.replaceAll(KEY_MARK, `••••${keyHint}`),
    hasKey: snippet.text.includes(KEY_MARK),
  }));
}

/** The snippet as it is pasted. */
export const snippetWithKey = (snippet: Snippet, key: string): string =>
  snippet.text.replaceAll(KEY_MARK, key);

/** Name of the key that everything may have been given, which therefore tells nobody apart. */
const OWNER = 'owner';

/**
 * What was heard of this client since its card was opened: the last request that worked, else the last one. A request is
 * its own unless it came with the key of another client. @param hasChecked the app itself has asked with the owner's key, which then says nothing
 */
export function heardFrom(
  recent: readonly RequestRecord[],
  {
    sheet,
    view,
    since,
    hasChecked,
  }: {
    readonly sheet: ClientSheet;
    readonly view: Pick<DeploymentView, 'name' | 'models'>;
    /** Milliseconds since 1970. */
    readonly since: number;
    readonly hasChecked: boolean;
  },
): RequestRecord | undefined {
  const others = CLIENTS.filter(({ id }) => id !== sheet.id);
  const own = recent.filter(({ at, deployment, model, client }) => {
    if (Date.parse(at) < since) return false;
    if (deployment !== view.name && !view.models.includes(model)) return false;
    if (client === null || client === OWNER) return !hasChecked;
    return !others.some(({ name }) => isKeyOf(name, client));
  });
  return own.find(({ outcome }) => outcome === 'ok') ?? own[0];
}

/** Keys that are made for a client bear its name; a second one a number too. */
const isKeyOf = (name: string, key: string): boolean =>
  key === name || (key.startsWith(`${name} `) && /^\d+$/.test(key.slice(name.length + 1)));

/** Who asked, as the card names it; null = told by nothing. */
export const nameOfCaller = ({ client }: RequestRecord): string | null => (client === OWNER ? null : client);

/** What speaks against this client with this deployment; null = nothing. */
export function unfitness(sheet: ClientSheet, contextTokens: number): string | null {
  if (contextTokens >= sheet.minContextTokens) return null;
  const k = (tokens: number): string => `${Math.round(tokens / 1024)}k`;
  return words.contextTooSmall(sheet.name, k(sheet.minContextTokens), k(contextTokens));
}
