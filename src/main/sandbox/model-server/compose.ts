import { z } from 'zod';
import { digest } from '../pods/digest.ts';
import { randomFrom, sentence } from './prose.ts';
import { lastText, promptText, type Piece, type Prompt, type Tool } from './prompt.ts';
import { sampleJson } from './sample-json.ts';
import { pieces } from './tokens.ts';

const MARK = '[Simulated]';
const MAX_NATURAL_SENTENCES = 7;
/** No sentence of the generator has fewer. */
const PIECES_PER_SENTENCE = 8;

/**
 * The simulated model's whole answer, decided from the prompt alone: same model, prompt, seed and choice, same pieces.
 * Text begins with "[Simulated]" so that nobody takes it for a model's.
 */
export function compose(prompt: Prompt): Piece[] {
  const tool = toolToCall(prompt);
  if (tool !== null) return callPieces(prompt, tool);
  const reasoning = prompt.reasoning ? reasoningPieces(prompt) : [];
  const room = prompt.maxTokens - reasoning.length;
  if (room <= 0)
    return [...reasoning.slice(0, prompt.maxTokens), { kind: 'end', finish: 'length', stopReason: null }];
  if (prompt.json !== null)
    return [...reasoning, ...limited(pieces(jsonText(prompt, prompt.json.schema)), room, null)];
  const { text, stopReason } = cutAtStop(proseFor(prompt, room), prompt.stop);
  return [...reasoning, ...limited(pieces(text), room, stopReason)];
}

/** A tool is called when it is forced, or when the last word is the user's and speaks of it. */
function toolToCall(prompt: Prompt): Tool | null {
  const { tools, toolChoice } = prompt;
  if (tools.length === 0 || toolChoice === 'none') return null;
  if (typeof toolChoice === 'object') return tools.find((tool) => tool.name === toolChoice.name) ?? null;
  const wanted =
    prompt.messages.at(-1)?.role === 'user' ? mentionedTool(tools, spoken(lastText(prompt, 'user'))) : null;
  return wanted ?? (toolChoice === 'required' ? (tools[0] ?? null) : null);
}

/** Without what an agent adds to the words of its user. */
const spoken = (text: string): string =>
  text.replaceAll(/<system-reminder>[^]*?<\/system-reminder>/g, '').trim();

function mentionedTool(tools: readonly Tool[], text: string): Tool | null {
  const lower = text.toLowerCase();
  const named = tools.find((tool) => lower.includes(tool.name.toLowerCase()));
  if (named !== undefined) return named;
  const related = tools.find((tool) => nameWords(tool.name).some((word) => lower.includes(word)));
  if (related !== undefined) return related;
  return /\b(?:use|call|invoke|run)\b.*\b(?:tool|function)s?\b/i.test(text) ? (tools[0] ?? null) : null;
}

/** `get_current_weather` → weather, current: words long enough to mean something. */
function nameWords(name: string): string[] {
  const common = new Set([
    'call',
    'tool',
    'function',
    'with',
    'from',
    'current',
    'find',
    'make',
    'read',
    'list',
  ]);
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length >= 4 && !common.has(word));
}

function callPieces(prompt: Prompt, tool: Tool): Piece[] {
  const text = JSON.stringify(sampleJson(withoutSwitches(tool.parameters), spoken(lastText(prompt, 'user'))));
  const id = `chatcmpl-tool-${digest(`${promptText(prompt)}${tool.name}${prompt.seed}`, 32)}`;
  return [
    ...(prompt.reasoning ? reasoningPieces(prompt) : []),
    { kind: 'tool', index: 0, id, name: tool.name },
    ...pieces(text).map((part) => ({ kind: 'arguments' as const, index: 0, text: part })),
    { kind: 'end', finish: 'tool_calls', stopReason: null },
  ];
}

const parametersSchema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ type: z.unknown() })),
  required: z.array(z.string()),
});

/** Switches that a real agent would act on (no sandbox, in the background) are not set by chance. */
function withoutSwitches(parameters: unknown): unknown {
  const parsed = parametersSchema.safeParse(parameters);
  if (!parsed.success) return parameters;
  const { properties, required } = parsed.data;
  const kept = Object.entries(properties).filter(
    ([name, { type }]) => type !== 'boolean' || required.includes(name),
  );
  return { ...parsed.data, properties: Object.fromEntries(kept) };
}

function reasoningPieces(prompt: Prompt): Piece[] {
  const random = randomFrom('reasoning', prompt.model, promptText(prompt), prompt.seed);
  return pieces(`${MARK} Thinking it over. ${sentence(random)}`).map((text) => ({ kind: 'reasoning', text }));
}

function jsonText(prompt: Prompt, schema: unknown): string {
  if (schema !== null) return JSON.stringify(sampleJson(schema, lastText(prompt, 'user'), `${MARK} `));
  const random = randomFrom(prompt.model, promptText(prompt), prompt.seed, prompt.choice);
  return JSON.stringify({ simulated: true, answer: `${MARK} ${sentence(random)}` });
}

function proseFor(prompt: Prompt, room: number): string {
  const random = randomFrom(prompt.model, promptText(prompt), prompt.seed, prompt.choice);
  const last = prompt.messages.at(-1);
  const about = spoken(last?.text ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 120);
  const opening = last?.role === 'tool' ? `The tool answered: ${about}` : `You wrote: ${about}`;
  let text = `${MARK} This is ${prompt.model} in the sandbox. ${about === '' ? '' : `${opening}. `}`;
  const natural = 2 + Math.floor(random.next() * (MAX_NATURAL_SENTENCES - 1));
  const goal = prompt.ignoreEos ? room : Math.min(prompt.minTokens, room);
  const sentences = Math.max(natural, Math.ceil(goal / PIECES_PER_SENTENCE));
  for (let count = 0; count < sentences; count++) text += `${sentence(random)} `;
  return text.trimEnd();
}

function cutAtStop(text: string, stops: readonly string[]): { text: string; stopReason: string | null } {
  let end = text.length;
  let stopReason: string | null = null;
  for (const stop of stops) {
    const at = stop === '' ? -1 : text.indexOf(stop);
    if (at >= 0 && at < end) {
      end = at;
      stopReason = stop;
    }
  }
  return { text: text.slice(0, end), stopReason };
}

function limited(parts: readonly string[], room: number, stopReason: string | null): Piece[] {
  const cut = parts.length > room;
  return [
    ...parts.slice(0, room).map((text) => ({ kind: 'text' as const, text })),
    { kind: 'end', finish: cut ? 'length' : 'stop', stopReason: cut ? null : stopReason },
  ];
}
