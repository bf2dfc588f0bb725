import { bodyJson, json, text, type SimAnswer, type SimReply, type SimRequest } from '../http/message.ts';
import { embed } from './embeddings.ts';
import { Engine, promptTokens } from './engine.ts';
import type { OllamaConfig } from './launch.ts';
import { anthropicError } from './messages.ts';
import type { ModelServer, ServerParts } from './model-server.ts';
import { modelTraits } from './models.ts';
import { details, modelDigest, showBody, sizeBytes, withTag } from './ollama-models.ts';
import { answerOpenai, OLLAMA_EMBEDDING_SIZE } from './ollama-openai.ts';
import { LoadedModels } from './ollama-memory.ts';
import { ndjson, pullProgress, writeOllama } from './ollama-writing.ts';
import {
  chatSchema,
  embedSchema,
  generateSchema,
  nameIn,
  namedSchema,
  OllamaError,
  ollamaPrompt,
  parseOllama,
} from './ollama-requests.ts';
import { ServerStats } from './stats.ts';
import { countTokens } from './tokens.ts';
import { VllmError } from './vllm-errors.ts';

const VERSION = '0.33.0';

/** A simulated `ollama serve`: no authentication at all, models have to be pulled first (FACTS 2.4). */
export class OllamaServer implements ModelServer {
  readonly port: number;
  readonly stats = new ServerStats();
  readonly #config: OllamaConfig;
  readonly #parts: ServerParts;
  readonly #engine: Engine;
  readonly #loaded: LoadedModels;

  constructor(config: OllamaConfig, parts: ServerParts) {
    this.port = config.port;
    this.#config = config;
    this.#parts = parts;
    this.#engine = new Engine({ ...parts, stats: this.stats, slots: config.numParallel });
    this.#loaded = new LoadedModels(parts, config.keepAliveMs);
    if (config.loads !== undefined) this.#loaded.assume(config.loads);
  }

