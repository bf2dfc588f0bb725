import type { z } from 'zod';
import { json, type SimAnswer } from '../http/message.ts';

/** Refusals in vLLM's words and shape. */
export class VllmError extends Error {
  override readonly name = 'VllmError';
  readonly status: number;
  readonly type: string;
  readonly param: string | null;

  constructor(status: number, type: string, message: string, param: string | null = null) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
  }

  get body(): { readonly error: object } {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.status } };
  }

  toAnswer(): SimAnswer {
    return json(this.status, this.body);
  }
}

export function badRequestError(message: string, param: string | null = null): VllmError {
  return new VllmError(400, 'BadRequestError', message, param);
}

/** Pydantic's list of what does not fit. */
export function misfit(error: z.ZodError): VllmError {
  const issues = error.issues.map((issue) => {
    const loc = ['body', ...issue.path.map(String)].map((part) => `'${part}'`).join(', ');
    return `{'type': '${issue.code}', 'loc': (${loc}), 'msg': '${issue.message}'}`;
  });
  return new VllmError(400, 'Bad Request', `[${issues.join(', ')}]`);
}

export function unknownModel(model: string): VllmError {
  return new VllmError(404, 'NotFoundError', `The model \`${model}\` does not exist.`, 'model');
}

/** @throws VllmError when prompt and asked output do not fit into the context */
export function checkLength(maxModelLen: number, inputTokens: number, asked: number | null): void {
  if (inputTokens + (asked ?? 1) <= maxModelLen) return;
  throw new VllmError(
    400,
    'BadRequestError',
    `This model's maximum context length is ${maxModelLen} tokens. However, you requested ${asked ?? 0} output tokens and your prompt contains at least ${inputTokens} input tokens, for a total of at least ${inputTokens + (asked ?? 1)} tokens. Please reduce the length of the input prompt or the number of requested output tokens.`,
    'input_tokens',
  );
}
