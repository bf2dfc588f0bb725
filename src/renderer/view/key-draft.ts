import type { z } from 'zod';
import { clientKeyWishSchema, type ClientKeyView } from '../../shared/app.ts';

/** A key that is being described; numbers as they are typed. */
export interface KeyDraft {
  readonly name: string;
  readonly mayWake: boolean;
  /** Names with commas between them. */
  readonly models: string;
  readonly requestsPerMinute: string;
  readonly tokensPerMinute: string;
  readonly concurrent: string;
  readonly usdPerDay: string;
  readonly usdPerMonth: string;
  readonly expiresInDays: string;
}

export const EMPTY_KEY: KeyDraft = {
  name: '',
  mayWake: true,
  models: '',
  requestsPerMinute: '',
  tokensPerMinute: '',
  concurrent: '',
  usdPerDay: '',
  usdPerMonth: '',
  expiresInDays: '',
};

/** A key as it is, to be changed. */
export function draftOf({ name, mayWake, models, limits, budget }: ClientKeyView): KeyDraft {
  return {
    name,
    mayWake,
    models: models?.join(', ') ?? '',
    requestsPerMinute: textOf(limits.requestsPerMinute),
    tokensPerMinute: textOf(limits.tokensPerMinute),
    concurrent: textOf(limits.concurrent),
    usdPerDay: textOf(budget.usdPerDay),
    usdPerMonth: textOf(budget.usdPerMonth),
    expiresInDays: '',
  };
}

const textOf = (value: number | null): string => (value === null ? '' : String(value));

export type KeyWish = z.output<typeof clientKeyWishSchema>;

/** What the contract takes, or the fields that are wrong. */
export function keyWish(
  draft: KeyDraft,
):
  | { readonly ok: true; readonly wish: KeyWish }
  | { readonly ok: false; readonly wrong: ReadonlySet<PropertyKey> } {
  const models = draft.models
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const parsed = clientKeyWishSchema.safeParse({
    name: draft.name,
    mayWake: draft.mayWake,
    models: models.length === 0 ? null : models,
    limits: {
      requestsPerMinute: numberOf(draft.requestsPerMinute),
      tokensPerMinute: numberOf(draft.tokensPerMinute),
      concurrent: numberOf(draft.concurrent),
    },
    budget: { usdPerDay: numberOf(draft.usdPerDay), usdPerMonth: numberOf(draft.usdPerMonth) },
    expiresInDays: numberOf(draft.expiresInDays),
  });
  if (parsed.success) return { ok: true, wish: parsed.data };
  return { ok: false, wrong: new Set(parsed.error.issues.flatMap((issue) => issue.path)) };
}

const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));
