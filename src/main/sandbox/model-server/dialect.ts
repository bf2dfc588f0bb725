import { promptTokens } from './engine.ts';
import type { Writing } from './openai-chat.ts';
import type { Prompt } from './prompt.ts';
import { jsonOf, messagesOf, stopsOf, toolChoiceOf, toolsOf, type ChatRequest } from './requests.ts';
import { badRequestError, checkLength } from './vllm-errors.ts';

/** What the request dialects need to know of the server. */
export interface Dialect {
  readonly model: string;
  readonly maxModelLen: number;
  readonly refusesLongPrompts: boolean;
  readonly reasoning: boolean;
  readonly autoTools: boolean;
  /** @throws VllmError for a model that is not served */
  readonly writing: (idPrefix: string, model: string | null | undefined) => Writing;
}

/** One prompt a choice. @throws VllmError where vLLM refuses the request */
export function chatPrompts(request: ChatRequest, dialect: Dialect): Prompt[] {
  const tools = toolsOf(request);
  const choice = toolChoiceOf(request);
  if (request.messages.length === 0)
    throw badRequestError('List should have at least 1 item after validation, not 0');
  if (tools.length > 0 && choice === 'auto' && !dialect.autoTools) {
    throw badRequestError(
      '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    );
  }
  const messages = messagesOf(request);
  const input = promptTokens({ messages, tools });
  const asked = request.max_completion_tokens ?? request.max_tokens ?? null;
  if (asked !== null && asked < 1)
    throw badRequestError(`max_tokens must be at least 1, got ${asked}.`, 'max_tokens');
  if (dialect.refusesLongPrompts) checkLength(dialect.maxModelLen, input, asked);
  const thinking = request.chat_template_kwargs?.['enable_thinking'] !== false;
  return Array.from({ length: request.n ?? 1 }, (_, index) => ({
    model: dialect.model,
    messages,
    tools,
    toolChoice: choice,
    json: jsonOf(request),
    maxTokens: asked ?? Math.max(1, dialect.maxModelLen - input),
    minTokens: request.min_tokens ?? 0,
    ignoreEos: request.ignore_eos === true,
    stop: stopsOf(request.stop),
    seed: request.seed ?? 0,
    choice: index,
    reasoning: dialect.reasoning && thinking,
    relay: request,
  }));
}
