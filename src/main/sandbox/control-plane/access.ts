import { bearer, type SimRequest } from '../http/message.ts';
import { Problem } from '../problem.ts';
import type { SandboxOptions } from '../types.ts';
import type { World } from '../world.ts';

type Rights = SandboxOptions['keys'][number]['rights'];
/** Who calls: an account key with its rights, or a pod with the key RunPod injected. */
export type Caller =
  | { readonly kind: 'account'; readonly rights: Rights }
  | { readonly kind: 'pod'; readonly podId: string };

/** The caller behind a bearer token; null = none or unknown. */
export function identify(world: World, keys: SandboxOptions['keys'], request: SimRequest): Caller | null {
  const token = bearer(request);
  if (token === null) return null;
  const account = keys.find((entry) => entry.key === token);
  if (account !== undefined) return { kind: 'account', rights: account.rights };
  for (const pod of world.state.pods.values()) {
    if (pod.key === token) return { kind: 'pod', podId: pod.id };
  }
  return null;
}

/** @throws Problem 401 (FACTS 1) */
export function authenticate(world: World, keys: SandboxOptions['keys'], request: SimRequest): Caller {
  const caller = identify(world, keys, request);
  if (caller !== null) return caller;
  throw new Problem(401, bearer(request) === null ? 'missing bearer token' : 'invalid API key');
}

/** Account keys on the control plane: a restricted key reads or does nothing. @throws Problem 403 */
export function authorize(caller: Caller, method: string): void {
  if (caller.kind === 'pod') throw new Problem(403, 'access denied');
  const reads = method === 'GET' || method === 'HEAD';
  if (caller.rights === 'all' || (caller.rights === 'read-only' && reads)) return;
  throw new Problem(403, 'access denied');
}

/** A pod's key may stop or terminate its own pod and nothing else (FACTS 2.11). @throws Problem 403 */
export function authorizePodControl(caller: Caller, podId: string, action: string): void {
  if (caller.kind === 'account') {
    authorize(caller, 'POST');
    return;
  }
  if (caller.podId !== podId || (action !== 'stop' && action !== 'terminate')) {
    throw new Problem(403, 'access denied');
  }
}
