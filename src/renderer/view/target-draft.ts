import { nameOfTarget, targetWishSchema, type TargetSetting, type TargetWish } from '../../shared/targets.ts';

/** A server that is being described, as typed. */
export interface TargetDraft {
  readonly name: string;
  readonly baseUrl: string;
  /** Names with commas between them. */
  readonly models: string;
  readonly servedModel: string;
  /** Empty = the one it has, or none. */
  readonly apiKey: string;
  readonly apiKeyEnv: string;
  readonly contextTokens: string;
}

export const EMPTY_TARGET: TargetDraft = {
  name: '',
  baseUrl: '',
  models: '',
  servedModel: '',
  apiKey: '',
  apiKeyEnv: '',
  contextTokens: '',
};

/** What runs on many computers already. */
export const USUAL_SERVERS = [
  { title: 'Ollama', name: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { title: 'LM Studio', name: 'lm-studio', baseUrl: 'http://127.0.0.1:1234/v1' },
] as const;

export const draftOfTarget = ({ target }: TargetSetting): TargetDraft => ({
  name: nameOfTarget(target),
  baseUrl: target.baseUrl ?? '',
  models: target.models.join(', '),
  servedModel: target.servedModel ?? '',
  apiKey: '',
  apiKeyEnv: target.apiKeyEnv ?? '',
  contextTokens: target.contextTokens === null ? '' : String(target.contextTokens),
});

export const namesIn = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
];

/** With one more name, unless it is there. */
export const withName = (text: string, name: string): string =>
  [...new Set([...namesIn(text), name])].join(', ');

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** What the contract takes, or the fields that are wrong. `before` is the name of the server it takes the place of. */
export function targetWish(
  draft: TargetDraft,
  before: string | null,
):
  | { readonly ok: true; readonly wish: TargetWish }
  | { readonly ok: false; readonly wrong: ReadonlySet<keyof TargetDraft> } {
  const apiKey = orNull(draft.apiKey);
  const parsed = targetWishSchema.safeParse({
    target: {
      name: orNull(draft.name),
      baseUrl: orNull(draft.baseUrl),
      models: namesIn(draft.models),
      servedModel: orNull(draft.servedModel),
      apiKeyEnv: orNull(draft.apiKeyEnv),
      contextTokens: draft.contextTokens.trim() === '' ? null : Number(draft.contextTokens),
    },
    before,
    ...(apiKey === null ? {} : { apiKey }),
  });
  const wrong = new Set<keyof TargetDraft>(parsed.success ? [] : parsed.error.issues.flatMap(fieldsOf));
  for (const field of ['name', 'baseUrl', 'models'] as const)
    if (orNull(draft[field]) === null) wrong.add(field);
  if (!parsed.success || wrong.size > 0) return { ok: false, wrong };
  return { ok: true, wish: parsed.data };
}

const FIELDS = Object.keys(EMPTY_TARGET).filter((field): field is keyof TargetDraft => field in EMPTY_TARGET);

const fieldsOf = ({ path }: { readonly path: readonly PropertyKey[] }): (keyof TargetDraft)[] =>
  FIELDS.filter((field) => path.includes(field));
