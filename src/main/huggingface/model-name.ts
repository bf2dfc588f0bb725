import { isOllamaName } from '../planner/estimate.ts';

/** Where a model name leads. */
export type ModelName =
  | {
      readonly kind: 'hub';
      /** organisation/name */
      readonly repo: string;
      /** The file wanted from a GGUF repository, such as Q4_K_M. */
      readonly ggufQuant: string | null;
    }
  | { readonly kind: 'ollama'; readonly name: string };

/** `hf.co/org/repo:QUANT` and `org/repo-GGUF:QUANT` are on the hub, also for Ollama; other names with a tag are its own. */
export function parseModelName(model: string): ModelName {
  const onHub = /^(?:hf\.co|huggingface\.co)\//.test(model);
  if (!onHub && isOllamaName(model)) return { kind: 'ollama', name: model };
  const [repo = model, quant] = model.replace(/^[^/]+\.co\//, '').split(':');
  return { kind: 'hub', repo, ggufQuant: quant ?? null };
}
