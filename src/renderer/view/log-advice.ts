/** Errors that model servers are known to print, in plain words. */
export interface LogAdvice {
  readonly id: string;
  readonly pattern: RegExp;
  readonly title: string;
  readonly advice: string;
}

const LOG_ADVICE: readonly LogAdvice[] = [
  {
    id: 'oom',
    pattern:
      /CUDA out of memory|torch\.(?:cuda\.)?OutOfMemoryError|No available memory for the cache blocks/i,
    title: 'The GPU ran out of memory',
    advice:
      'Lower the context or the requests at once, use an FP8 KV cache, or choose a GPU with more memory.',
  },
  {
    id: 'gated',
    pattern: /GatedRepoError|Access to model .* is restricted|401 Client Error.*huggingface/i,
    title: 'Hugging Face refused the model',
    advice: 'Accept its licence on Hugging Face and set a Hugging Face token under Settings.',
  },
  {
    id: 'template',
    pattern:
      /default chat template is no longer allowed|does not have a chat template|chat_template.*(?:not|missing)/i,
    title: 'The model has no chat template',
    advice: 'Use its “Instruct” variant, or give one with the server argument --chat-template.',
  },
  {
    id: 'parser',
    pattern: /invalid tool call parser|"auto" tool choice requires|--enable-auto-tool-choice/i,
    title: 'Tool calls need a parser',
    advice:
      'Add the server arguments --enable-auto-tool-choice and --tool-call-parser with the model’s parser.',
  },
  {
    id: 'disk',
    pattern: /No space left on device/i,
    title: 'The container disk is full',
    advice: 'Give the deployment a larger container disk and start it again.',
  },
  {
    id: 'driver',
    pattern:
      /CUDA driver version is insufficient|nvidia-container-cli: requirement error|unsatisfied condition: cuda/i,
    title: 'The machine’s driver is too old for this image',
    advice: 'Start it again: another machine may be newer. The plan asks for a least CUDA version.',
  },
  {
    id: 'length',
    pattern: /max(?:_model_len|imum context length).*(?:greater|larger|exceeds)|The model's max seq len/i,
    title: 'The context does not fit',
    advice: 'Lower the context of the deployment to what the log line allows.',
  },
];

export function adviceFor(text: string): LogAdvice | null {
  return LOG_ADVICE.find((entry) => entry.pattern.test(text)) ?? null;
}
