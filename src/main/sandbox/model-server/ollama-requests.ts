import { z } from 'zod';
import type { Message, Prompt } from './prompt.ts';

const options = z
  .looseObject({
    num_predict: z.number().optional(),
    num_ctx: z.number().optional(),
    seed: z.number().optional(),
    stop: z.union([z.string(), z.array(z.string())]).optional(),
  })
  .optional();
const keepAlive = z.union([z.number(), z.string()]).optional();
const format = z.union([z.literal(''), z.literal('json'), z.looseObject({})]).nullish();

const common = {
  model: z.string().optional(),
  name: z.string().optional(),
  stream: z.boolean().optional(),
  keep_alive: keepAlive,
  options,
  format,
  think: z.union([z.boolean(), z.string()]).optional(),
};

export const generateSchema = z.looseObject({
  ...common,
  prompt: z.string().optional(),
  system: z.string().optional(),
});

export const chatSchema = z.looseObject({
  ...common,
  messages: z
    .array(
      z.looseObject({ role: z.string(), content: z.string().nullish(), tool_calls: z.unknown().optional() }),
    )
    .optional(),
  tools: z
    .array(
      z.looseObject({ function: z.looseObject({ name: z.string(), parameters: z.unknown().optional() }) }),
    )
    .nullish(),
});

export const embedSchema = z.looseObject({
  model: z.string().optional(),
  input: z.union([z.string(), z.array(z.string())]).optional(),
  prompt: z.string().optional(),
  keep_alive: keepAlive,
});

/** Old clients say `name`, new ones `model`. */
export const namedSchema = z.looseObject({
  model: z.string().optional(),
  name: z.string().optional(),
  stream: z.boolean().optional(),
});

type Common = Pick<z.infer<typeof generateSchema>, 'options' | 'format' | 'think'>;

/** `seed` and `stop` live under options; -1 or absent num_predict goes on to the context's end. */
export function ollamaPrompt(
  model: string,
  messages: readonly Message[],
  request: Common,
  tools: z.infer<typeof chatSchema>['tools'],
  room: number,
): Prompt {
  const asked = request.options?.num_predict ?? -1;
  const stop = request.options?.stop;
  const json = request.format === 'json' ? { schema: null } : jsonSchema(request.format);
  return {
    model,
    messages,
    tools: (tools ?? []).map(({ function: tool }) => ({
      name: tool.name,
      parameters: tool.parameters ?? {},
    })),
    toolChoice: 'auto',
    json,
    maxTokens: asked > 0 ? Math.min(asked, room) : room,
    minTokens: 0,
    ignoreEos: false,
    stop: typeof stop === 'string' ? [stop] : (stop ?? []),
    seed: request.options?.seed ?? 0,
    choice: 0,
    reasoning: request.think === true,
    relay: {
      messages: messages.map(({ role, text }) => ({ role, content: text })),
      ...(asked > 0 ? { max_tokens: asked } : {}),
      ...(tools === null || tools === undefined
        ? {}
        : { tools: tools.map((tool) => ({ ...tool, type: 'function' })) }),
    },
  };
}

function jsonSchema(value: Common['format']): { readonly schema: unknown } | null {
  return typeof value === 'object' && value !== null ? { schema: value } : null;
}

/** A refusal in Ollama's words. */
export class OllamaError extends Error {
  override readonly name = 'OllamaError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function nameIn(body: unknown): string {
  const request = parseOllama(namedSchema, body);
  return request.model ?? request.name ?? '';
}

export function parseOllama<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new OllamaError(400, `json: ${result.error.issues[0]?.message ?? 'invalid request'}`);
}
