import { spawn } from 'node:child_process';
import Anthropic from '@anthropic-ai/sdk';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { constructLlmApi } from '@continuedev/openai-adapters';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, streamText } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { textOf } from '../proxy-harness.ts';

/** A client as its users have it: nothing set but address, key and model. */
export interface PatientClient {
  readonly name: string;
  /** Sends no key, so that its requests stand under "anonymous". */
  readonly keyless?: boolean;
  /** @returns the text of the answer */
  ask(at: Endpoint): Promise<string>;
}

export interface Endpoint {
  /** Without `/v1`. */
  readonly origin: string;
  readonly key: string;
  readonly model: string;
  /** Differs for each client, or their requests would be one. */
  readonly prompt: string;
}

const messagesOf = ({ prompt }: Endpoint): { role: 'user'; content: string }[] => [
  { role: 'user', content: prompt },
];
const openai = ({ origin, key }: Endpoint): OpenAI => new OpenAI({ baseURL: `${origin}/v1`, apiKey: key });
const anthropic = ({ origin, key }: Endpoint): Anthropic => new Anthropic({ baseURL: origin, apiKey: key });
const langchain = ({ origin, key, model }: Endpoint): ChatOpenAI =>
  new ChatOpenAI({ model, apiKey: key, configuration: { baseURL: `${origin}/v1` } });
const vercel = ({ origin, key, model }: Endpoint): Parameters<typeof generateText>[0]['model'] =>
  createOpenAICompatible({ name: 'x', baseURL: `${origin}/v1`, apiKey: key })(model);

function ownFetch(at: Endpoint, stream: boolean): Promise<Response> {
  return fetch(`${at.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: at.model, messages: messagesOf(at), stream }),
  });
}

/** curl's patience has no end; it shows what a client sees that knows nothing of us. */
function curl(at: Endpoint, stream: boolean): Promise<string> {
  const args = [
    '-sS',
    '--fail',
    '-N',
    '-H',
    `Authorization: Bearer ${at.key}`,
    '-H',
    'content-type: application/json',
  ];
  const body = JSON.stringify({ model: at.model, messages: messagesOf(at), stream });
  return new Promise((resolve, reject) => {
    const child = spawn('curl', [...args, '-d', '@-', `${at.origin}/v1/chat/completions`]);
    let out = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`curl ended with ${code}: ${said}`)),
    );
    child.stdin.end(body);
  });
}

/** With the time-outs and repeats each comes with. */
export const PATIENT_CLIENTS: readonly PatientClient[] = [
  {
    name: 'openai, stream',
    ask: async (at) => {
      let text = '';
      const stream = await openai(at).chat.completions.create({
        model: at.model,
        messages: messagesOf(at),
        stream: true,
      });
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      return text;
    },
  },
  {
    name: 'openai, plain',
    ask: async (at) =>
      (await openai(at).chat.completions.create({ model: at.model, messages: messagesOf(at) })).choices[0]
        ?.message.content ?? '',
  },
  {
    name: 'openai, Responses',
    ask: async (at) => {
      let text = '';
      for await (const event of await openai(at).responses.create({
        model: at.model,
        input: at.prompt,
        stream: true,
      })) {
        if (event.type === 'response.output_text.delta') text += event.delta;
      }
      return text;
    },
  },
  {
    name: '@anthropic-ai/sdk, stream',
    ask: (at) =>
      anthropic(at)
        .messages.stream({ model: at.model, max_tokens: 64, messages: messagesOf(at) })
        .finalText(),
  },
  {
    name: '@anthropic-ai/sdk, plain',
    ask: async (at) => {
      const { content } = await anthropic(at).messages.create({
        model: at.model,
        max_tokens: 64,
        messages: messagesOf(at),
      });
      return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
    },
  },
  {
    name: 'ai, streamText',
    ask: async (at) => {
      let failure: unknown = null;
      const onError = ({ error }: { readonly error: unknown }): void => {
        failure = error;
      };
      let text = '';
      for await (const part of streamText({ model: vercel(at), prompt: at.prompt, onError }).textStream)
        text += part;
      if (failure !== null)
        throw failure instanceof Error ? failure : new Error('failed', { cause: failure });
      return text;
    },
  },
  {
    name: 'ai, generateText',
    ask: async (at) => (await generateText({ model: vercel(at), prompt: at.prompt })).text,
  },
  {
    name: '@langchain/openai, stream',
    ask: async (at) => {
      let text = '';
      for await (const chunk of await langchain(at).stream(at.prompt)) text += chunk.text;
      return text;
    },
  },
  {
    name: '@langchain/openai, invoke',
    ask: async (at) => (await langchain(at).invoke(at.prompt)).text,
  },
  {
    name: '@continuedev/openai-adapters, stream',
    ask: async (at) => {
      const api = constructLlmApi({ provider: 'openai', apiKey: at.key, apiBase: `${at.origin}/v1/` });
      if (api === undefined) throw new Error('no adapter');
      let text = '';
      const { signal } = new AbortController();
      const body = { model: at.model, messages: messagesOf(at), stream: true as const };
      for await (const chunk of api.chatCompletionStream(body, signal))
        text += chunk.choices[0]?.delta.content ?? '';
      return text;
    },
  },
  {
    name: 'ollama, stream',
    keyless: true,
    ask: async (at) => {
      let text = '';
      const body = { model: at.model, messages: messagesOf(at), stream: true as const };
      for await (const part of await new Ollama({ host: at.origin }).chat(body)) text += part.message.content;
      return text;
    },
  },
  {
    name: 'ollama, plain',
    keyless: true,
    ask: async (at) =>
      (await new Ollama({ host: at.origin }).chat({ model: at.model, messages: messagesOf(at) })).message
        .content,
  },
  { name: 'fetch of Node, stream', ask: async (at) => textOf(await (await ownFetch(at, true)).text()) },
  { name: 'fetch of Node, plain', ask: async (at) => (await ownFetch(at, false)).text() },
  { name: 'curl, stream', ask: async (at) => textOf(await curl(at, true)) },
  { name: 'curl, plain', ask: (at) => curl(at, false) },
];
