import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { text, type SimAnswer, type SimRequest } from '../http/message.ts';
import { chatPrompts, type Dialect } from './dialect.ts';
import { embeddings } from './embeddings.ts';
import type { Engine } from './engine.ts';
import { anthropicMessages } from './messages.ts';
import { plainChat, streamedChat } from './openai-chat.ts';
import { completions } from './openai-completions.ts';
import { chatRequestSchema } from './requests.ts';
import { responses } from './responses.ts';
import { misfit } from './vllm-errors.ts';

export const OLLAMA_EMBEDDING_SIZE = 768;

interface Context {
  readonly model: string;
  readonly contextLength: number;
  readonly random: Random;
  readonly clock: Clock;
  readonly engine: Engine;
}

/** Ollama's `/v1` routes for a model that is loaded. */
export function answerOpenai(
  request: SimRequest,
  body: unknown,
  context: Context,
): SimAnswer | Promise<SimAnswer> {
  const dialect = dialectOf(context, request.signal);
  switch (request.path) {
    case '/v1/chat/completions':
      return chat(body, dialect);
    case '/v1/completions':
      return completions(body, dialect);
    case '/v1/embeddings':
      return embeddings(body, dialect, OLLAMA_EMBEDDING_SIZE);
    case '/v1/responses':
      return responses(body, dialect);
    case '/v1/messages':
      return anthropicMessages(body, dialect);
    default:
      return text(404, '404 page not found');
  }
}

function chat(body: unknown, dialect: Dialect): SimAnswer | Promise<SimAnswer> {
  const parsed = chatRequestSchema.safeParse(body);
  if (!parsed.success) throw misfit(parsed.error);
  const prompts = chatPrompts(parsed.data, dialect);
  const writing = dialect.writing('chatcmpl-', parsed.data.model);
  return parsed.data.stream === true
    ? streamedChat(parsed.data, prompts, writing)
    : plainChat(prompts, writing);
}

function dialectOf({ model, contextLength, random, clock, engine }: Context, signal: AbortSignal): Dialect {
  return {
    model,
    maxModelLen: contextLength,
    // Ollama cuts what is too long instead of refusing it.
    refusesLongPrompts: false,
    reasoning: false,
    autoTools: true,
    writing: (prefix, asked) => ({
      id: `${prefix}${random.hex(8)}`,
      created: Math.floor(clock.now() / 1000),
      model: asked ?? model,
      generate: (prompt, left) => engine.generate(prompt, left),
      signal,
    }),
  };
}
