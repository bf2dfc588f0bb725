import { AppError } from '../../../shared/errors.ts';
import { JSON_TYPE, type Call, type Reply } from '../call.ts';
import { mirrorReasoning, usageOf } from '../events/chat-chunk.ts';
import type { Flow } from '../flow.ts';
import { editJson, findValues } from '../json-edit.ts';
import { isObject, numberOf, objectsOf, parseObject, stringOf, type JsonObject } from '../json.ts';
import { Prefetched } from '../prefetched.ts';
import { statusIn, upstreamError } from './errors.ts';

/** Longer JSON answers (embeddings of whole libraries) are passed on unread instead of being held in memory. */
const BUFFERED_BYTES = 8 * 1024 * 1024;
/** Above this, single values are looked up in the bytes instead of parsing everything. */
const PARSED_BYTES = 256 * 1024;

/**
 * A JSON answer: metered, its `model` named as the client asked, its quirks mended. An error that came with status 200
 * becomes a real one; most clients would take it for an empty answer.
 * @throws AppError as upstreamError
 */
export async function jsonAnswer(
  call: Call,
  body: Flow,
  headers: Readonly<Record<string, string>>,
  status: number,
): Promise<Reply> {
  const buffered = new Prefetched(body, BUFFERED_BYTES);
  await buffered.first();
  const bytes = buffered.whole();
  if (bytes === null) {
    return { status, headers, body: { kind: 'flow', flow: buffered, events: false } };
  }
  const edited = bytes.length > PARSED_BYTES ? editLarge(call, bytes) : mendSmall(call, bytes);
  return {
    status,
    headers: { ...headers, 'content-type': JSON_TYPE },
    body: { kind: 'bytes', bytes: edited },
  };
}

function editLarge(call: Call, bytes: Buffer): Buffer {
  const [usage] = findValues(bytes, ['usage']);
  if (usage !== undefined) {
    const text = bytes.toString('utf8', usage.start, usage.end);
    call.trace.usage = usageOf(parseObject(text)) ?? call.trace.usage;
  }
  if (findValues(bytes, ['model']).length === 0) return bytes;
  return editJson(bytes, [{ path: ['model'], value: JSON.stringify(call.model) }]);
}

function mendSmall(call: Call, bytes: Buffer): Buffer {
  const json = parseObject(bytes.toString('utf8'));
  if (json === null) {
    throw new AppError('upstream_failed', `${call.target.name} sent an answer that is not JSON.`);
  }
  if (json['error'] !== undefined && json['error'] !== null && json['object'] !== 'response') {
    throw upstreamError({
      status: statusIn(json),
      headers: {},
      body: bytes.toString('utf8'),
      targetName: call.target.name,
    });
  }
  call.trace.usage = usageOf(json['usage']) ?? call.trace.usage;
  call.trace.costUsd = numberOf(json['cost']) ?? call.trace.costUsd;
  const mended = call.route.dialect === 'chat' ? mendChoices(json) : json;
  if (mended !== json) return Buffer.from(JSON.stringify({ ...mended, model: call.model }));
  if (typeof json['model'] !== 'string' || json['model'] === call.model) return bytes;
  return editJson(bytes, [{ path: ['model'], value: JSON.stringify(call.model) }]);
}

/** Both names of reasoning, and `tool_calls` as the reason where tools were called. The same object if nothing to do. */
function mendChoices(json: JsonObject): JsonObject {
  let changed = false;
  const choices = objectsOf(json['choices']).map((choice) => {
    const message = choice['message'];
    if (!isObject(message)) return choice;
    const mirrored = mirrorReasoning(message);
    const called = objectsOf(message['tool_calls']).length > 0;
    const wrongReason = called && stringOf(choice['finish_reason']) === 'stop';
    if (mirrored === message && !wrongReason) return choice;
    changed = true;
    return { ...choice, message: mirrored, ...(wrongReason ? { finish_reason: 'tool_calls' } : {}) };
  });
  return changed ? { ...json, choices } : json;
}
