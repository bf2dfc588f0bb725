import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import { validateRequest, validateResponse } from '../../support/openapi.ts';

interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export type Responder = (request: Arrived, response: ServerResponse) => void;

export interface StubRunPod {
  /** With `/v2`. */
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  readonly arrived: Arrived[];
  /** Requests whose client went away before the answer was complete. */
  readonly abandoned: string[];
  respond: Responder;
  /** What the document has against the requests that arrived. */
  readonly problems: () => string[];
  readonly close: () => Promise<void>;
}

/** A real server on loopback that answers what it is told and remembers what it was asked. */
export async function startStub(respond: Responder): Promise<StubRunPod> {
  const arrived: Arrived[] = [];
  const abandoned: string[] = [];
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) abandoned.push(request.url ?? '');
    });
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      arrived.push(seen);
      stub.respond(seen, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const base = `http://127.0.0.1:${address.port}`;
  const stub: StubRunPod = {
    apiUrl: `${base}/v2`,
    graphqlUrl: `${base}/graphql`,
    arrived,
    abandoned,
    respond,
    problems: () =>
      arrived
        .filter(({ url }) => url !== '/graphql')
        .flatMap(({ method, url, body }) => validateRequest({ method, url, body })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return stub;
}

export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': type, 'x-request-id': 'req-stub', ...headers });
  response.end(body);
}

interface DocumentedAnswer {
  readonly content?: Readonly<
    Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
  >;
}

interface DocumentedItem {
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
}

const document: { paths: Readonly<Record<string, Readonly<Record<string, DocumentedItem>>>> } = JSON.parse(
  readFileSync(new URL('../../../resources/runpod/openapi.v2.json', import.meta.url), 'utf8'),
);

/** Answers every route with the document's own example of success. */
export const respondAsDocumented: Responder = ({ method, url }, response) => {
  const { pathname } = new URL(url, 'http://stub.invalid');
  const path = Object.keys(document.paths)
    .filter((template) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname))
    .toSorted((a, b) => a.split('{').length - b.split('{').length)[0];
  const responses = document.paths[path ?? '']?.[method.toLowerCase()]?.responses;
  const [status, answer] = Object.entries(responses ?? {}).find(([code]) => code.startsWith('2')) ?? [
    '501',
    {},
  ];
  const [type, media] = Object.entries(answer.content ?? {})[0] ?? [];
  if (type === undefined) {
    response.writeHead(Number(status), { 'x-request-id': 'req-stub' });
    response.end();
    return;
  }
  const value = Object.values(media?.examples ?? {})[0]?.value;
  const body = typeof value === 'string' ? `${value}\n` : JSON.stringify(value);
  const problems = validateResponse({
    method,
    path: pathname,
    status: Number(status),
    headers: { 'content-type': type },
    body: value,
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  send(response, Number(status), type, body);
};

/** Waits for something that happens in another process turn; bounded, and says what it waited for. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`never came true: ${what}`);
}
