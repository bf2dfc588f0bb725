import { z } from 'zod';
import { bodyJson, text, type SimReply, type SimRequest } from '../http/message.ts';
import { serveHttp, type SimServer } from '../http/server.ts';

const callSchema = z.object({
  program: z.enum(['vllm', 'ollama']),
  argv: z.array(z.string()),
  env: z.record(z.string(), z.string()),
});
export type ShimCall = z.infer<typeof callSchema>;

/** What a stand-in program is told to do. */
export type ShimOrder = { readonly line: string } | { readonly exit: number };

export type ShimHandler = (call: ShimCall, left: AbortSignal) => AsyncIterable<ShimOrder>;

/** Where the stand-in programs of all containers call; each container has a token of its own. */
export class ShimServer {
  readonly #handlers = new Map<string, ShimHandler>();
  #server: Promise<SimServer> | null = null;

  /** The address a container's programs call, and the way to end it. */
  async register(token: string, handler: ShimHandler): Promise<string> {
    this.#server ??= serveHttp((request) => this.#answer(request), 0);
    this.#handlers.set(token, handler);
    return `http://127.0.0.1:${(await this.#server).port}/${token}`;
  }

  unregister(token: string): void {
    this.#handlers.delete(token);
  }

  async dispose(): Promise<void> {
    this.#handlers.clear();
    await (await this.#server)?.close();
  }

  #answer(request: SimRequest): Promise<SimReply> {
    const handler = this.#handlers.get(request.path.slice(1));
    const call = callSchema.safeParse(bodyJson(request));
    if (handler === undefined || !call.success) return Promise.resolve(text(404, 'not found'));
    const orders = handler(call.data, request.signal);
    return Promise.resolve({ status: 200, headers: {}, body: encoded(orders) });
  }
}

async function* encoded(orders: AsyncIterable<ShimOrder>): AsyncGenerator<string, void> {
  for await (const order of orders) yield `${JSON.stringify(order)}\n`;
}
