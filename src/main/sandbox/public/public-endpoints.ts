import { z } from 'zod';
import { bodyJson, json, type SimBody, type SimReply, type SimRequest } from '../http/message.ts';
import type { ServerParts } from '../model-server/model-server.ts';
import type { Relay } from '../model-server/relay.ts';
import { VllmServer } from '../model-server/vllm-server.ts';
import { balanceUsd } from '../money/balance.ts';
import type { Account } from '../money/segments.ts';
import { accountOf, type World } from '../world.ts';
import { PUBLIC_MODELS, type PublicModel } from './public-models.ts';

const askedSchema = z.looseObject({ model: z.string() });
const answerSchema = z.looseObject({
  usage: z.looseObject({ prompt_tokens: z.number(), completion_tokens: z.number() }),
});

/** Money here is time at a rate; the tokens of an hour are paid in its first second. */
const CHARGE_MS = 1000;
const HOUR_MS = 3_600_000;

/** RunPod's own endpoints under the invoke plane: always awake, paid for by the token, the OpenAI routes alone. */
export class PublicEndpoints {
  readonly #world: World;
  readonly #relay: Relay | null;
  readonly #servers = new Map<PublicModel, { readonly server: VllmServer; paidUsd: number }>();

  constructor(world: World, relay: Relay | null) {
    this.#world = world;
    this.#relay = relay;
  }

  serves(slug: string): boolean {
    return PUBLIC_MODELS.some((model) => model.slug === slug);
  }

  /** `path` = what follows `/openai`. */
  async answer(slug: string, path: string, request: SimRequest): Promise<SimReply> {
    if (balanceUsd(this.#world) <= 0) return json(402, { error: 'insufficient balance' });
    const offered = PUBLIC_MODELS.filter((model) => model.slug === slug);
    const asked = askedSchema.safeParse(bodyJson(request));
    const model = offered.find((each) => asked.success && each.model === asked.data.model) ?? offered[0];
    if (model === undefined) return json(404, { error: 'endpoint not found' });
    const { server } = this.#serverOf(model);
    const reply = await server.handle({
      ...request,
      path,
      headers: { ...request.headers, authorization: '' },
    });
    if ('drop' in reply) return reply;
    if (typeof reply.body === 'string') {
      this.#charge(model);
      return { ...reply, body: withCost(model, reply.body) };
    }
    return { ...reply, body: this.#charging(model, reply.body) };
  }

  #serverOf(model: PublicModel): { readonly server: VllmServer; paidUsd: number } {
    const known = this.#servers.get(model);
    if (known !== undefined) return known;
    const { clock, random, tokensPerSecond, speed } = this.#world;
    const parts: ServerParts = {
      clock,
      random,
      tokensPerSecond,
      speed,
      relay: this.#relay,
      print: () => {},
      models: () => [model.model],
      addModel: () => {},
      removeModel: () => {},
    };
    const made = { server: new VllmServer(configOf(model), parts), paidUsd: 0 };
    this.#servers.set(model, made);
    return made;
  }

  /** Books what was used since the last time. */
  #charge(model: PublicModel): void {
    const entry = this.#serverOf(model);
    const { promptTokens, generationTokens } = entry.server.stats;
    const usedUsd = usdOf(model, promptTokens, generationTokens);
    const usd = usedUsd - entry.paidUsd;
    if (usd <= 0) return;
    entry.paidUsd = usedUsd;
    addTokens(
      accountOf(this.#world, 'public-endpoint', model.slug, model.slug),
      usd,
      this.#world.clock.now(),
    );
    this.#world.save();
  }

  #charging(model: PublicModel, body: SimBody): SimBody {
    if (body === null || typeof body === 'string' || body instanceof Uint8Array) return body;
    const charge = (): void => this.#charge(model);
    return (async function* () {
      try {
        yield* body;
      } finally {
        charge();
      }
    })();
  }
}

/** One stretch an hour, so that the account stays small however much is asked. */
function addTokens(account: Account, usd: number, now: number): void {
  const fromMs = Math.floor(now / HOUR_MS) * HOUR_MS;
  const usdPerHour = (usd * HOUR_MS) / CHARGE_MS;
  const open = account.segments.at(-1);
  if (open?.fromMs === fromMs) open.usdPerHour += usdPerHour;
  else account.segments.push({ component: 'tokens', usdPerHour, fromMs, toMs: fromMs + CHARGE_MS });
}

/** Whole answers carry what they cost, which no standard knows. */
function withCost(model: PublicModel, body: string): string {
  const answer = answerSchema.safeParse(JSON.parse(body));
  if (!answer.success) return body;
  const { prompt_tokens: input, completion_tokens: output } = answer.data.usage;
  return JSON.stringify({ ...answer.data, cost: usdOf(model, input, output) });
}

function usdOf(model: PublicModel, input: number, output: number): number {
  return (input * model.usdPerMillionInput + output * model.usdPerMillionOutput) / 1_000_000;
}

function configOf(model: PublicModel): ConstructorParameters<typeof VllmServer>[0] {
  return {
    engine: 'vllm',
    port: 8000,
    maxModelLen: model.contextTokens,
    args: {
      model: model.model,
      servedNames: [model.model],
      host: '127.0.0.1',
      port: 8000,
      apiKeys: [],
      maxModelLen: model.contextTokens,
      tensorParallel: 1,
      gpuMemoryUtilization: 0.9,
      maxNumSeqs: 256,
      autoToolChoice: true,
      toolCallParser: 'hermes',
      reasoningParser: model.reasons ? 'qwen3' : null,
      kvCacheDtype: 'auto',
    },
  };
}
