import { segments, type SimAnswer, type SimRequest } from '../http/message.ts';
import { Problem } from '../problem.ts';
import type { SandboxOptions } from '../types.ts';
import type { World } from '../world.ts';
import { authenticate, authorize, type Caller } from './access.ts';
import type { RateLimit } from './rate-limit.ts';

export interface Call {
  readonly request: SimRequest;
  readonly caller: Caller;
  /** Values of `{name}` in the route's path. */
  readonly params: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As in RunPod's document, e.g. `/v2/pods/{id}`. */
  readonly path: string;
  /** Rights by method unless the route judges the caller itself. */
  readonly ownRights?: true;
  readonly run: (call: Call) => SimAnswer | Promise<SimAnswer>;
}

export interface ControlPlane {
  readonly routes: readonly Route[];
  readonly keys: SandboxOptions['keys'];
  readonly limit: RateLimit;
}

/** REST v2: identifies, limits, routes, and puts the headers on that every answer of RunPod carries. */
export async function answerControlPlane(
  world: World,
  plane: ControlPlane,
  request: SimRequest,
): Promise<SimAnswer> {
  const common = {
    'x-request-id': `sbx-${world.random.hex(8)}`,
    date: new Date(world.clock.now()).toUTCString(),
  };
  let limited: Record<string, string> = {};
  try {
    const caller = authenticate(world, plane.keys, request);
    const exhausted = plane.limit.take();
    limited = plane.limit.headers();
    if (exhausted !== null) {
      throw new Problem(429, `rate limit exceeded for the ${exhausted.window} window`, {
        headers: { 'retry-after': String(exhausted.retryAfterSeconds) },
      });
    }
    const answer = await dispatch(plane.routes, caller, request);
    return { ...answer, headers: { ...answer.headers, ...limited, ...common } };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const answer = error.toAnswer();
    return { ...answer, headers: { ...answer.headers, ...limited, ...common } };
  }
}

async function dispatch(routes: readonly Route[], caller: Caller, request: SimRequest): Promise<SimAnswer> {
  const found = routes.flatMap((route) => {
    const params = match(route.path, request.path);
    return params === null ? [] : [{ route, params }];
  });
  // Literal paths win over parameters: /registries/delegations is not a registry.
  found.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length);
  if (found.length === 0) throw new Problem(404, 'route not found');
  const hit = found.find(({ route }) => route.method === request.method);
  if (hit === undefined) {
    throw new Problem(405, 'The requested method is not allowed for this path.', {
      headers: { allow: [...new Set(found.map(({ route }) => route.method))].join(', ') },
    });
  }
  if (hit.route.ownRights !== true) authorize(caller, request.method);
  return hit.route.run({ request, caller, params: hit.params });
}

function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = segments(pattern);
  const given = segments(path);
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = value;
    else if (part !== value) return null;
  }
  return params;
}

export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}
