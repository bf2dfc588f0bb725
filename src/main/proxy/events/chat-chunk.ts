import { isObject, numberOf, objectsOf, stringOf, type JsonObject } from '../json.ts';
import type { Usage } from '../trace.ts';

/**
 * What makes a chat or completion chunk digestible for every client (CLIENTS 2.4, PROXY-TRAPS 1). Pure: chunk and
 * memory in, chunk out. Unknown fields stay (trap 40).
 */
export interface ChunkMemory {
  /** Identity of the answer; later chunks that lack a field get the first one's. */
  id: string | null;
  created: number | null;
  /** Choices whose first delta was seen. */
  readonly opened: Set<number>;
  /** Tool calls begun, as `choice:index`. */
  readonly tools: Set<string>;
  /** A real finish reason was seen. */
  finished: boolean;
  finishReason: string | null;
  usage: JsonObject | null;
}

export function newMemory(): ChunkMemory {
  return {
    id: null,
    created: null,
    opened: new Set(),
    tools: new Set(),
    finished: false,
    finishReason: null,
    usage: null,
  };
}

export interface ChunkResult {
  /** null = nothing in it for the client. */
  readonly chunk: JsonObject | null;
  /** The chunk carries usage and no choices. */
  readonly usageOnly: boolean;
  /** It carries text, reasoning or a piece of a tool call. */
  readonly content: boolean;
}

export interface ChunkIdentity {
  readonly object: 'chat.completion.chunk' | 'text_completion';
  /** The name the client asked for. */
  readonly model: string;
  /** Stand-ins where the server gives none. */
  readonly id: string;
  readonly created: number;
}

export function normaliseChunk(raw: JsonObject, memory: ChunkMemory, identity: ChunkIdentity): ChunkResult {
  memory.id ??= stringOf(raw['id']);
  memory.created ??= numberOf(raw['created']);
  const chat = identity.object === 'chat.completion.chunk';
  const found = objectsOf(raw['choices']);
  const choices = found.map((choice) => (chat ? chatChoice(choice, memory) : textChoice(choice, memory)));
  const usage = readableUsage(raw['usage']);
  if (usage !== null) memory.usage = usage;
  const usageOnly = choices.length === 0 && usage !== null;
  if (choices.length === 0 && usage === null) return { chunk: null, usageOnly: false, content: false };
  // Usage beside content empties the answer in one client and doubles it in another (trap 10).
  const { usage: _beside, ...rest } = raw;
  const chunk = {
    ...rest,
    id: memory.id ?? identity.id,
    object: identity.object,
    created: memory.created ?? identity.created,
    model: identity.model,
    choices,
    ...(usageOnly ? { usage } : {}),
  };
  return { chunk, usageOnly, content: found.some((choice) => hasContent(choice)) };
}

function chatChoice(choice: JsonObject, memory: ChunkMemory): JsonObject {
  const index = numberOf(choice['index']) ?? 0;
  const opening = !memory.opened.has(index);
  memory.opened.add(index);
  const delta = mirrorReasoning(isObject(choice['delta']) ? choice['delta'] : {});
  const tools = objectsOf(delta['tool_calls']);
  const calls = tools.map((call, position) => toolDelta(call, `${index}`, position, memory));
  return {
    ...choice,
    index,
    delta: {
      ...(opening && delta['role'] === undefined ? { role: 'assistant' } : {}),
      ...delta,
      ...(tools.length > 0 ? { tool_calls: calls } : {}),
    },
    finish_reason: finishOf(choice, memory, `${index}:`),
  };
}

function textChoice(choice: JsonObject, memory: ChunkMemory): JsonObject {
  return {
    ...choice,
    index: numberOf(choice['index']) ?? 0,
    text: stringOf(choice['text']) ?? '',
    finish_reason: finishOf(choice, memory, null),
  };
}

/** Some parsers say `stop` after tool calls; agents finalise calls only on `tool_calls`. `""` is no reason (sglang). */
function finishOf(choice: JsonObject, memory: ChunkMemory, toolPrefix: string | null): string | null {
  const said = stringOf(choice['finish_reason']);
  if (said === null || said === '') return null;
  const called = toolPrefix !== null && Array.from(memory.tools).some((key) => key.startsWith(toolPrefix));
  const reason = said === 'stop' && called ? 'tool_calls' : said;
  memory.finished = true;
  memory.finishReason = reason;
  return reason;
}

/** First piece: id, type and name. Later pieces: arguments only, or naive clients add the name up (trap 40). */
function toolDelta(call: JsonObject, choice: string, position: number, memory: ChunkMemory): JsonObject {
  const index = numberOf(call['index']) ?? position;
  const key = `${choice}:${index}`;
  const fn: JsonObject = isObject(call['function']) ? call['function'] : {};
  if (!memory.tools.has(key)) {
    memory.tools.add(key);
    return { ...call, index, type: 'function', function: { arguments: '', ...fn } };
  }
  const { id: _id, type: _type, ...rest } = call;
  const { name: _name, ...args } = fn;
  return { ...rest, index, function: args };
}

/** vLLM renamed `reasoning_content` to `reasoning`; clients read one or the other, so both are given. */
export function mirrorReasoning(message: JsonObject): JsonObject {
  const old = message['reasoning_content'];
  const now = message['reasoning'];
  if (old === undefined && typeof now === 'string') return { ...message, reasoning_content: now };
  if (now === undefined && typeof old === 'string') return { ...message, reasoning: old };
  return message;
}

function hasContent(choice: JsonObject): boolean {
  if (isText(choice['text'])) return true;
  const delta = choice['delta'];
  if (!isObject(delta)) return false;
  return (
    isText(delta['content']) ||
    isText(delta['reasoning']) ||
    isText(delta['reasoning_content']) ||
    objectsOf(delta['tool_calls']).length > 0
  );
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** Usage with all three counts (Zed fails without them); null when it is absent or empty. */
function readableUsage(value: unknown): JsonObject | null {
  if (!isObject(value)) return null;
  const prompt = numberOf(value['prompt_tokens']);
  const completion = numberOf(value['completion_tokens']);
  if (prompt === null && completion === null) return null;
  const total = numberOf(value['total_tokens']) ?? (prompt ?? 0) + (completion ?? 0);
  return { ...value, prompt_tokens: prompt ?? 0, completion_tokens: completion ?? 0, total_tokens: total };
}

/** Token counts from any dialect's usage object. */
export function usageOf(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const tokensIn = numberOf(value['prompt_tokens']) ?? numberOf(value['input_tokens']);
  const tokensOut = numberOf(value['completion_tokens']) ?? numberOf(value['output_tokens']);
  if (tokensIn === null && tokensOut === null) return null;
  const details = value['prompt_tokens_details'] ?? value['input_tokens_details'];
  const cached = isObject(details) ? numberOf(details['cached_tokens']) : null;
  return { tokensIn, tokensOut, tokensCached: cached ?? numberOf(value['cache_read_input_tokens']) };
}
