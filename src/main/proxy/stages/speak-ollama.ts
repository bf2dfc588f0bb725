import type { Clock } from '../../platform/clock.ts';
import { bytesReply, type Call, type Handle, type Reply, type Stage } from '../call.ts';
import {
  chatToOllama,
  OllamaLines,
  ollamaToChat,
  type OllamaIdentity,
  type OllamaRoute,
} from '../dialects/ollama.ts';
import { objectsOf, parseObject, type JsonObject } from '../json.ts';
import { ROUTES, type Route } from '../routes.ts';

/** Serves Ollama's inference routes over chat and embeddings (SPEC 4.2). */
export function speakOllama(clock: Clock): Stage {
  return (next) => (call) => {
    switch (call.route.id) {
      case 'ollama_chat':
      case 'ollama_generate':
        return chat(call, call.route.id, next, clock);
      case 'ollama_embed':
        return embed(call, next);
      default:
        return next(call);
    }
  };
}

async function chat(call: Call, route: OllamaRoute, next: Handle, clock: Clock): Promise<Reply> {
  const asked = { ...ollamaToChat(route, call.json, call.stream), stream_options: { include_usage: true } };
  const { stream_options: _streaming, ...plain } = asked;
  const json: JsonObject = call.stream ? asked : plain;
  const reply = await next(asCall(call, 'chat', '/chat/completions', json));
  const identity: OllamaIdentity = {
    route,
    model: call.model,
    createdAt: new Date(clock.now()).toISOString(),
    elapsedMs: () => clock.monotonic() - call.trace.startedAt,
  };
  if (reply.body.kind === 'bytes') {
    const whole = parseObject(reply.body.bytes.toString('utf8')) ?? {};
    return bytesReply(Buffer.from(JSON.stringify(chatToOllama(whole, identity))));
  }
  return {
    status: 200,
    headers: { ...reply.headers, 'content-type': 'application/x-ndjson' },
    body: { kind: 'flow', flow: new OllamaLines(reply.body.flow, identity), events: true },
  };
}

async function embed(call: Call, next: Handle): Promise<Reply> {
  const json = { model: call.json['model'], input: call.json['input'] ?? call.json['prompt'] };
  const reply = await next(asCall(call, 'embeddings', '/embeddings', json));
  if (reply.body.kind !== 'bytes') return reply;
  const answer = parseObject(reply.body.bytes.toString('utf8')) ?? {};
  const embeddings = objectsOf(answer['data']).map((one) => one['embedding']);
  const body = { model: call.model, embeddings, prompt_eval_count: call.trace.usage.tokensIn ?? 0 };
  return bytesReply(Buffer.from(JSON.stringify(body)));
}

function asCall(call: Call, id: Route['id'], path: string, json: JsonObject): Call {
  const route = ROUTES.find((known) => known.id === id) ?? call.route;
  return { ...call, route, path, json, body: Buffer.from(JSON.stringify(json)) };
}
