import { asAppError, type AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Upstream } from '../../target.ts';
import { bytesReply, eventsReply, type Call, type Handle, type Reply, type Stage } from '../call.ts';
import { chatToMessage, MessageEvents, type AnswerIdentity } from '../dialects/anthropic-answer.ts';
import { messagesToChat } from '../dialects/anthropic-request.ts';
import { chatToResponse, ResponseEvents } from '../dialects/responses-answer.ts';
import { responsesToChat } from '../dialects/responses-request.ts';
import { withoutSystemTurns } from '../dialects/system-turns.ts';
import { editJson } from '../json-edit.ts';
import { numberOf, objectsOf, parseObject, stringOf, type JsonObject } from '../json.ts';
import { ROUTES, type Route } from '../routes.ts';

const BYTES_PER_TOKEN = 4;
const CHAT = routeOf('chat');

/**
 * Passes Messages and Responses through to servers that speak them (vLLM does) and translates over chat for those that
 * do not. Which is which is learned from the server's own 404, once per launch.
 */
export function translate(clock: Clock): Stage {
  const lacking = new WeakMap<Upstream, Set<string>>();
  return (next) => async (asked) => {
    const { upstream, route } = asked;
    const translatable = route.id === 'messages' || route.id === 'responses' || route.id === 'count_tokens';
    if (!translatable || upstream === null) return next(asked);
    const call = route.id === 'responses' ? asked : withPlainTurns(asked);
    if (lacking.get(upstream)?.has(route.id) === true) return overChat(call, next, clock);
    try {
      return await next(withoutForeignTools(call));
    } catch (error) {
      if (!lacksRoute(asAppError(error))) throw error;
      const known = lacking.get(upstream) ?? new Set();
      lacking.set(upstream, known.add(route.id));
      return overChat(call, next, clock);
    }
  };
}

/** Codex sends tools no model server knows; they are dropped, not refused (CLIENTS 2.3). */
function withoutForeignTools(call: Call): Call {
  if (call.route.id !== 'responses') return call;
  const tools = objectsOf(call.json['tools']);
  const known = tools.filter((tool) => !/^(?:namespace|web_search$)/.test(stringOf(tool['type']) ?? ''));
  if (known.length === tools.length) return call;
  return { ...call, body: editJson(call.body, [{ path: ['tools'], value: JSON.stringify(known) }]) };
}

function withPlainTurns(call: Call): Call {
  const messages = withoutSystemTurns(call.json['messages']);
  if (messages === null) return call;
  const body = editJson(call.body, [{ path: ['messages'], value: JSON.stringify(messages) }]);
  return { ...call, json: { ...call.json, messages }, body };
}

/** A 404 or 405 about the route, not about the model. */
function lacksRoute(error: AppError): boolean {
  if (error.code !== 'upstream_rejected') return false;
  const status = numberOf(error.details?.['status']);
  return (status === 404 || status === 405) && !/model/i.test(error.message);
}

async function overChat(call: Call, next: Handle, clock: Clock): Promise<Reply> {
  if (call.route.id === 'count_tokens') {
    const tokens = Math.ceil(call.body.length / BYTES_PER_TOKEN);
    return bytesReply(Buffer.from(JSON.stringify({ input_tokens: tokens })));
  }
  const json = chatRequest(call);
  const body = Buffer.from(JSON.stringify(json));
  const reply = await next({ ...call, route: CHAT, path: '/chat/completions', json, body });
  const identity = { id: call.id, model: call.model, created: Math.floor(clock.now() / 1000) };
  return reply.body.kind === 'bytes'
    ? whole(call, reply.body.bytes, identity)
    : streamed(call, reply, identity);
}

function chatRequest(call: Call): JsonObject {
  return call.route.id === 'messages'
    ? messagesToChat(call.json, call.stream)
    : responsesToChat(call.json, call.stream);
}

function whole(call: Call, bytes: Buffer, identity: AnswerIdentity): Reply {
  const chat = parseObject(bytes.toString('utf8')) ?? {};
  const json = call.route.id === 'messages' ? chatToMessage(chat, identity) : chatToResponse(chat, identity);
  return bytesReply(Buffer.from(JSON.stringify(json)));
}

function streamed(call: Call, reply: Reply, identity: AnswerIdentity): Reply {
  if (reply.body.kind !== 'flow' || !reply.body.events) return reply;
  const { flow } = reply.body;
  return eventsReply(
    call.route.id === 'messages' ? new MessageEvents(flow, identity) : new ResponseEvents(flow, identity),
  );
}

function routeOf(id: Route['id']): Route {
  const found = ROUTES.find((route) => route.id === id);
  if (found === undefined) throw new Error(`no route ${id}`);
  return found;
}
