import { z } from 'zod';

/**
 * How `openai` 4.65 reads an answer, for clients that still carry it; that version cannot be installed beside today's. After its
 * `streaming.ts` and `core.ts`: blocks end at a double line end; comments are skipped; whatever else is data must be JSON; a truthy
 * `error` in it is thrown; nothing but `[DONE]` ends a stream before the body does; a plain body is JSON when its type says so, else text.
 */
const errorSchema = z.looseObject({ message: z.string().optional() });

class OldApiError extends Error {
  override readonly name = 'APIError';
  /** The error object of the answer. */
  readonly error: unknown;

  constructor(status: number | undefined, error: unknown) {
    const { message } = errorSchema.catch({}).parse(error);
    super(`${status ?? ''} ${message ?? JSON.stringify(error)}`.trim());
    this.error = error;
  }
}

/** @throws OldApiError for a status that is none of success */
async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  const body: unknown = JSON.parse(await response.text());
  throw new OldApiError(response.status, z.looseObject({ error: z.unknown() }).parse(body).error);
}

/** The usual code of its users: choices are there, and so is a delta. */
const chunkSchema = z.object({
  choices: z.array(
    z.object({
      delta: z.object({
        content: z.string().nullish(),
        tool_calls: z
          .array(
            z.object({ function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }) }),
          )
          .nullish(),
      }),
    }),
  ),
});
const answerSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })),
});

/** What its users make of a streamed answer: the text, and a tool call as `name(arguments)`. @throws OldApiError, SyntaxError */
export async function oldStreamed(
  answer: Response,
): Promise<{ readonly text: string; readonly call: string }> {
  let text = '';
  let call = '';
  for await (const json of chunksOf(await checked(answer))) {
    const delta = chunkSchema.parse(json).choices[0]?.delta;
    text += delta?.content ?? '';
    for (const part of delta?.tool_calls ?? []) {
      call += `${part.function.name ?? ''}${part.function.arguments ?? ''}`;
    }
  }
  return { text, call };
}

/** The text of a plain answer. @throws OldApiError, SyntaxError */
export async function oldPlain(answer: Response): Promise<string> {
  const response = await checked(answer);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('application/json') === true;
  return answerSchema.parse(isJson ? JSON.parse(text) : text).choices[0]?.message.content ?? '';
}

async function* chunksOf({ body }: Response): AsyncGenerator {
  if (body === null) throw new Error('Attempted to iterate over a response with no body');
  // The old package had a decoder of its own for each piece and lost a first token behind a byte order mark.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  let done = false;
  for await (const piece of body) {
    rest += decoder.decode(piece, { stream: true });
    const blocks = rest.split(/\r\n\r\n|\n\n|\r\r/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = dataOf(block);
      if (done || data === null) continue;
      if (data.data.startsWith('[DONE]')) done = true;
      else yield chunkOf(data);
    }
  }
}

interface OldEvent {
  readonly event: string | null;
  readonly data: string;
}

/** null = nothing but comments and fields it does not know. */
function dataOf(block: string): OldEvent | null {
  let event: string | null = null;
  const data: string[] = [];
  for (const line of block.split(/\r\n|[\n\r]/)) {
    if (line === '' || line.startsWith(':')) continue;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
  }
  return event === null && data.length === 0 ? null : { event, data: data.join('\n') };
}

function chunkOf({ event, data }: OldEvent): unknown {
  const chunk: unknown = JSON.parse(data);
  const { error } = z.looseObject({ error: z.unknown() }).catch({ error: null }).parse(chunk);
  if (event === 'error' || (error !== null && error !== undefined && error !== '')) {
    throw new OldApiError(undefined, error);
  }
  return chunk;
}