  readonly handle = async (request: SimRequest): Promise<SimReply> => {
    const answer = await this.#answer(request);
    this.#parts.print(
      `[GIN] %I | ${answer.status} | 100.64.0.20 | ${request.method.padEnd(7)} "${request.path}"`,
    );
    return answer;
  };

  async #answer(request: SimRequest): Promise<SimAnswer> {
    try {
      return await this.#route(request);
    } catch (error) {
      if (error instanceof OllamaError) return this.#refusal(request.path, error);
      if (!(error instanceof VllmError)) throw error;
      return request.path.startsWith('/v1/messages') ? anthropicError(error) : error.toAnswer();
    }
  }

  #refusal(path: string, error: OllamaError): SimAnswer {
    if (!path.startsWith('/v1/')) return json(error.status, { error: error.message });
    const type = error.status === 404 ? 'not_found_error' : 'api_error';
    return json(error.status, { error: { message: error.message, type, param: null, code: null } });
  }

  #route(request: SimRequest): SimAnswer | Promise<SimAnswer> {
    if (request.method === 'GET' || request.method === 'HEAD') return this.#get(request.path);
    const body = bodyJson(request) ?? {};
    if (request.path.startsWith('/v1/')) return this.#openai(request, body);
    if (request.method === 'DELETE' && request.path === '/api/delete') return this.#delete(body);
    switch (request.path) {
      case '/api/pull':
        return this.#pull(body, request.signal);
      case '/api/show':
        return json(200, showBody(this.#known(nameIn(body)), this.#config.contextLength));
      case '/api/generate':
        return this.#generate(body, request.signal);
      case '/api/chat':
        return this.#chat(body, request.signal);
      case '/api/embed':
      case '/api/embeddings':
        return this.#embed(body, request);
      default:
        return text(404, '404 page not found');
    }
  }

  #get(path: string): SimAnswer {
    switch (path) {
      case '/':
        return text(200, 'Ollama is running');
      case '/api/version':
        return json(200, { version: VERSION });
      case '/api/tags':
        return json(200, { models: this.#parts.models().map((model) => this.#tag(model)) });
      case '/api/ps':
        return json(200, {
          models: this.#loaded.list().map((entry) => ({
            ...this.#tag(entry.model),
            size_vram: sizeBytes(entry.model),
            context_length: this.#config.contextLength,
            expires_at: entry.expiresAt,
          })),
        });
      case '/v1/models':
        return json(200, {
          object: 'list',
          data: this.#parts
            .models()
            .map((id) => ({ id, object: 'model', created: 1_764_000_000, owned_by: 'library' })),
        });
      default:
        return text(404, '404 page not found');
    }
  }

  #tag(model: string): object {
    return {
      name: model,
      model,
      modified_at: new Date(this.#parts.clock.now()).toISOString(),
      size: sizeBytes(model),
      digest: modelDigest(model),
      details: details(model),
    };
  }

  /** @throws OllamaError 404 for a model that was not pulled */
  #known(name: string): string {
    if (name === '') throw new OllamaError(400, 'model is required');
    const model = withTag(name);
    if (!this.#parts.models().includes(model)) throw new OllamaError(404, `model '${name}' not found`);
    return model;
  }

  #pull(body: unknown, signal: AbortSignal): SimAnswer | Promise<SimAnswer> {
    const request = parseOllama(namedSchema, body);
    const name = nameIn(body);
    const model = withTag(name);
    if (!modelTraits(name).exists) {
      return request.stream === false
        ? json(500, { error: 'pull model manifest: file does not exist' })
        : ndjson([{ status: 'pulling manifest' }, { error: 'pull model manifest: file does not exist' }]);
    }
    const progress = pullProgress(model, this.#parts, signal);
    return request.stream === false ? progress.wait() : progress.stream();
  }

  #delete(body: unknown): SimAnswer {
    const model = this.#known(nameIn(body));
    this.#loaded.unload(model);
    this.#parts.removeModel(model);
    return { status: 200, headers: {}, body: '' };
  }

  async #generate(body: unknown, signal: AbortSignal): Promise<SimAnswer> {
    const request = parseOllama(generateSchema, body);
    const model = this.#known(nameIn(body));
    if ((request.prompt ?? '') === '') return this.#preload(model, request.keep_alive, 'response', signal);
    const system = request.system === undefined ? [] : [{ role: 'system', text: request.system }];
    const messages = [...system, { role: 'user', text: request.prompt ?? '' }];
    const prompt = ollamaPrompt(model, messages, request, null, this.#room(messages));
    return this.#write(prompt, request, 'generate', signal);
  }

  async #chat(body: unknown, signal: AbortSignal): Promise<SimAnswer> {
    const request = parseOllama(chatSchema, body);
    const model = this.#known(nameIn(body));
    const messages = (request.messages ?? []).map((message) => ({
      role: message.role,
      text: message.content ?? '',
    }));
    if (messages.length === 0) return this.#preload(model, request.keep_alive, 'message', signal);
    const prompt = ollamaPrompt(model, messages, request, request.tools, this.#room(messages));
    return this.#write(prompt, request, 'chat', signal);
  }

  #room(messages: readonly { role: string; text: string }[]): number {
    return Math.max(1, this.#config.contextLength - promptTokens({ messages, tools: [] }));
  }

  /** A cold model is loaded before the first byte goes out (FACTS 2.4). */
  async #write(
    prompt: ReturnType<typeof ollamaPrompt>,
    request: { readonly stream?: boolean | undefined; readonly keep_alive?: string | number | undefined },
    route: 'chat' | 'generate',
    signal: AbortSignal,
  ): Promise<SimAnswer> {
    this.#checkQueue();
    await this.#loaded.use(prompt.model, request.keep_alive, signal);
    const pieces = this.#engine.generate(prompt, signal);
    return writeOllama({ prompt, pieces, route, stream: request.stream !== false, clock: this.#parts.clock });
  }

  #checkQueue(): void {
    if (this.stats.waiting < this.#config.maxQueue) return;
    throw new OllamaError(503, 'server busy, please try again.  maximum pending requests exceeded');
  }

  async #preload(
    model: string,
    keepAlive: string | number | undefined,
    field: 'response' | 'message',
    signal: AbortSignal,
  ): Promise<SimAnswer> {
    const unload = keepAlive === 0 || keepAlive === '0';
    if (unload) this.#loaded.unload(model);
    else await this.#loaded.use(model, keepAlive, signal);
    const empty = field === 'response' ? { response: '' } : { message: { role: 'assistant', content: '' } };
    const created = new Date(this.#parts.clock.now()).toISOString();
    return json(200, {
      model,
      created_at: created,
      ...empty,
      done: true,
      done_reason: unload ? 'unload' : 'load',
    });
  }

  async #embed(body: unknown, request: SimRequest): Promise<SimAnswer> {
    const parsed = parseOllama(embedSchema, body);
    const model = this.#known(nameIn(body));
    await this.#loaded.use(model, parsed.keep_alive, request.signal);
    if (request.path === '/api/embeddings') {
      return json(200, { embedding: embed(model, parsed.prompt ?? '', OLLAMA_EMBEDDING_SIZE) });
    }
    const inputs = typeof parsed.input === 'string' ? [parsed.input] : (parsed.input ?? []);
    return json(200, {
      model,
      embeddings: inputs.map((input) => embed(model, input, OLLAMA_EMBEDDING_SIZE)),
      total_duration: 1_000_000,
      load_duration: 0,
      prompt_eval_count: inputs.reduce((sum, input) => sum + countTokens(input), 0),
    });
  }

  async #openai(request: SimRequest, body: unknown): Promise<SimAnswer> {
    const model = this.#known(nameIn(body));
    this.#checkQueue();
    await this.#loaded.use(model, undefined, request.signal);
    const context = { model, contextLength: this.#config.contextLength, random: this.#parts.random };
    return answerOpenai(request, body, { ...context, clock: this.#parts.clock, engine: this.#engine });
  }
}
