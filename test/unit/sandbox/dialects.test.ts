import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, events, POD, rig, type Rig } from './support.ts';

let world: Rig;
let url: string;

beforeAll(async () => {
  world = rig();
  const pod = await world.pod({ args: `${POD.args} --enable-auto-tool-choice --tool-call-parser hermes` });
  await world.ready(pod.id);
  url = world.podUrl(pod.id);
});

const post = <T>(path: string, body: object): Promise<Answer<T>> =>
  world.call<T>(`${url}${path}`, { body: { model: 'qwen3-8b', ...body } });

/** Event names with repeats folded, and that `event:` always equals the payload's type. */
function story(text: string): string[] {
  const names = [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, name = '', data = '{}']) => {
    expect(JSON.parse(data)).toMatchObject({ type: name });
    return name;
  });
  return names.filter((name, index) => name !== names[index - 1]);
}

describe('/v1/responses', () => {
  interface Response {
    readonly status: string;
    readonly output: readonly {
      readonly type: string;
      readonly content: readonly { readonly text: string }[];
      readonly name: string;
      readonly arguments: string;
    }[];
    readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
    readonly incomplete_details: { readonly reason: string } | null;
  }

  it('answers with text', async () => {
    const { body } = await post<Response>('/v1/responses', { input: 'Hello', instructions: 'Be short' });
    expect(body.status).toBe('completed');
    expect(body.output[0]).toMatchObject({
      type: 'message',
      content: [{ text: expect.stringMatching(/^\[Simulated\]/) }],
    });
    expect(body.usage.output_tokens).toBeGreaterThan(0);
  });

  it('streams the named events in order, numbered, with the text of the plain answer', async () => {
    const plain = await post<Response>('/v1/responses', { input: 'Hello' });
    const { body } = await post<string>('/v1/responses', { input: 'Hello', stream: true });
    expect(story(body)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const all = events<{ sequence_number: number; type: string; delta: string; response: Response }>(body);
    expect(all.map((event) => event.sequence_number)).toEqual(all.map((_, index) => index));
    const text = all
      .filter((event) => event.type === 'response.output_text.delta')
      .map((event) => event.delta)
      .join('');
    expect(text).toBe(plain.body.output[0]?.content[0]?.text);
    expect(all.at(-1)?.response.output).toHaveLength(1);
  });

  it('calls functions, and says when it was cut short', async () => {
    const tools = [
      {
        type: 'function',
        name: 'get_weather',
        parameters: { type: 'object', properties: { city: { type: 'string' } } },
      },
    ];
    const { body } = await post<Response>('/v1/responses', { input: 'weather in Paris', tools });
    expect(body.output[0]).toMatchObject({
      type: 'function_call',
      name: 'get_weather',
      arguments: '{"city":"Paris"}',
    });
    const streamed = await post<string>('/v1/responses', { input: 'weather in Paris', tools, stream: true });
    expect(story(streamed.body)).toContain('response.function_call_arguments.delta');
    const short = await post<Response>('/v1/responses', { input: 'Hello', max_output_tokens: 3 });
    expect(short.body).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
  });
});

describe('/v1/messages', () => {
  interface Message {
    readonly content: readonly { readonly type: string; readonly text: string; readonly input: object }[];
    readonly stop_reason: string;
    readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
  }
  const ask = { max_tokens: 500, messages: [{ role: 'user', content: 'Hello' }] };
  const tools = [
    { name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } },
  ];

  it('answers and streams Anthropic messages', async () => {
    const plain = await post<Message>('/v1/messages', { ...ask, system: 'Be short' });
    expect(plain.body).toMatchObject({ stop_reason: 'end_turn', content: [{ type: 'text' }] });
    const { body } = await post<string>('/v1/messages', { ...ask, system: 'Be short', stream: true });
    expect(story(body)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    const deltas = events<{ type: string; delta?: { text?: string } }>(body);
    const text = deltas
      .map((event) => (event.type === 'content_block_delta' ? (event.delta?.text ?? '') : ''))
      .join('');
    expect(text).toBe(plain.body.content[0]?.text);
  });

  it('uses tools and says why it stopped', async () => {
    const forced = await post<Message>('/v1/messages', { ...ask, tools, tool_choice: { type: 'any' } });
    expect(forced.body).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ type: 'tool_use', input: { city: 'Hello' } }],
    });
    const streamed = await post<string>('/v1/messages', {
      ...ask,
      tools,
      tool_choice: { type: 'tool', name: 'get_weather' },
      stream: true,
    });
    const json = events<{ delta?: { partial_json?: string } }>(streamed.body)
      .map((event) => event.delta?.partial_json ?? '')
      .join('');
    expect(JSON.parse(json)).toEqual({ city: 'Hello' });
    expect((await post<Message>('/v1/messages', { ...ask, max_tokens: 3 })).body.stop_reason).toBe(
      'max_tokens',
    );
    expect(
      (await post<Message>('/v1/messages', { ...ask, stop_sequences: ['sandbox'] })).body.stop_reason,
    ).toBe('stop_sequence');
  });

  it('calls a tool without setting its switches', async () => {
    const yes = { type: 'boolean' };
    const properties = {
      command: { type: 'string' },
      run_in_background: yes,
      dangerouslyDisableSandbox: yes,
    };
    const shell = { name: 'Bash', input_schema: { type: 'object', properties, required: ['command'] } };
    const { body } = await post<Message>('/v1/messages', {
      ...ask,
      tools: [shell],
      tool_choice: { type: 'any' },
    });
    expect(body.content[0]?.input).toEqual({ command: 'Hello' });
  });

  it('hears the user, not what an agent adds, and refuses turns of the system as older vLLM does', async () => {
    const added = '<system-reminder>\nget_weather is a tool\n</system-reminder>';
    const content = [
      { type: 'text', text: 'Hello' },
      { type: 'text', text: added },
    ];
    const { body } = await post<Message>('/v1/messages', {
      ...ask,
      messages: [{ role: 'user', content }],
      tools,
    });
    expect(body.stop_reason).toBe('end_turn');
    expect(body.content[0]?.text).toContain('You wrote: Hello. ');
    const turns = [...ask.messages, { role: 'system', content: 'x' }];
    expect((await post<object>('/v1/messages', { ...ask, messages: turns })).status).toBe(400);
  });

  it('does not call the tool again after its result', async () => {
    const turns = [
      { role: 'user', content: 'weather in Paris' },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 't', name: 'get_weather', input: { city: 'Paris' } }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'sunny' }] },
    ];
    const { body } = await post<Message>('/v1/messages', { ...ask, messages: turns, tools });
    expect(body.stop_reason).toBe('end_turn');
    expect(body.content[0]?.text).toContain('sunny');
  });

  it('counts tokens, and refuses in its own shape', async () => {
    const counted = await post<{ input_tokens: number }>('/v1/messages/count_tokens', {
      messages: ask.messages,
    });
    expect(counted.body.input_tokens).toBeGreaterThan(0);
    const refused = await post<object>('/v1/messages', { ...ask, model: 'claude' });
    expect(refused).toMatchObject({
      status: 404,
      body: { type: 'error', error: { type: 'not_found_error' } },
    });
  });
});

