/** What a model may be asked for a first token; embedding models and base models without a chat template refuse some. */
export const QUESTIONS: readonly {
  /** Route of the OpenAI API. */
  readonly route: string;
  readonly input: (model: string) => Readonly<Record<string, unknown>>;
}[] = [
  {
    route: '/v1/chat/completions',
    input: (model) => ({ model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 }),
  },
  { route: '/v1/completions', input: (model) => ({ model, prompt: 'Hi', max_tokens: 1 }) },
  { route: '/v1/embeddings', input: (model) => ({ model, input: 'Hi' }) },
];
