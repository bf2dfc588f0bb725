import type { AppError } from '../../../shared/errors.ts';
import { EVENTS_TYPE, JSON_TYPE } from '../call.ts';
import { namedEvent } from '../events/event-stream.ts';
import type { Flow } from '../flow.ts';
import type { DialectName } from '../routes.ts';
import { anthropicError, errorText, openAiError } from './errors.ts';
import { ResponsesVoice } from './responses-voice.ts';
import { COMMENT_BEAT, type Voice, type VoiceContext } from './voice.ts';

export function voiceFor(dialect: DialectName, context: VoiceContext): Voice {
  switch (dialect) {
    case 'responses':
      return new ResponsesVoice(context);
    case 'messages':
      return new MessagesVoice();
    case 'ollama':
      return new OllamaVoice();
    case 'chat':
    case 'completions':
    case 'plain':
      return new ChatVoice(context.requestId);
  }
}

class ChatVoice implements Voice {
  readonly beatMs = 10_000;
  readonly contentType = EVENTS_TYPE;
  readonly #requestId: string;

  constructor(requestId: string) {
    this.#requestId = requestId;
  }
  open(): Buffer {
    return COMMENT_BEAT;
  }
  beat(): Buffer {
    return COMMENT_BEAT;
  }
  adopt(flow: Flow): Flow {
    return flow;
  }
  error(error: AppError): Buffer {
    return Buffer.from(`data: ${JSON.stringify({ error: openAiError(error, this.#requestId) })}\n\n`);
  }
}

const PING = namedEvent('ping', { type: 'ping' });

class MessagesVoice implements Voice {
  readonly beatMs = 10_000;
  readonly contentType = EVENTS_TYPE;
  open(): Buffer {
    return PING;
  }
  beat(): Buffer {
    return PING;
  }
  adopt(flow: Flow): Flow {
    return flow;
  }
  error(error: AppError): Buffer {
    const status = error.status === 503 ? 529 : error.status;
    return namedEvent('error', { type: 'error', error: anthropicError(error, status) });
  }
}

const SPACE = Buffer.from(' ');

/**
 * NDJSON bears no comments, and Ollama's clients in Python and Go fail at a blank line (the JavaScript one complains):
 * spaces in front of the next line are what every JSON parser skips.
 */
class OllamaVoice implements Voice {
  readonly beatMs = 10_000;
  readonly contentType = 'application/x-ndjson';
  open(): Buffer {
    return SPACE;
  }
  beat(): Buffer {
    return SPACE;
  }
  adopt(flow: Flow): Flow {
    return flow;
  }
  error(error: AppError): Buffer {
    return Buffer.from(`${JSON.stringify({ error: errorText(error) })}\n`);
  }
}

/**
 * A plain call that has waited so long that silence would end it: spaces in front of the JSON, which every parser
 * skips. The status is given away, so a failure breaks the connection rather than hide an error under 200
 * (PROXY-TRAPS 1).
 */
export const PADDING_VOICE: Voice = {
  beatMs: 10_000,
  contentType: JSON_TYPE,
  open: () => SPACE,
  beat: () => SPACE,
  adopt: (flow) => flow,
  error: () => null,
};