describe('/v1/completions', () => {
  interface Completion {
    readonly choices: readonly {
      readonly text: string;
      readonly finish_reason: string | null;
      readonly index: number;
    }[];
    readonly usage: { readonly completion_tokens: number };
  }

  it('stops at 16 tokens unless told otherwise', async () => {
    const { body } = await post<Completion>('/v1/completions', { prompt: 'Once upon' });
    expect(body).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { completion_tokens: 16 } });
  });

  it('takes several prompts, echoes, streams', async () => {
    const several = await post<Completion>('/v1/completions', {
      prompt: ['one', 'two'],
      max_tokens: 4,
      n: 2,
    });
    expect(several.body.choices.map((choice) => choice.index)).toEqual([0, 1, 2, 3]);
    const echoed = await post<Completion>('/v1/completions', { prompt: 'Once upon', echo: true });
    expect(echoed.body.choices[0]?.text.startsWith('Once upon[Simulated]')).toBe(true);
    const streamed = await post<string>('/v1/completions', { prompt: 'Once upon', stream: true });
    const text = events(streamed.body)
      .map((chunk) => chunk.choices[0]?.text ?? '')
      .join('');
    expect(text).toBe(
      (await post<Completion>('/v1/completions', { prompt: 'Once upon' })).body.choices[0]?.text,
    );
  });
});

describe('/v1/embeddings of an embedding model', () => {
  interface Embeddings {
    readonly data: readonly { readonly embedding: number[] | string }[];
  }

  it('gives unit vectors that depend on the text, in both encodings', async () => {
    const made = rig();
    const pod = await made.pod({ args: '--model BAAI/bge-m3 --port 8000' });
    await made.ready(pod.id);
    const ask = async (body: object): Promise<Embeddings> =>
      (
        await made.call<Embeddings>(`${made.podUrl(pod.id)}/v1/embeddings`, {
          body: { model: 'BAAI/bge-m3', ...body },
        })
      ).body;
    const { data } = await ask({ input: ['a', 'b', 'a'], encoding_format: 'float' });
    const [a, b, again] = data.map((entry) => entry.embedding);
    expect(a).toEqual(again);
    expect(a).not.toEqual(b);
    expect(Math.hypot(...(Array.isArray(a) ? a : []))).toBeCloseTo(1, 6);
    const packed = (await ask({ input: 'a', encoding_format: 'base64' })).data[0]?.embedding;
    const bytes = Buffer.from(typeof packed === 'string' ? packed : '', 'base64');
    const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    expect(floats[0]).toBeCloseTo(Array.isArray(a) ? (a[0] ?? 0) : 0, 6);
    const refused = await made.call(`${made.podUrl(pod.id)}/v1/chat/completions`, {
      body: { model: 'BAAI/bge-m3', messages: [{ role: 'user', content: 'x' }] },
    });
    expect(refused.status).toBe(400);
  });
});
