import { STATUS_CODES } from 'node:http';
import type { SimAnswer } from './http/message.ts';

/** An answer in RunPod's problem+json form, thrown from anywhere below the router. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly errors: readonly string[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    options: {
      readonly errors?: readonly string[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  toAnswer(): SimAnswer {
    const body = {
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
    return {
      status: this.status,
      headers: { 'content-type': 'application/problem+json', ...this.headers },
      body: JSON.stringify(body),
    };
  }
}

export function notFound(what: string): Problem {
  return new Problem(404, `${what} not found`);
}

export function badRequest(detail: string): Problem {
  return new Problem(400, detail);
}

/** RunPod's only sign of missing capacity is this sentence (FACTS 1). */
export function noCapacity(): Problem {
  return new Problem(
    400,
    'There are no longer any instances available with the requested specifications. Please refresh and try again.',
  );
}
