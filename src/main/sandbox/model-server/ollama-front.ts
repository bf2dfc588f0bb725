import { json, type SimReply, type SimRequest } from '../http/message.ts';
import type { ModelServer } from './model-server.ts';

const REFUSED = { 'x-rplm-front': 'refused' };

/** The app's key check before Ollama, as resources/watchdog/front.pl makes it; it listens before there is anything to serve. */
export class OllamaFront implements ModelServer {
  readonly port: number;
  readonly stats: ModelServer['stats'];
  readonly #ollama: ModelServer;
  readonly #key: string;
  readonly #loaded: (() => boolean) | null;

  /** `loaded` = whether its model is, told to a load balancer at /ping; null = on a pod, where nobody asks. */
  constructor(ollama: ModelServer, key: string, loaded: (() => boolean) | null) {
    this.port = ollama.port;
    this.stats = ollama.stats;
    this.#ollama = ollama;
    this.#key = key;
    this.#loaded = loaded;
  }

  readonly handle = async (request: SimRequest): Promise<SimReply> => {
    const loaded = this.#loaded?.() ?? true;
    const asksHealth = (request.method === 'GET' || request.method === 'HEAD') && request.path === '/ping';
    if (asksHealth && this.#loaded !== null) return { status: loaded ? 200 : 204, headers: {}, body: null };
    const { 'x-rplm-key': own, authorization, ...headers } = request.headers;
    const key = own ?? /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (key !== this.#key) return json(401, { error: 'a valid key is needed' }, REFUSED);
    if (!loaded) return json(502, { error: 'Ollama is not up yet' }, REFUSED);
    return this.#ollama.handle({ ...request, headers });
  };
}
