/** One generation, whatever dialect asked for it. */
export interface Message {
  readonly role: string;
  readonly text: string;
}

export interface Tool {
  readonly name: string;
  readonly parameters: unknown;
}

export type ToolChoice = 'none' | 'auto' | 'required' | { readonly name: string };

export interface Prompt {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  /** null = free text; a schema of null = any JSON object. */
  readonly json: { readonly schema: unknown } | null;
  readonly maxTokens: number;
  readonly minTokens: number;
  /** Never ends by itself: generates up to maxTokens. */
  readonly ignoreEos: boolean;
  readonly stop: readonly string[];
  readonly seed: number;
  /** Which of the `n` choices this is. */
  readonly choice: number;
  readonly reasoning: boolean;
  /** The OpenAI-style chat request to hand to a real server instead (SPEC 11). */
  readonly relay: Readonly<Record<string, unknown>>;
}

export type Finish = 'stop' | 'length' | 'tool_calls';

export type Piece =
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tool'; readonly index: number; readonly id: string; readonly name: string }
  | { readonly kind: 'arguments'; readonly index: number; readonly text: string }
  | { readonly kind: 'end'; readonly finish: Finish; readonly stopReason: string | null };

export function promptText(prompt: Pick<Prompt, 'messages'>): string {
  return prompt.messages.map((message) => `${message.role}: ${message.text}`).join('\n');
}

export function lastText(prompt: Pick<Prompt, 'messages'>, role: string): string {
  return prompt.messages.findLast((message) => message.role === role)?.text ?? '';
}
