import { imageRequestSchema, type ImageRequest } from '../../shared/images.ts';
import { words } from './messages.ts';

/** An image being put together, as typed. */
export interface ImageDraft {
  readonly model: string;
  readonly backend: 'vllm' | 'ollama';
  readonly target: 'pod' | 'queue' | 'load-balancer';
  readonly weights: 'download' | 'baked';
  readonly base: string;
  readonly repository: string;
  readonly args: string;
  readonly packages: string;
  /** Edited by hand; null = as generated. */
  readonly dockerfile: string | null;
}

export const EMPTY_IMAGE: ImageDraft = {
  model: '',
  backend: 'vllm',
  target: 'pod',
  weights: 'download',
  base: '',
  repository: '',
  args: '',
  packages: '',
  dockerfile: null,
};

export interface JudgedImage {
  readonly request: ImageRequest | null;
  readonly errors: Readonly<Record<string, string>>;
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

export function judgeImage(draft: ImageDraft): JudgedImage {
  if (draft.model.trim() === '') return { request: null, errors: { model: words.chooseModel } };
  const result = imageRequestSchema.safeParse({
    model: draft.model.trim(),
    backend: draft.backend,
    target: draft.target,
    weights: draft.weights,
    base: draft.base.trim() || null,
    repository: draft.repository.trim() || null,
    args: lines(draft.args),
    packages: lines(draft.packages),
    dockerfile: draft.dockerfile,
  });
  if (result.success) return { request: result.data, errors: {} };
  const errors: Record<string, string> = {};
  for (const issue of result.error.issues) errors[String(issue.path[0])] ??= issue.message;
  return { request: null, errors };
}
