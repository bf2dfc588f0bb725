import { chatClients } from './chat-apps.ts';
import { codeClients } from './code.ts';
import { editorClients } from './editors.ts';
import type { ClientSheet } from './sheet.ts';
import { terminalClients } from './terminals.ts';

export type { ClientSheet, ConnectFacts, Snippet } from './sheet.ts';

/** Every client that this app knows how to connect; the Connect page and `runpod-llm connect` show the same. */
export const CLIENTS: readonly ClientSheet[] = [
  ...codeClients,
  ...terminalClients,
  ...editorClients,
  ...chatClients,
];
