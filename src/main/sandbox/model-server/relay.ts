import type { Piece, Prompt } from './prompt.ts';

/** A real model that answers in the simulated one's place. */
export interface Relay {
  generate(prompt: Prompt, signal: AbortSignal): AsyncIterable<Piece>;
}
