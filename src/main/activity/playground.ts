import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { z } from 'zod';
import type { ChatItem, ChatRequest, RequestRecord } from '../../shared/activity.ts';
import { chatBody } from '../../shared/chat-body.ts';
import { AppError, ERRORS, type ErrorCode } from '../../shared/errors.ts';
import type { Fetch } from '../platform/http.ts';

export interface PlaygroundParts {
  /** The app's own proxy: a playground answer is served, limited, metered and priced as any client's. */
  readonly proxyUrl: () => string;
  readonly proxyKey: () => Promise<string>;
  readonly fetch: Fetch;
  /** The record the proxy made of a request, once it is made. */
  readonly recordOf: (requestId: string, signal: AbortSignal) => Promise<RequestRecord>;
}

const deltaSchema = z.object({
  content: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  tool_calls: z
    .array(
      z.object({
        index: z.int().min(0).default(0),
        id: z.string().nullish(),
        function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});
type Delta = z.infer<typeof deltaSchema>;

const chunkSchema = z.object({
  error: z.object({ message: z.string(), code: z.string().nullish() }).optional(),
  choices: z
    .array(z.object({ delta: deltaSchema.nullish(), finish_reason: z.string().nullish() }))
    .default([]),
});

const MAX_EVENT_CHARS = 4_000_000;

/** One streaming answer for the playground. Ends after `done`; throws the problem of a failed answer. */
export async function* playgroundChat(
  parts: PlaygroundParts,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ChatItem> {
  const response = await parts.fetch(`${parts.proxyUrl()}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await parts.proxyKey()}` },
    body: JSON.stringify({ ...chatBody(request), stream_options: { include_usage: true } }),
    signal,
  });
  const requestId = response.headers.get('x-request-id') ?? '';
  if (!response.ok) throw problemOf(await response.text(), response.status);
  let finishReason: string | null = null;
  for await (const event of serverSentEvents(response.body ?? new ReadableStream())) {
    if (event?.data === '[DONE]') break;
    const part = event === null ? WAITING : partOf(event.data);
    finishReason = part.finishReason ?? finishReason;
    yield* part.items;
  }
  yield { type: 'done', finishReason, request: await parts.recordOf(requestId, signal) };
}

interface Part {
  readonly items: readonly ChatItem[];
  readonly finishReason: string | null;
}

/** The proxy sends comments while hardware starts. */
const WAITING: Part = { items: [{ type: 'waiting', detail: 'Starting' }], finishReason: null };

function partOf(data: string): Part {
  const chunk = chunkSchema.parse(JSON.parse(data));
  if (chunk.error) throw problemOf(data, 502);
  const choice = chunk.choices[0];
  return { items: itemsOf(choice?.delta ?? {}), finishReason: choice?.finish_reason ?? null };
}

function itemsOf(delta: Delta): ChatItem[] {
  const text = delta.content ?? '';
  const reasoning = delta.reasoning_content ?? delta.reasoning ?? '';
  const said: ChatItem[] = text === '' && reasoning === '' ? [] : [{ type: 'delta', text, reasoning }];
  const calls = (delta.tool_calls ?? []).map(({ index, id, function: called }): ChatItem => ({
    type: 'call',
    index,
    id: id ?? null,
    name: called?.name ?? null,
    arguments: called?.arguments ?? '',
  }));
  return [...said, ...calls];
}

/** Events of a stream; null for a comment, which the proxy sends while hardware starts. */
async function* serverSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<EventSourceMessage | null> {
  const ready: (EventSourceMessage | null)[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: (event) => ready.push(event),
    onComment: () => ready.push(null),
    onError: (error) => {
      throw new AppError('upstream_failed', 'The answer could not be read.', { cause: error });
    },
  });
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* ready.splice(0);
  }
}

const errorSchema = z.object({ error: z.object({ message: z.string(), code: z.string().nullish() }) });

function problemOf(body: string, status: number): AppError {
  const parsed = errorSchema.safeParse(parseJson(body));
  if (!parsed.success) return new AppError('upstream_failed', `The proxy answered with status ${status}.`);
  const { code, message } = parsed.data.error;
  return new AppError(isErrorCode(code) ? code : 'upstream_failed', message);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Judged by the schema, which then names the status instead.
  }
}

function isErrorCode(code: string | null | undefined): code is ErrorCode {
  return code !== null && code !== undefined && Object.hasOwn(ERRORS, code);
}
