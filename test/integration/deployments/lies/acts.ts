import fc from 'fast-check';
import type { Fault } from '../../../../src/main/sandbox/types.ts';
import type { Lie } from './lying-fetch.ts';

/** What people and their tools do. `slot` chooses among the deployments there are. */
const VERBS = [
  'start',
  'request',
  'start',
  'stop',
  'restart',
  'terminate',
  'edit',
  'edit-money',
  'keep-alive',
  'request',
  'unreachable',
  'stop-all',
  'sweep',
  'adopt',
  'sleep-coming',
  'hurry',
] as const;
export type Verb = (typeof VERBS)[number];

/** What others do to the account: the console, another computer, RunPod itself. */
const OUTSIDE = ['stop', 'delete', 'lock', 'foreign-pod'] as const;

export type Act =
  | { readonly deploy: 'terminate' | 'keep'; readonly start: boolean }
  | { readonly verb: Verb; readonly slot: number; readonly seconds: number }
  | { readonly outside: (typeof OUTSIDE)[number]; readonly slot: number }
  | { readonly fault: Fault }
  | { readonly lie: Lie }
  | { readonly pass: number }
  | { readonly lid: number }
  | { readonly jump: number }
  | { readonly killed: number }
  | { readonly clear: true };

const few = fc.integer({ min: 1, max: 4 });
const slot = fc.integer({ min: 0, max: 3 });

const ROUTES = [
  'GET /v2/pods',
  'GET /v2/pods/*',
  'POST /v2/pods',
  'POST /v2/pods/*/action',
  'PATCH /v2/pods/*',
  'DELETE /v2/pods/*',
  'GET /v2/billing/pods',
  'GET /pods/**',
] as const;
const route = fc.constantFrom(...ROUTES);
const change = fc.constantFrom<(typeof ROUTES)[number]>(
  'POST /v2/pods',
  'POST /v2/pods/*/action',
  'PATCH /v2/pods/*',
  'DELETE /v2/pods/*',
);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('no-capacity'), times: few }),
  fc.record({
    kind: fc.constant('status'),
    route,
    status: fc.constantFrom(409, 429, 500, 502, 503, 504),
    times: few,
  }),
  fc.record({
    kind: fc.constant('status'),
    route: fc.constant('POST /v2/pods'),
    status: fc.constantFrom(402, 403),
    times: few,
  }),
  fc.record({
    kind: fc.constant('lost-answer'),
    route: change,
    how: fc.constantFrom('502', 'reset', 'hang'),
    times: few,
  }),
  fc.record({ kind: fc.constant('latency'), route, ms: fc.integer({ min: 100, max: 40_000 }), times: few }),
  // Both lags of lists together stay within the five looks, two seconds apart, that a lost create is given.
  fc.record({ kind: fc.constant('list-lag'), ms: fc.integer({ min: 500, max: 3000 }), times: few }),
  fc.record({ kind: fc.constant('duplicate-list'), times: few }),
  fc.record({ kind: fc.constant('slow-boot'), factor: fc.integer({ min: 2, max: 20 }), times: few }),
  fc.record({
    kind: fc.constant('stuck-boot'),
    phase: fc.constantFrom('placing', 'pulling', 'loading'),
    times: few,
  }),
  fc.record({
    kind: fc.constant('crash-loop'),
    line: fc.constant('torch.OutOfMemoryError: CUDA out of memory.'),
    times: fc.constant(1),
  }),
  fc.record({ kind: fc.constantFrom('zero-gpu', 'phantom-stop', 'ghost', 'lost-logs'), times: few }),
  fc.record({
    kind: fc.constant('billing-lag'),
    ms: fc.integer({ min: 60_000, max: 3_600_000 }),
    times: few,
  }),
);

const lie: fc.Arbitrary<Lie> = fc.oneof(
  fc.record({ lie: fc.constant('offline'), ms: fc.integer({ min: 1000, max: 300_000 }) }),
  fc.record({ lie: fc.constant('stale-list'), times: few, ms: fc.integer({ min: 1000, max: 3000 }) }),
  fc.record({ lie: fc.constantFrom('empty-list', 'ghost-read', 'ghost-end'), times: few }),
  fc.record({ lie: fc.constant('late-work'), times: few, ms: fc.integer({ min: 500, max: 20_000 }) }),
);

const verb = fc.record({
  verb: fc.constantFrom(...VERBS),
  slot,
  seconds: fc.integer({ min: 0, max: 90 }),
});

export const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ deploy: fc.constantFrom('terminate', 'keep'), start: fc.boolean() }) },
  { weight: 30, arbitrary: verb },
  { weight: 5, arbitrary: fc.record({ outside: fc.constantFrom(...OUTSIDE), slot }) },
  { weight: 14, arbitrary: fc.record({ fault }) },
  { weight: 9, arbitrary: fc.record({ lie }) },
  { weight: 24, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 60 }) }) },
  // Long enough for idle stops and for the bill.
  { weight: 2, arbitrary: fc.record({ pass: fc.integer({ min: 300, max: 3000 }) }) },
  { weight: 2, arbitrary: fc.record({ lid: fc.integer({ min: 10, max: 20_000 }) }) },
  { weight: 2, arbitrary: fc.record({ jump: fc.integer({ min: -7200, max: 7200 }) }) },
  { weight: 5, arbitrary: fc.record({ clear: fc.constant(true) }) },
  { weight: 4, arbitrary: fc.record({ killed: fc.integer({ min: 0, max: 600 }) }) },
);
