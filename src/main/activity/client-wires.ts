import { z } from 'zod';
import type { ClientVoice } from '../../shared/clients/voice.ts';

/** What a client would have understood of a stream so far. */
export interface Heard {
  /** Events that carried text: one alone is an answer that did not stream. */
  texts: number;
  toolName: string;
  toolArguments: string;
  outputTokens: number | null;
  ended: boolean;
  problem: string | null;
}

export const nothingHeard = (): Heard => ({
  texts: 0,
  toolName: '',
  toolArguments: '',
  outputTokens: null,
  ended: false,
  problem: null,
});

export interface Question {
  readonly model: string;
  readonly text: string;
  readonly maxTokens: number;
  readonly withTool: boolean;
}

/** One way of talking: where it is sent, what is sent, and how an event is understood. */
export interface Wire {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  body(question: Question): object;
  /** `data` is the text of one event. */
  read(data: string, heard: Heard): void;
}

const TOOL = 'read_file';
const PARAMETERS = {
  type: 'object',
  properties: { path: { type: 'string', description: 'Path of the file' } },
  required: ['path'],
};
const DESCRIPTION = 'Reads a file of the project';

const problemSchema = z.object({ error: z.object({ message: z.string() }).nullish() });

const chatSchema = problemSchema.extend({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            tool_calls: z
              .array(
                z.object({
                  function: z
                    .object({ name: z.string().nullish(), arguments: z.string().nullish() })
                    .nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
      }),
    )
    .default([]),
  usage: z.object({ completion_tokens: z.number() }).nullish(),
});

const chat: Wire = {
  path: '/v1/chat/completions',
  headers: {},
  body: ({ model, text, maxTokens, withTool }) => ({
    model,
    messages: [{ role: 'user', content: text }],
    max_tokens: maxTokens,
    stream: true,
    stream_options: { include_usage: true },
    ...(withTool
      ? {
          tools: [
            { type: 'function', function: { name: TOOL, description: DESCRIPTION, parameters: PARAMETERS } },
          ],
          tool_choice: 'required',
        }
      : {}),
  }),
  read(data, heard) {
    if (data === '[DONE]') {
      heard.ended = true;
      return;
    }
    const { choices, usage, error } = chatSchema.parse(JSON.parse(data));
    hearEnd(heard, error?.message, usage?.completion_tokens);
    for (const { delta } of choices) {
      hearText(heard, delta?.content);
      for (const call of delta?.tool_calls ?? [])
        hearTool(heard, call.function?.name, call.function?.arguments);
    }
  },
};

const responsesSchema = z.object({
  type: z.string(),
  delta: z.string().nullish(),
  item: z.object({ type: z.string(), name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
  response: z
    .object({
      usage: z.object({ output_tokens: z.number() }).nullish(),
      error: z.object({ message: z.string() }).nullish(),
    })
    .nullish(),
});

const responses: Wire = {
  path: '/v1/responses',
  headers: {},
  body: ({ model, text, maxTokens, withTool }) => ({
    model,
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }],
    max_output_tokens: maxTokens,
    stream: true,
    store: false,
    ...(withTool
      ? {
          tools: [{ type: 'function', name: TOOL, description: DESCRIPTION, parameters: PARAMETERS }],
          tool_choice: 'required',
        }
      : {}),
  }),
  read(data, heard) {
    if (data === '[DONE]') return;
    const { type, delta, item, response } = responsesSchema.parse(JSON.parse(data));
    if (type === 'response.output_text.delta') hearText(heard, delta);
    if (type === 'response.output_item.done' && item?.type === 'function_call')
      hearTool(heard, item.name, item.arguments);
    if (type === 'response.completed' || type === 'response.incomplete') heard.ended = true;
    hearEnd(heard, response?.error?.message, response?.usage?.output_tokens);
  },
};

const messagesSchema = problemSchema.extend({
  type: z.string(),
  content_block: z.object({ type: z.string(), name: z.string().nullish() }).nullish(),
  delta: z.object({ text: z.string().nullish(), partial_json: z.string().nullish() }).nullish(),
  usage: z.object({ output_tokens: z.number() }).nullish(),
});

const messages: Wire = {
  path: '/v1/messages',
  headers: { 'anthropic-version': '2023-06-01' },
  body: ({ model, text, maxTokens, withTool }) => ({
    model,
    max_tokens: maxTokens,
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    stream: true,
    ...(withTool
      ? {
          tools: [{ name: TOOL, description: DESCRIPTION, input_schema: PARAMETERS }],
          tool_choice: { type: 'any' },
        }
      : {}),
  }),
  read(data, heard) {
    const { type, error, content_block: block, delta, usage } = messagesSchema.parse(JSON.parse(data));
    hearEnd(heard, error?.message, usage?.output_tokens);
    hearTool(heard, block?.type === 'tool_use' ? block.name : null, delta?.partial_json);
    hearText(heard, delta?.text);
    if (type === 'message_stop') heard.ended = true;
  },
};

type Maybe<T> = T | null | undefined;

function hearText(heard: Heard, text: Maybe<string>): void {
  if (text === null || text === undefined || text === '') return;
  heard.texts++;
}

function hearTool(heard: Heard, name: Maybe<string>, text: Maybe<string>): void {
  heard.toolName += name ?? '';
  heard.toolArguments += text ?? '';
}

function hearEnd(heard: Heard, problem: Maybe<string>, outputTokens: Maybe<number>): void {
  heard.problem ??= problem ?? null;
  heard.outputTokens = outputTokens ?? heard.outputTokens;
}

export const WIRES: Readonly<Record<ClientVoice['wire'], Wire>> = { chat, responses, messages };
