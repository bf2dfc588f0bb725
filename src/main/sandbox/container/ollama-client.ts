import { z } from 'zod';
import type { SimReply, SimRequest } from '../http/message.ts';
import type { ModelServer } from '../model-server/model-server.ts';
import type { ShimOrder } from './shim-server.ts';

/** `ollama pull` and `ollama list` inside a container: clients of the server beside them. */
export async function* ollamaClient(
  argv: readonly string[],
  server: ModelServer | null,
  signal: AbortSignal,
): AsyncGenerator<ShimOrder, void> {
  const [command = '', model = ''] = argv;
  if (!['pull', 'list', 'ls'].includes(command)) {
    yield { line: `Error: unknown command "${command}" for "ollama"` };
    yield { exit: 1 };
    return;
  }
  if (server === null) {
    yield { line: "Error: could not connect to ollama server, run 'ollama serve' to start it" };
    yield { exit: 1 };
    return;
  }
  const reply =
    command === 'pull'
      ? await server.handle(call('POST', '/api/pull', { model }, signal))
      : await server.handle(call('GET', '/api/tags', null, signal));
  let failed = false;
  for await (const line of linesOf(reply)) {
    failed ||= line.includes('"error"');
    yield { line: shown(line) };
  }
  yield { exit: failed ? 1 : 0 };
}

function call(method: string, path: string, body: object | null, signal: AbortSignal): SimRequest {
  return {
    method,
    path,
    query: new URLSearchParams(),
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(body === null ? '' : JSON.stringify(body)),
    signal,
  };
}

async function* linesOf(reply: SimReply): AsyncGenerator<string, void> {
  if ('drop' in reply || reply.body === null) return;
  if (typeof reply.body === 'string') yield reply.body;
  else if (!(reply.body instanceof Uint8Array)) {
    for await (const chunk of reply.body) if (typeof chunk === 'string') yield chunk.trim();
  }
}

const stepSchema = z.looseObject({
  status: z.string().optional(),
  error: z.string().optional(),
  total: z.number().optional(),
  completed: z.number().optional(),
  models: z.array(z.looseObject({ name: z.string() })).optional(),
});

function shown(line: string): string {
  const step = stepSchema.safeParse(JSON.parse(line));
  if (!step.success) return line;
  const { status, error, total, completed, models } = step.data;
  if (models !== undefined) return ['NAME', ...models.map((model) => model.name)].join('\n');
  if (error !== undefined) return `Error: ${error}`;
  const percent = total === undefined ? '' : ` ${Math.round(((completed ?? 0) / total) * 100)}%`;
  return `${status ?? ''}${percent}`;
}
