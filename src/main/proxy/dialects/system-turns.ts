import { objectsOf, stringOf, type JsonObject } from '../json.ts';
import { textOf } from './anthropic-request.ts';

/**
 * Messages in which system turns that stand among the others are told to the model inside the user's turn before them,
 * in the form in which Claude Code tells the same to servers that know no such turns; null = there are none. Since
 * 2.1.154 it sends one after every prompt: older model servers refuse the role (vLLM issue 44000), and chat templates
 * of newer models refuse it anywhere but first (Ollama issue 17774).
 */
export function withoutSystemTurns(messages: unknown): readonly JsonObject[] | null {
  const turns = objectsOf(messages);
  if (turns.every(({ role }) => role !== 'system')) return null;
  const told: JsonObject[] = [];
  for (const turn of turns) {
    const last = told.at(-1);
    if (turn['role'] !== 'system') told.push(turn);
    else if (last?.['role'] === 'user') told[told.length - 1] = withReminder(last, turn);
    else told.push({ role: 'user', content: [reminder(turn)] });
  }
  return told;
}

function withReminder(user: JsonObject, system: JsonObject): JsonObject {
  const text = stringOf(user['content']);
  const blocks = text === null ? objectsOf(user['content']) : [{ type: 'text', text }];
  return { ...user, content: [...blocks, reminder(system)] };
}

function reminder({ content }: JsonObject): JsonObject {
  return { type: 'text', text: `<system-reminder>\n${textOf(content)}\n</system-reminder>` };
}
