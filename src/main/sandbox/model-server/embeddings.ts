import { json, type SimAnswer } from '../http/message.ts';
import { randomFrom } from './prose.ts';
import { embeddingRequestSchema } from './requests.ts';
import { countTokens } from './tokens.ts';
import { misfit } from './vllm-errors.ts';
import type { Dialect } from './dialect.ts';

/** Unit vectors that depend on the text alone; equal texts are equal, others about orthogonal. */
export function embed(model: string, text: string, size: number): number[] {
  const random = randomFrom('embedding', model, text);
  const raw = Array.from({ length: size }, () => random.next() * 2 - 1);
  const length = Math.hypot(...raw);
  return raw.map((value) => value / length);
}

export function embeddings(body: unknown, dialect: Dialect, size: number): SimAnswer {
  const parsed = embeddingRequestSchema.safeParse(body);
  if (!parsed.success) throw misfit(parsed.error);
  const request = parsed.data;
  const writing = dialect.writing('embd-', request.model);
  const inputs = inputTexts(request.input);
  const tokens = inputs.reduce((sum, text) => sum + countTokens(text), 0);
  return json(200, {
    id: writing.id,
    object: 'list',
    created: writing.created,
    model: writing.model,
    data: inputs.map((text, index) => ({
      index,
      object: 'embedding',
      embedding: encode(embed(dialect.model, text, request.dimensions ?? size), request.encoding_format),
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens, completion_tokens: 0 },
  });
}

function inputTexts(input: string | readonly (string | number | readonly number[])[]): string[] {
  if (typeof input === 'string') return [input];
  if (input.every((entry) => typeof entry === 'number')) return [input.join(' ')];
  return input.map((entry) => (Array.isArray(entry) ? entry.join(' ') : String(entry)));
}

function encode(vector: readonly number[], format: 'float' | 'base64' | null | undefined): number[] | string {
  if (format !== 'base64') return [...vector];
  return Buffer.from(new Float32Array(vector).buffer).toString('base64');
}
