import { chatBody } from '../../shared/chat-body.ts';
import type { ChatMessage, ChatRequest } from '../../shared/model.ts';

export interface ChatParams {
  readonly temperature: string;
  readonly topP: string;
  readonly maxTokens: string;
  readonly seed: string;
}

export const EMPTY_PARAMS: ChatParams = { temperature: '', topP: '', maxTokens: '', seed: '' };

const number = (text: string): number | undefined =>
  text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);

/** Only what was set: the server's own defaults stay its own. */
export function requestParams(params: ChatParams): {
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  seed?: number;
} {
  const entries = (['temperature', 'topP', 'maxTokens', 'seed'] as const).flatMap((name) => {
    const value = number(params[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

export type SampleLanguage = 'curl' | 'python' | 'typescript';

/** The same call from elsewhere. The key is named by its variable: it is never on the screen. */
export function codeSample(
  language: SampleLanguage,
  baseUrl: string,
  model: string,
  messages: readonly ChatMessage[],
  params: ChatParams,
  extras: Pick<ChatRequest, 'tools' | 'toolChoice' | 'responseFormat'> = {},
): string {
  const body = chatBody({
    model,
    messages: messages.length === 0 ? [{ role: 'user', content: 'Hello' }] : messages.map(withoutPixels),
    params: requestParams(params),
    ...extras,
  });
  const withTools = (extras.tools ?? []).length > 0;
  switch (language) {
    case 'curl':
      return [
        `curl -N ${baseUrl}/chat/completions \\`,
        `  -H "Authorization: Bearer $RUNPOD_LLM_KEY" \\`,
        `  -H "Content-Type: application/json" \\`,
        `  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
      ].join('\n');
    case 'python':
      return [
        'import os',
        'from openai import OpenAI',
        '',
        `client = OpenAI(base_url="${baseUrl}", api_key=os.environ["RUNPOD_LLM_KEY"], timeout=900)`,
        'stream = client.chat.completions.create(',
        ...Object.entries(body).map(([name, value]) => `    ${name}=${pythonLiteral(value)},`),
        ')',
        'for chunk in stream:',
        '    for choice in chunk.choices:',
        '        print(choice.delta.content or "", end="", flush=True)',
        ...(withTools
          ? [
              '        for call in choice.delta.tool_calls or []:',
              '            print(call.function.name or "", call.function.arguments or "", end="")',
            ]
          : []),
      ].join('\n');
    case 'typescript':
      return [
        'import OpenAI from "openai";',
        '',
        `const client = new OpenAI({ baseURL: "${baseUrl}", apiKey: process.env.RUNPOD_LLM_KEY, timeout: 900_000 });`,
        `const stream = await client.chat.completions.create(${JSON.stringify(body, null, 2)});`,
        'for await (const chunk of stream) {',
        '  const delta = chunk.choices[0]?.delta;',
        '  process.stdout.write(delta?.content ?? "");',
        ...(withTools
          ? [
              '  for (const call of delta?.tool_calls ?? []) {',
              '    process.stdout.write(`${call.function?.name ?? ""}${call.function?.arguments ?? ""}`);',
              '  }',
            ]
          : []),
        '}',
      ].join('\n');
  }
}

/** A picture is thousands of letters: its place is shown in its stead. */
function withoutPixels(message: ChatMessage): ChatMessage {
  if (message.role !== 'user' || message.images === undefined) return message;
  return { ...message, images: message.images.map((url) => `${url.slice(0, url.indexOf(',') + 1)}…`) };
}

function pythonLiteral(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null) return 'None';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([name, part]) => `${JSON.stringify(name)}: ${pythonLiteral(part)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}
