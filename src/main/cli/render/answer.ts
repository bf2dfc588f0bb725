import type { RequestRecord } from '../../../shared/activity.ts';
import { formatUsd } from '../../../shared/money.ts';
import type { Cli } from '../cli.ts';
import { safeText } from './safe-text.ts';

/** An answer as it comes: its text to standard output, the thinking before it, dimmed, to standard error. */
export class AnswerText {
  readonly #cli: Cli;
  #text = '';
  #reasoning = '';
  /** Where the last piece went, whose line is still open. */
  #open: 'out' | 'err' | null = null;

  constructor(cli: Cli) {
    this.#cli = cli;
  }

  get text(): string {
    return this.#text;
  }

  get reasoning(): string {
    return this.#reasoning;
  }

  add({ text, reasoning }: { readonly text: string; readonly reasoning: string }): void {
    this.#text += text;
    this.#reasoning += reasoning;
    const { json, terminal, errPaint } = this.#cli;
    if (json) return;
    // Thinking is not the answer: a pipe gets the answer alone.
    if (reasoning !== '' && terminal.interactive) {
      terminal.errRaw(errPaint.dim(safeText(reasoning, false)));
      this.#open = 'err';
    }
    if (text === '') return;
    if (this.#open === 'err') terminal.errRaw('\n\n');
    terminal.outRaw(safeText(text, false));
    this.#open = 'out';
  }

  /** Ends the line that is open, however the answer ended. */
  end(): void {
    if (this.#open === 'out') this.#cli.terminal.outRaw('\n');
    if (this.#open === 'err') this.#cli.terminal.errRaw('\n');
    this.#open = null;
  }
}

/** What an answer took: `first token 0.6 s · 41 tok/s · 5 tokens in, 31 out · $0.00002`. */
export function requestLine(request: RequestRecord, simulated: boolean): string {
  const { firstTokenMs, tokensPerSecond, inputTokens, outputTokens, usd, cache, woke } = request;
  return [
    ...(cache === 'hit' ? ['from the cache'] : []),
    ...(woke ? ['woke the hardware'] : []),
    ...(request.maybePaidTwice === true ? ['a first try was cut: maybe billed twice'] : []),
    ...(firstTokenMs === null ? [] : [`first token ${seconds(firstTokenMs)}`]),
    ...(tokensPerSecond === null ? [] : [`${Math.round(tokensPerSecond)} tok/s`]),
    ...(inputTokens === null || outputTokens === null
      ? []
      : [`${inputTokens} tokens in, ${outputTokens} out`]),
    usd === null ? 'price unknown' : `${formatUsd(usd)}${simulated ? ' simulated' : ''}`,
  ].join(' · ');
}

const seconds = (ms: number): string => {
  if (ms < 100) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
};
