import type { Clock } from '../../platform/clock.ts';
import type { Call } from '../call.ts';
import type { Flow } from '../flow.ts';
import { ChatEvents } from './chat-events.ts';
import { MESSAGES_RULES, NamedEvents, RESPONSES_RULES } from './named-events.ts';

/** The upstream's event bytes as whole, checked and metered events of the call's dialect. */
export function answerEvents(call: Call, body: Flow, clock: Clock): Flow {
  const now = (): number => clock.monotonic();
  const { trace, model, target } = call;
  switch (call.route.dialect) {
    case 'chat':
    case 'completions': {
      const object = call.route.dialect === 'chat' ? 'chat.completion.chunk' : 'text_completion';
      const created = Math.floor(clock.now() / 1000);
      return new ChatEvents(body, { object, model, id: call.id, created }, trace, target.name, now);
    }
    case 'responses':
      return new NamedEvents(body, RESPONSES_RULES, model, trace, target.name, now);
    case 'messages':
      return new NamedEvents(body, MESSAGES_RULES, model, trace, target.name, now);
    case 'ollama':
    case 'plain':
      return body;
  }
}
