import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { RequestInit, Response } from 'undici';
import { z } from 'zod';
import { isAbort } from '../../../shared/errors.ts';
import { createHttpPool } from '../../platform/http.ts';
import type { Finish, Piece, Prompt } from './prompt.ts';
import { VllmError } from './vllm-errors.ts';

/** A real model that answers in the simulated one's place. */
export interface Relay {
  generate(prompt: Prompt, signal: AbortSignal): AsyncIterable<Piece>;
  close(): Promise<void>;
}

const modelsSchema = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

const chunkSchema = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        delta: z
          .looseObject({
            content: z.string().nullish(),
            reasoning: z.string().nullish(),
            reasoning_content: z.string().nullish(),
            tool_calls: z
              .array(
                z.looseObject({
                  index: z.number().optional(),
                  id: z.string().nullish(),
                  function: z
                    .looseObject({ name: z.string().nullish(), arguments: z.string().nullish() })
                    .nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .optional(),
});
type Choice = NonNullable<z.infer<typeof chunkSchema>['choices']>[number];

/**
 * Hands chat requests to a local OpenAI-compatible server. `baseUrl` ends before `/chat/completions`. The first model it
 * lists answers for all of ours, unless it knows ours by name.
 */
export function createRelay(baseUrl: string): Relay {
  const pool = createHttpPool({ silenceMs: 0 });
  const base = baseUrl.replace(/\/$/, '');
  let models: Promise<readonly string[]> | null = null;
  const call = async (path: string, init?: RequestInit): Promise<Response> => {
    try {
      const response = await pool.fetch(`${base}${path}`, init);
      if (response.ok) return response;
      await response.body?.cancel();
      throw new VllmError(502, 'BadGatewayError', `The local server answered ${response.status}.`);
    } catch (error) {
      if (error instanceof VllmError || isAbort(error)) throw error;
      throw new VllmError(502, 'BadGatewayError', 'The local server cannot be reached.');
    }
  };
  const listModels = async (): Promise<readonly string[]> => {
    const response = await call('/models');
    return modelsSchema.parse(await response.json()).data.map(({ id }) => id);
  };
  async function* generate(prompt: Prompt, signal: AbortSignal): AsyncGenerator<Piece, void> {
    models ??= listModels();
    const known = await models.catch((error: unknown) => {
      models = null;
      throw error;
    });
    const model = known.includes(prompt.model) ? prompt.model : (known[0] ?? prompt.model);
    const response = await call('/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...prompt.relay, model, stream: true, stream_options: undefined, n: undefined }),
      signal,
    });
    const events = response.body
      ?.pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    if (events !== undefined) yield* piecesOf(events);
  }
  return { generate, close: () => pool.close() };
}

async function* piecesOf(events: AsyncIterable<{ readonly data: string }>): AsyncGenerator<Piece, void> {
  let finish: Finish = 'stop';
  for await (const { data } of events) {
    if (data === '[DONE]') break;
    const chunk = chunkSchema.safeParse(JSON.parse(data));
    const choice = chunk.success ? chunk.data.choices?.[0] : undefined;
    if (choice === undefined) continue;
    yield* deltaPieces(choice);
    if (choice.finish_reason === 'length' || choice.finish_reason === 'tool_calls')
      finish = choice.finish_reason;
  }
  yield { kind: 'end', finish, stopReason: null };
}

function* deltaPieces({ delta }: Choice): Generator<Piece> {
  const reasoning = delta?.reasoning ?? delta?.reasoning_content;
  if (isText(reasoning)) yield { kind: 'reasoning', text: reasoning };
  if (isText(delta?.content)) yield { kind: 'text', text: delta.content };
  for (const [position, call] of (delta?.tool_calls ?? []).entries()) {
    const index = call.index ?? position;
    const { name, arguments: text } = call.function ?? {};
    if (isText(name)) yield { kind: 'tool', index, id: call.id ?? `call_${index}`, name };
    if (isText(text)) yield { kind: 'arguments', index, text };
  }
}

function isText(value: string | null | undefined): value is string {
  return value !== null && value !== undefined && value !== '';
}
