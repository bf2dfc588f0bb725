import { asAppError, type AppError } from '../../../shared/errors.ts';
import type { Call, Stage } from '../call.ts';
import { editJson } from '../json-edit.ts';
import { numberOf, parseObject } from '../json.ts';

/** Room left for the tokens a chat template adds. */
const MARGIN_TOKENS = 64;
const BYTES_PER_TOKEN = 4;
const LIMIT_KEYS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const;

/**
 * Coding agents ask for 32,000 tokens of output whatever the context is; model servers answer 400 when prompt and output
 * together pass it. The wish is lowered to what surely fits, and when the server still refuses and says by how much, once
 * more to exactly that (CLIENTS 2.4). Also resends without `stream_options` to servers that do not know it (trap 9).
 */
export function fitContext(): Stage {
  return (next) => async (call) => {
    const fitted = clamp(call, guess(call));
    try {
      return await next(fitted);
    } catch (error) {
      const amended = amend(fitted, asAppError(error));
      if (amended === null || call.signal.aborted) throw error;
      return next(amended);
    }
  };
}

/** What the context leaves beside a prompt of this many bytes; null = cannot be judged from the outside. */
function guess(call: Call): number | null {
  if (call.body.includes(';base64,')) return null;
  const prompt = Math.ceil(call.body.length / BYTES_PER_TOKEN);
  const left = call.target.contextTokens - prompt - MARGIN_TOKENS;
  return left > 0 ? left : null;
}

function clamp(call: Call, most: number | null): Call {
  if (most === null) return call;
  const edits = LIMIT_KEYS.flatMap((key) => {
    const asked = numberOf(call.json[key]);
    return asked !== null && asked > most ? [{ path: [key], value: String(most) }] : [];
  });
  if (edits.length === 0) return call;
  call.trace.clamped = true;
  return { ...call, body: editJson(call.body, edits) };
}

function amend(call: Call, error: AppError): Call | null {
  if (error.code === 'context_length_exceeded') {
    const most = roomIn(error.message);
    const fitted = clamp(call, most);
    return fitted === call ? null : fitted;
  }
  const refused = error.code === 'upstream_rejected' && error.message.includes('stream_options');
  return refused ? withoutStreamOptions(call) : null;
}

/** "maximum context length is 8192 tokens … (6000 in the messages, 4000 in the completion)": how much output fits. */
export function roomIn(message: string): number | null {
  const context = /(?:maximum context length|context length|max_model_len)\D{0,20}(\d{3,})/i.exec(
    message,
  )?.[1];
  const prompt =
    /(\d+) (?:tokens )?(?:in|from) the (?:messages|prompt|input)/i.exec(message)?.[1] ??
    /(\d+) (?:input|prompt) tokens/i.exec(message)?.[1] ??
    /(?:prompt|input)[^.\d]{0,40}?(\d+) tokens/i.exec(message)?.[1];
  if (context === undefined || prompt === undefined) return null;
  const left = Number(context) - Number(prompt) - 1;
  return left >= 1 ? left : null;
}

function withoutStreamOptions(call: Call): Call | null {
  const json = parseObject(call.body.toString('utf8'));
  if (json === null || json['stream_options'] === undefined) return null;
  const { stream_options: _refused, ...rest } = json;
  return { ...call, body: Buffer.from(JSON.stringify(rest)) };
}
