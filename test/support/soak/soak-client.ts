import { request, type Agent, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { LOCAL_KEY } from '../proxy-harness.ts';

/** One request of a soak, and how its client behaves. */
export interface Visit {
  readonly id: string;
  readonly model: string;
  readonly question: string;
  readonly stream: boolean;
  readonly cacheable: boolean;
  /** Leaves after so many milliseconds, whatever has come. */
  readonly leavesAfterMs: number | null;
  /** Stops reading for so long after the first bytes. */
  readonly pausesMs: number | null;
}

/** What a client saw. */
export interface Sight {
  readonly kind: 'whole' | 'told' | 'left' | 'broken';
  readonly status: number;
  readonly cache: string;
  /** The text of the answer, as far as it came. */
  readonly text: string;
  /** Why it is `told` or `broken`. */
  readonly said: string;
}

const chunkSchema = z.looseObject({
  choices: z
    .array(z.looseObject({ delta: z.looseObject({ content: z.string().nullish() }).optional() }))
    .optional(),
  error: z.looseObject({ message: z.string().min(1) }).optional(),
});
const answerSchema = z.looseObject({
  choices: z.array(z.looseObject({ message: z.looseObject({ content: z.string() }) })).length(1),
});
const errorSchema = z.looseObject({
  error: z.looseObject({ message: z.string().min(1), type: z.string(), code: z.string() }),
});

/** Sends a request the way a client does, and tells honestly what came of it. Never rejects. */
export function visit(agent: Agent, port: number, asked: Visit): Promise<Sight> {
  return new Promise((resolve) => {
    const body = JSON.stringify({
      model: asked.model,
      messages: [{ role: 'user', content: asked.question }],
      stream: asked.stream,
      ...(asked.cacheable ? { temperature: 0 } : {}),
    });
    const req = request({
      agent,
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/chat/completions',
      headers: {
        authorization: `Bearer ${LOCAL_KEY}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-request-id': asked.id,
      },
    });
    let left = false;
    const timer =
      asked.leavesAfterMs === null
        ? null
        : setTimeout(() => {
            left = true;
            req.destroy();
          }, asked.leavesAfterMs);
    const done = (sight: Sight): void => {
      if (timer !== null) clearTimeout(timer);
      resolve(left ? { ...sight, kind: 'left' } : sight);
    };
    req.on('error', (error) => done({ kind: 'broken', status: 0, cache: '', text: '', said: String(error) }));
    req.on('response', (res) => read(res, asked, done));
    req.end(body);
  });
}

function read(res: IncomingMessage, asked: Visit, done: (sight: Sight) => void): void {
  const chunks: Buffer[] = [];
  res.on('data', (chunk: Buffer) => {
    if (chunks.push(chunk) > 1 || asked.pausesMs === null) return;
    res.pause();
    setTimeout(() => res.resume(), asked.pausesMs);
  });
  const end = (broken: string | null): void =>
    done(understood(res, asked.stream, Buffer.concat(chunks).toString('utf8'), broken));
  res.on('end', () => end(null));
  res.on('error', (error) => end(String(error)));
}

function understood(res: IncomingMessage, stream: boolean, body: string, broken: string | null): Sight {
  const status = res.statusCode ?? 0;
  const seen = { status, cache: String(res.headers['x-cache'] ?? '') };
  try {
    if (broken !== null)
      return { ...seen, kind: 'broken', text: stream ? textOf(body).text : '', said: broken };
    if (status !== 200) {
      return { ...seen, kind: 'told', text: '', said: errorSchema.parse(JSON.parse(body)).error.message };
    }
    if (!stream) {
      const text = answerSchema.parse(JSON.parse(body)).choices[0]?.message.content ?? '';
      return { ...seen, kind: 'whole', text, said: '' };
    }
    const { text, error, done } = textOf(body);
    if (error !== null) return { ...seen, kind: done ? 'broken' : 'told', text, said: error };
    return { ...seen, kind: done ? 'whole' : 'broken', text, said: done ? '' : 'ended without [DONE]' };
  } catch (error) {
    return { ...seen, kind: 'broken', text: '', said: `${String(error)} in ${body.slice(0, 300)}` };
  }
}

function textOf(body: string): {
  readonly text: string;
  readonly error: string | null;
  readonly done: boolean;
} {
  let text = '';
  let error: string | null = null;
  let done = false;
  for (const line of body.split('\n')) {
    if (!line.startsWith('data: ')) continue;
    const data = line.slice('data: '.length);
    if (data === '[DONE]') {
      done = true;
      continue;
    }
    const chunk = chunkSchema.parse(JSON.parse(data));
    if (chunk.error !== undefined) error = chunk.error.message;
    text += chunk.choices?.[0]?.delta?.content ?? '';
  }
  return { text, error, done };
}
