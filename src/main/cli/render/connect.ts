import type { ClientSheet, ConnectFacts } from '../../../shared/clients/clients.ts';
import type { Paint } from './paint.ts';

const WAYS: Readonly<Record<ClientSheet['way'], string>> = {
  file: 'configuration file',
  fields: 'settings window',
  launch: 'environment',
  code: 'code',
  impossible: 'cannot reach this computer',
};

export interface ConnectOverview {
  readonly baseUrl: string;
  readonly keyHint: string | null;
  readonly models: readonly string[];
  readonly running: boolean;
}

export function renderConnectOverview(
  overview: ConnectOverview,
  clients: readonly ClientSheet[],
  paint: Paint,
): string {
  const key =
    overview.keyHint === null
      ? 'print it with: runpod-llm key show'
      : `ends in ${overview.keyHint}; print it with: runpod-llm key show`;
  const models =
    overview.models.length === 0
      ? 'none yet; deploy one with: runpod-llm deploy'
      : [...new Set(overview.models)].join(', ');
  const running = overview.running ? '' : paint.yellow('  (not running; start it with: runpod-llm serve)');
  const width = Math.max(...clients.map((client) => client.id.length));
  return [
    `${paint.dim('Base URL')}  ${overview.baseUrl}${running}`,
    `${paint.dim('API key')}   ${key}`,
    `${paint.dim('Models')}    ${models}`,
    '',
    'Show one with: runpod-llm connect <client>',
    ...clients.map(
      (client) => `  ${client.id.padEnd(width)}  ${client.name} ${paint.dim(`(${WAYS[client.way]})`)}`,
    ),
  ].join('\n');
}

export function renderClient(client: ClientSheet, facts: ConnectFacts, paint: Paint): string {
  const sections = [`${paint.bold(client.name)} ${paint.dim(`(${WAYS[client.way]})`)}`];
  for (const snippet of client.snippets(facts)) {
    sections.push(snippet.place === null ? snippet.text : `${paint.dim(snippet.place)}\n${snippet.text}`);
  }
  const notes = [...client.notes];
  if (facts.contextTokens < client.minContextTokens) {
    notes.push(
      `It wants ${client.minContextTokens} tokens of context; ${facts.model} has ${facts.contextTokens}.`,
    );
  }
  if (notes.length > 0) sections.push(notes.map((note) => `- ${note}`).join('\n'));
  return sections.join('\n\n');
}
