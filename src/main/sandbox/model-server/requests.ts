import { z } from 'zod';
import type { Message, Tool, ToolChoice } from './prompt.ts';

/** Requests of the OpenAI dialects, loosely read: what a model server does not know it ignores. */
const contentPart = z.looseObject({ type: z.string().optional(), text: z.string().optional() });
const content = z.union([z.string(), z.array(contentPart)]).nullish();

const chatMessage = z.looseObject({
  role: z.string(),
  content,
  tool_calls: z.array(z.looseObject({})).nullish(),
});

const functionTool = z.looseObject({
  type: z.string().optional(),
  function: z.looseObject({ name: z.string(), parameters: z.unknown().optional() }),
});

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.looseObject({ function: z.looseObject({ name: z.string() }) }),
]);

const sampling = {
  model: z.string().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .looseObject({ include_usage: z.boolean().nullish(), continuous_usage_stats: z.boolean().nullish() })
    .nullish(),
  max_tokens: z.int().nullish(),
  min_tokens: z.int().min(0).nullish(),
  ignore_eos: z.boolean().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  seed: z.int().nullish(),
  n: z.int().min(1).max(16).nullish(),
  temperature: z.number().min(0).nullish(),
  structured_outputs: z.looseObject({ json: z.unknown().optional() }).nullish(),
};

const responseFormat = z
  .looseObject({
    type: z.string(),
    json_schema: z.looseObject({ schema: z.unknown().optional() }).nullish(),
  })
  .nullish();

export const chatRequestSchema = z.looseObject({
  ...sampling,
  messages: z.array(chatMessage),
  max_completion_tokens: z.int().nullish(),
  tools: z.array(functionTool).nullish(),
  tool_choice: toolChoice.nullish(),
  response_format: responseFormat,
  chat_template_kwargs: z.record(z.string(), z.unknown()).nullish(),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;

export const completionRequestSchema = z.looseObject({
  ...sampling,
  prompt: z.union([z.string(), z.array(z.string()), z.array(z.int()), z.array(z.array(z.int()))]),
  suffix: z.string().nullish(),
  echo: z.boolean().nullish(),
  response_format: responseFormat,
});
export type CompletionRequest = z.infer<typeof completionRequestSchema>;

export const embeddingRequestSchema = z.looseObject({
  model: z.string().nullish(),
  input: z.union([z.string(), z.array(z.string()), z.array(z.int()), z.array(z.array(z.int()))]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).nullish(),
});

export function textOf(value: z.infer<typeof content>): string {
  if (typeof value === 'string') return value;
  return (value ?? []).map((part) => part.text ?? `<${part.type ?? 'part'}>`).join('\n');
}

export function messagesOf(request: ChatRequest): Message[] {
  return request.messages.map((message) => ({
    role: message.role,
    text: [textOf(message.content), ...(message.tool_calls ?? []).map((call) => JSON.stringify(call))].join(
      '',
    ),
  }));
}

export function toolsOf(request: ChatRequest): Tool[] {
  return (request.tools ?? []).map((tool) => ({
    name: tool.function.name,
    parameters: tool.function.parameters ?? {},
  }));
}

export function toolChoiceOf(request: ChatRequest): ToolChoice {
  const choice = request.tool_choice;
  if (choice === null || choice === undefined) return 'auto';
  return typeof choice === 'string' ? choice : { name: choice.function.name };
}

export function jsonOf(request: {
  readonly response_format?: z.infer<typeof responseFormat>;
  readonly structured_outputs?: ChatRequest['structured_outputs'];
}): { readonly schema: unknown } | null {
  const guided = request.structured_outputs?.json;
  if (guided !== undefined) return { schema: guided };
  const format = request.response_format;
  if (format?.type === 'json_object') return { schema: null };
  return format?.type === 'json_schema' ? { schema: format.json_schema?.schema ?? null } : null;
}

export function stopsOf(stop: z.infer<typeof sampling.stop>): string[] {
  return typeof stop === 'string' ? [stop] : (stop ?? []);
}
