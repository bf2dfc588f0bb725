import { bearer, bodyJson, json, type SimAnswer, type SimRequest } from './http/message.ts';
import { balanceUsd, spendUsdPerHour } from './money/balance.ts';
import { identify } from './control-plane/access.ts';
import { SPEND_LIMIT_USD_PER_HOUR } from './pods/create.ts';
import type { SandboxOptions } from './types.ts';
import type { World } from './world.ts';

/** GraphQL's `myself`, the one query the app makes there (FACTS 5). Failures are 200 with `errors`, as at RunPod. */
export function answerGraphql(world: World, keys: SandboxOptions['keys'], request: SimRequest): SimAnswer {
  if (request.method !== 'POST') return json(405, { errors: [{ message: 'POST only' }] });
  const token = bearer(request) ?? request.query.get('api_key');
  if (token === null) return json(200, { data: { myself: null } });
  const caller = identify(world, keys, { ...request, headers: { authorization: `Bearer ${token}` } });
  if (caller === null) return json(401, { errors: [{ message: 'Unauthorized' }] });
  if (caller.kind === 'pod' || caller.rights === 'invoke-only') {
    return json(403, { errors: [{ message: 'access denied' }] });
  }
  const body = bodyJson(request);
  const query: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'query') : null;
  const selection = typeof query === 'string' ? /\bmyself\s*\{([^{}]*)\}/.exec(query)?.[1] : undefined;
  if (selection === undefined) {
    return json(200, { errors: [{ message: 'Only the query myself is simulated.' }], data: null });
  }
  const fields: Readonly<Record<string, unknown>> = {
    id: world.state.userId,
    email: 'sandbox@example.com',
    clientBalance: round(balanceUsd(world)),
    currentSpendPerHr: round(spendUsdPerHour(world)),
    spendLimit: SPEND_LIMIT_USD_PER_HOUR,
    notifyLowBalance: true,
  };
  const names = selection.split(/[\s,]+/).filter((name) => name !== '');
  const unknown = names.find((name) => !(name in fields));
  if (unknown !== undefined) {
    return json(400, { errors: [{ message: `Cannot query field "${unknown}" on type "User".` }] });
  }
  return json(200, { data: { myself: Object.fromEntries(names.map((name) => [name, fields[name]])) } });
}

function round(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}
