import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { bodyJson, EMPTY, json, type SimAnswer, type SimRequest } from './http/message.ts';
import { billOf } from './money/bill.ts';
import { balanceUsd } from './money/balance.ts';
import { Problem, notFound } from './problem.ts';
import type { Fault } from './types.ts';
import type { World } from './world.ts';

const times = z.int().positive().exactOptional();
const route = z.string().regex(/^(?:\*|[A-Z]+) \//, 'such as "POST /v2/pods"');
const ms = z.number().min(0);

/** Faults as they come over HTTP; the same shapes as the type. */
const faultSchema: z.ZodType<Fault> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('no-capacity'),
    gpuTypeId: z.string().exactOptional(),
    cloud: z.string().exactOptional(),
    times,
  }),
  z.strictObject({
    kind: z.literal('status'),
    route,
    status: z.literal([401, 402, 403, 404, 409, 422, 429, 500, 502, 503, 504]),
    retryAfterSeconds: z.number().min(0).exactOptional(),
    times,
  }),
  z.strictObject({ kind: z.literal('lost-answer'), route, how: z.enum(['502', 'reset', 'hang']), times }),
  z.strictObject({ kind: z.literal('latency'), route, ms, times }),
  z.strictObject({ kind: z.literal('list-lag'), ms, times }),
  z.strictObject({ kind: z.literal('duplicate-list'), times }),
  z.strictObject({ kind: z.literal('slow-boot'), factor: z.number().positive(), times }),
  z.strictObject({ kind: z.literal('stuck-boot'), phase: z.enum(['placing', 'pulling', 'loading']), times }),
  z.strictObject({ kind: z.literal('crash-loop'), line: z.string(), times }),
  z.strictObject({ kind: z.literal('zero-gpu'), times }),
  z.strictObject({ kind: z.literal('phantom-stop'), times }),
  z.strictObject({ kind: z.literal('ghost'), times }),
  z.strictObject({ kind: z.literal('lost-logs'), times }),
  z.strictObject({ kind: z.literal('no-entrypoint-override'), times }),
  z.strictObject({ kind: z.literal('billing-lag'), ms, times }),
]);

const creditSchema = z.strictObject({ usd: z.number() });

/**
 * The sandbox's own control door, apart from the simulated cloud: arms faults, reads the exact bill, moves money. Every
 * call needs the token that the hosting process was given; a page in a browser cannot have it.
 */
export function answerControl(world: World, token: string, request: SimRequest): SimAnswer {
  try {
    if (!sameToken(request.headers['x-sandbox-control'] ?? '', token)) {
      throw new Problem(401, 'missing or wrong x-sandbox-control token');
    }
    return dispatch(world, request);
  } catch (error) {
    if (error instanceof Problem) return error.toAnswer();
    throw error;
  }
}

function dispatch(world: World, request: SimRequest): SimAnswer {
  switch (`${request.method} ${request.path}`) {
    case 'GET /sandbox/faults':
      return json(200, { faults: world.faults.list() });
    case 'POST /sandbox/faults':
      world.faults.arm(parsed(faultSchema, request));
      return json(201, { faults: world.faults.list() });
    case 'DELETE /sandbox/faults':
      world.faults.clear();
      return EMPTY;
    case 'GET /sandbox/bill':
      return json(200, { ...billOf(world), balanceUsd: balanceUsd(world) });
    case 'POST /sandbox/credit':
      world.state.creditUsd += parsed(creditSchema, request).usd;
      world.flush();
      world.changes.emit('account');
      return json(200, { balanceUsd: balanceUsd(world) });
    default:
      throw notFound('control route');
  }
}

function parsed<T>(schema: z.ZodType<T>, request: SimRequest): T {
  const result = schema.safeParse(bodyJson(request));
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Problem(422, 'Request validation failed.', { errors });
}

function sameToken(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
