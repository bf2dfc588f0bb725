import { z } from 'zod';

/** What worker-vllm makes of a job's input: a request to the vLLM inside (FACTS 3.5). */
export interface WorkerCall {
  readonly path: string;
  readonly method: string;
  readonly body: unknown;
  /** Old inputs get RunPod's own output form instead of OpenAI's. */
  readonly legacy: boolean;
}

const inputSchema = z.looseObject({
  openai_route: z.string().optional(),
  openai_input: z.unknown().optional(),
  route: z.string().optional(),
  body: z.unknown().optional(),
  method: z.string().optional(),
  messages: z.array(z.unknown()).optional(),
  prompt: z.string().optional(),
  sampling_params: z.looseObject({}).optional(),
  stream: z.boolean().optional(),
});

/** null = nothing the worker understands. */
export function workerCall(input: unknown): WorkerCall | null {
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success) return null;
  const { openai_route: openaiRoute, route, messages, prompt } = parsed.data;
  if (openaiRoute !== undefined) {
    const path = openaiRoute.startsWith('/v1') ? openaiRoute : `/v1${openaiRoute}`;
    const reads = path === '/v1/models';
    return { path, method: reads ? 'GET' : 'POST', body: parsed.data.openai_input, legacy: false };
  }
  if (route !== undefined) {
    return { path: route, method: parsed.data.method ?? 'POST', body: parsed.data.body, legacy: false };
  }
  // Without max_tokens the old form gets vLLM's completion default.
  const sampling = { max_tokens: 16, ...parsed.data.sampling_params, stream: parsed.data.stream ?? false };
  if (messages !== undefined) {
    return { path: '/v1/chat/completions', method: 'POST', body: { ...sampling, messages }, legacy: true };
  }
  if (prompt === undefined) return null;
  return { path: '/v1/completions', method: 'POST', body: { ...sampling, prompt }, legacy: true };
}

const answerSchema = z.looseObject({
  choices: z.array(
    z.looseObject({
      text: z.string().optional(),
      message: z.looseObject({ content: z.string().nullish() }).optional(),
    }),
  ),
  usage: z.looseObject({ prompt_tokens: z.number(), completion_tokens: z.number() }).optional(),
});

/** RunPod's own output form of an answer. */
export function legacyOutput(answer: unknown): unknown {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return answer;
  const { choices, usage } = parsed.data;
  return {
    choices: choices.map((choice) => ({ tokens: [choice.text ?? choice.message?.content ?? ''] })),
    usage: { input: usage?.prompt_tokens ?? 0, output: usage?.completion_tokens ?? 0 },
  };
}

/** The HTTP status of a refused request survives only inside the text. */
export function workerError(status: number, body: string): object {
  return { error: { message: `vLLM returned HTTP ${status}: ${body}`, type: 'worker_error' } };
}
