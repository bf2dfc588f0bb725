import { z } from 'zod';

/** One thing that a client needs, tried through the proxy the way the client does it. */
export const connectCheckItemSchema = z.object({
  name: z.enum(['models', 'streaming', 'usage', 'tools', 'abort', 'waiting']),
  ok: z.boolean(),
  /** What was seen, or what went wrong; one sentence. */
  detail: z.string(),
});
export type ConnectCheckItem = z.infer<typeof connectCheckItemSchema>;

/** How a client talks to the proxy (CLIENTS 1.2), so that its way can be replayed. */
export interface ClientVoice {
  readonly wire: 'chat' | 'responses' | 'messages';
  /** It reads `GET /v1/models` to find models. */
  readonly listsModels: boolean;
  /** It cannot do its work without tool calls. */
  readonly usesTools: boolean;
  /** Silence after which it gives up, with the settings its sheet proposes, in seconds; null = none known. */
  readonly patienceSeconds: number | null;
}

const CHAT: ClientVoice = { wire: 'chat', listsModels: true, usesTools: false, patienceSeconds: 600 };
const AGENT: ClientVoice = { ...CHAT, usesTools: true, patienceSeconds: 300 };

/** Those that differ from a chat program; sheets are listed by their ids. */
const VOICES: Readonly<Record<string, ClientVoice>> = {
  'claude-code': { wire: 'messages', listsModels: false, usesTools: true, patienceSeconds: 900 },
  codex: { wire: 'responses', listsModels: false, usesTools: true, patienceSeconds: 900 },
  opencode: { ...AGENT, listsModels: false, patienceSeconds: null },
  kilo: { ...AGENT, patienceSeconds: null },
  'copilot-cli': { ...AGENT, listsModels: false },
  aider: { ...CHAT, listsModels: false, patienceSeconds: 900 },
  vscode: { ...AGENT, listsModels: false },
  cline: AGENT,
  'zoo-code': { ...AGENT, patienceSeconds: 1200 },
  zed: { ...AGENT, listsModels: false, patienceSeconds: null },
  continue: { ...AGENT, patienceSeconds: 600 },
  'open-webui': { ...CHAT, patienceSeconds: null },
  'ai-sdk': { ...CHAT, listsModels: false, patienceSeconds: 300 },
  'openai-python': { ...CHAT, listsModels: false, patienceSeconds: 900 },
  'openai-js': { ...CHAT, listsModels: false, patienceSeconds: 900 },
  'langchain-js': { ...CHAT, listsModels: false, patienceSeconds: 900 },
  xcode: AGENT,
  langchain: { ...CHAT, listsModels: false, patienceSeconds: 900 },
  curl: { ...CHAT, listsModels: false, patienceSeconds: null },
};

export function voiceOf(clientId: string): ClientVoice {
  return VOICES[clientId] ?? CHAT;
}
