import {
  bearer,
  bodyJson,
  json,
  text,
  type SimAnswer,
  type SimReply,
  type SimRequest,
} from '../http/message.ts';
import { chatPrompts, type Dialect } from './dialect.ts';
import { embeddings } from './embeddings.ts';
import { Engine } from './engine.ts';
import type { VllmConfig } from './launch.ts';
import { anthropicCount, anthropicError, anthropicMessages } from './messages.ts';
import { modelTraits, type ModelTraits } from './models.ts';
import type { ModelServer, ServerParts } from './model-server.ts';
import { plainChat, streamedChat } from './openai-chat.ts';
import { completions } from './openai-completions.ts';
import { chatRequestSchema, messagesOf } from './requests.ts';
import { responses } from './responses.ts';
import { ServerStats, vllmMetrics } from './stats.ts';
import { pieces } from './tokens.ts';
import { VllmError, badRequestError, misfit, unknownModel } from './vllm-errors.ts';

/** Only the OpenAI-style prefixes ask for the key; /health, /metrics, /tokenize stay open (FACTS 2.3). */
const GUARDED = /^\/v[12](?:\/|$)/;

/** A simulated `vllm serve` that has finished loading. */
export class VllmServer implements ModelServer {
  readonly port: number;
  readonly stats = new ServerStats();
  readonly #config: VllmConfig;
  readonly #parts: ServerParts;
  readonly #engine: Engine;
  readonly #traits: ModelTraits;
  readonly #startedAt: number;

  constructor(config: VllmConfig, parts: ServerParts) {
    this.port = config.port;
    this.#config = config;
    this.#parts = parts;
    this.#traits = modelTraits(config.args.model);
    this.#startedAt = parts.clock.now();
    this.#engine = new Engine({ ...parts, stats: this.stats, slots: config.args.maxNumSeqs });
  }

  readonly handle = async (request: SimRequest): Promise<SimReply> => {
    const answer = await this.#answer(request);
    this.stats.countHttp(request.method, request.path, answer.status);
    if (request.path !== '/metrics' && request.path !== '/health') {
      this.#parts.print(
        `(APIServer pid=1) INFO:     100.64.0.20:0 - "${request.method} ${request.path} HTTP/1.1" ${answer.status}`,
      );
    }
    return answer;
  };

  async #answer(request: SimRequest): Promise<SimAnswer> {
    const { apiKeys } = this.#config.args;
    if (GUARDED.test(request.path) && request.method !== 'OPTIONS' && apiKeys.length > 0) {
      if (!apiKeys.includes(bearer(request) ?? '')) return json(401, { error: 'Unauthorized' });
    }
    const anthropic = request.path.startsWith('/v1/messages');
    try {
      return await this.#route(request);
    } catch (error) {
      if (!(error instanceof VllmError)) throw error;
      return anthropic ? anthropicError(error) : error.toAnswer();
    }
  }

  #route(request: SimRequest): SimAnswer | Promise<SimAnswer> {
    if (request.method === 'GET') return this.#get(request.path);
    if (request.method !== 'POST') return json(405, { detail: 'Method Not Allowed' });
    if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
      throw badRequestError("Unsupported Media Type: Only 'application/json' is allowed");
    }
    const body = bodyJson(request);
    if (body === undefined) throw badRequestError('JSON decode error');
    return this.#post(request, body);
  }

  #get(path: string): SimAnswer {
    switch (path) {
      case '/health':
      case '/ping':
        return { status: 200, headers: {}, body: '' };
      case '/version':
        return json(200, { version: '0.27.1' });
      case '/load':
        return json(200, { server_load: this.stats.running });
      case '/v1/models':
        return json(200, {
          object: 'list',
          data: this.#config.args.servedNames.map((name) => this.#card(name)),
        });
      case '/metrics':
        return text(
          200,
          vllmMetrics(
            this.stats,
            this.#config.args.servedNames[0] ?? '',
            this.#startedAt,
            this.#config.maxModelLen * 8,
          ),
          'text/plain; version=1.0.0; charset=utf-8',
        );
      default:
        return json(404, { detail: 'Not Found' });
    }
  }

  #post(request: SimRequest, body: unknown): SimAnswer | Promise<SimAnswer> {
    switch (request.path) {
      case '/v1/chat/completions':
        return this.#chat(body, request.signal);
      case '/v1/completions':
        this.#mustGenerate('Completions');
        return completions(body, this.#dialect(request.signal));
      case '/v1/responses':
        this.#mustGenerate('Responses');
        return responses(body, this.#dialect(request.signal));
      case '/v1/messages':
        this.#mustGenerate('Messages');
        return anthropicMessages(body, this.#dialect(request.signal));
      case '/v1/messages/count_tokens':
        return anthropicCount(body);
      case '/v1/embeddings':
        if (this.#traits.task !== 'embed') throw badRequestError('The model does not support Embeddings API');
        return embeddings(body, this.#dialect(request.signal), this.#traits.embeddingSize);
      case '/tokenize':
        return this.#tokenize(body);
      default:
        return json(404, { detail: 'Not Found' });
    }
  }

  #mustGenerate(api: string): void {
    if (this.#traits.task !== 'generate') throw badRequestError(`The model does not support ${api} API`);
  }

  #chat(body: unknown, signal: AbortSignal): SimAnswer | Promise<SimAnswer> {
    this.#mustGenerate('Chat Completions');
    const parsed = chatRequestSchema.safeParse(body);
    if (!parsed.success) throw misfit(parsed.error);
    const request = parsed.data;
    const dialect = this.#dialect(signal);
    const prompts = chatPrompts(request, dialect);
    const writing = dialect.writing('chatcmpl-', request.model);
    return request.stream === true ? streamedChat(request, prompts, writing) : plainChat(prompts, writing);
  }

  #dialect(signal: AbortSignal): Dialect {
    const { args, maxModelLen } = this.#config;
    return {
      model: args.model,
      maxModelLen,
      refusesLongPrompts: true,
      reasoning: args.reasoningParser !== null,
      autoTools: args.autoToolChoice && args.toolCallParser !== null,
      writing: (prefix, asked) => {
        const model = asked ?? args.servedNames[0] ?? args.model;
        if (!args.servedNames.includes(model)) throw unknownModel(model);
        return {
          id: `${prefix}${this.#parts.random.hex(16)}`,
          created: Math.floor(this.#parts.clock.now() / 1000),
          model,
          generate: (prompt, left) => this.#engine.generate(prompt, left),
          signal,
        };
      },
    };
  }

  #tokenize(body: unknown): SimAnswer {
    const prompt: unknown =
      typeof body === 'object' && body !== null ? Reflect.get(body, 'prompt') : undefined;
    const chat = chatRequestSchema.safeParse(body);
    const words =
      typeof prompt === 'string' ? prompt : chat.success ? JSON.stringify(messagesOf(chat.data)) : '';
    const tokens = pieces(words).map((_, index) => index + 1);
    return json(200, {
      count: tokens.length,
      max_model_len: this.#config.maxModelLen,
      tokens,
      token_strs: null,
    });
  }

  #card(name: string): object {
    return {
      id: name,
      object: 'model',
      created: Math.floor(this.#startedAt / 1000),
      owned_by: 'vllm',
      root: this.#config.args.model,
      parent: null,
      max_model_len: this.#config.maxModelLen,
      permission: [],
    };
  }
}
