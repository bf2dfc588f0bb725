import { words } from './messages.ts';

/** Errors that model servers are known to print, in plain words. */
export interface LogAdvice {
  readonly id: keyof typeof words.logAdvice;
  readonly title: string;
  readonly advice: string;
}

const PATTERNS: readonly { readonly id: LogAdvice['id']; readonly pattern: RegExp }[] = [
  {
    id: 'oom',
    pattern:
      /CUDA out of memory|torch\.(?:cuda\.)?OutOfMemoryError|No available memory for the cache blocks/i,
  },
  {
    id: 'gated',
    pattern: /GatedRepoError|Access to model .* is restricted|401 Client Error.*huggingface/i,
  },
  {
    id: 'template',
    pattern:
      /default chat template is no longer allowed|does not have a chat template|chat_template.*(?:not|missing)/i,
  },
  {
    id: 'parser',
    pattern: /invalid tool call parser|"auto" tool choice requires|--enable-auto-tool-choice/i,
  },
  {
    id: 'disk',
    pattern: /No space left on device/i,
  },
  {
    id: 'driver',
    pattern:
      /CUDA driver version is insufficient|nvidia-container-cli: requirement error|unsatisfied condition: cuda/i,
  },
  {
    id: 'length',
    pattern: /max(?:_model_len|imum context length).*(?:greater|larger|exceeds)|The model's max seq len/i,
  },
];

export function adviceFor(text: string): LogAdvice | null {
  const known = PATTERNS.find((entry) => entry.pattern.test(text));
  return known === undefined ? null : { id: known.id, ...words.logAdvice[known.id] };
}
