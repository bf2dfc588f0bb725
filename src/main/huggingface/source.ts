import type { ModelFacts } from '../planner/types.ts';

/** Where model facts come from: Hugging Face, the cache, or the table shipped with the app. */
export interface ModelFactsSource {
  /**
   * Facts of a model at a revision; null when neither the network nor the shipped table knows it.
   * @throws AppError model_unknown (the hub says it does not exist), model_gated (a token is needed)
   */
  facts(model: string, revision: string | null, signal: AbortSignal): Promise<ModelFacts | null>;
}
