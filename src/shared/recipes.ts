/**
 * Models the app suggests when a person has none in mind. Prices are never kept here: a plan gives them when shown.
 */
export interface Recipe {
  readonly id: string;
  readonly title: string;
  readonly model: string;
  readonly backend: 'vllm' | 'ollama';
  readonly contextTokens: number;
  readonly purpose: string;
}

export const RECIPES: readonly Recipe[] = [
  {
    id: 'coding',
    title: 'Coding agent',
    model: 'Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8',
    backend: 'vllm',
    contextTokens: 65_536,
    purpose: 'Edits code with tools; long context for Claude Code, Cline and Codex.',
  },
  {
    id: 'small',
    title: 'Small and cheap',
    model: 'Qwen/Qwen3-8B',
    backend: 'vllm',
    contextTokens: 32_768,
    purpose: 'Chat, drafts and autocomplete on one small GPU.',
  },
  {
    id: 'big',
    title: 'Big',
    model: 'Qwen/Qwen2.5-72B-Instruct-AWQ',
    backend: 'vllm',
    contextTokens: 32_768,
    purpose: 'Harder questions; four-bit weights on one large GPU.',
  },
];

/** A deployment name made from a model id, by the rule of names: `Qwen/Qwen3-8B` → `qwen3-8b`. */
export function nameFromModel(model: string): string {
  const last = model.split('/').at(-1) ?? model;
  const clean = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+/g, '')
    .slice(0, 40)
    .replaceAll(/[^a-z0-9]+$/g, '');
  return clean === '' ? 'model' : clean;
}

/** `name`, else `name-2`, `name-3`, … */
export function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  for (let n = 2; ; n++) if (!taken.includes(`${name}-${n}`)) return `${name}-${n}`;
}
