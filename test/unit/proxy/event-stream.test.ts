import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatEvents } from '../../../src/main/proxy/events/chat-events.ts';
import { assemblerFor, addEvents } from '../../../src/main/proxy/events/assemble.ts';
import { disassemble } from '../../../src/main/proxy/events/disassemble.ts';
import { MARK, Replay, type Mark } from '../../../src/main/proxy/flow.ts';
import { Trace } from '../../../src/main/proxy/trace.ts';
import { chatChunk, chatEvents, chatJson, USAGE } from '../../support/proxy-upstream.ts';

interface Outcome {
  text: string;
  marks: Mark[];
  /** `open`, `ended` or the text of the failure. */
  end: string;
  chunks: number;
}

/** Feeds bytes cut as given through the chat rules. */
function run(pieces: readonly Buffer[], model = 'served'): Outcome & { trace: Trace } {
  const trace = new Trace(0);
  const source = new Replay(pieces.map((chunk) => ({ chunk, mark: MARK.bytes })));
  const identity = { object: 'chat.completion.chunk' as const, model, id: 'own', created: 9 };
  const out: Outcome = { text: '', marks: [], end: 'open', chunks: 0 };
  new ChatEvents(source, identity, trace, 't', () => 5).start({
    data: (chunk, mark) => {
      out.text += chunk.toString('utf8');
      out.marks.push(mark);
      out.chunks++;
    },
    end: () => (out.end = 'ended'),
    fail: (error) => (out.end = error.message),
  });
  return { ...out, trace };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const edges = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}

const WORDS = ['Grüße ', '東京 ', '👩‍🚀', ' "quoted" \n', '\\'];
const whole = chatEvents(WORDS, { usage: true }).join('');
const expected = run([Buffer.from(whole)]);

describe('trap 1: framing', () => {
  it('gives the same events however the bytes are cut, in the middle of a character too', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 40 }), (at) => {
        const found = run(cut(Buffer.from(whole), at));
        expect([found.text, found.end]).toEqual([expected.text, 'ended']);
        expect(found.trace.usage).toEqual({ tokensIn: 7, tokensOut: 3, tokensCached: null });
      }),
    );
  });

  it.each([
    ['CRLF', whole.replaceAll('\n', '\r\n')],
    ['CR', whole.replaceAll('\n', '\r')],
    ['a BOM', `\uFEFF${whole}`],
    ['no space after the colon', whole.replaceAll('data: ', 'data:')],
    ['comments and retry', `: hello\n\nretry: 5\n\n${whole.replace('\n\n', '\n\n: ping\n')}`],
    ['keep-alives wrapped into data', `data: : keepalive\n\ndata:\n\n${whole}`],
    ['extra blank lines', `\n\n${whole.replaceAll('\n\n', '\n\n\n')}`],
    ['two ends', `${whole}data: [DONE]\n\n`],
    ['no [DONE] but a finish', whole.replace('data: [DONE]\n\n', '')],
    ['a last event without its blank line', whole.trimEnd()],
    ['empty chunks', whole.replace('\n\n', '\n\ndata: {}\n\nevent: ping\ndata: {}\n\n')],
  ])('trap 4: %s', (_what, text) => {
    const bytes = Buffer.from(text);
    for (const pieces of [[bytes], Array.from(bytes, (_byte, i) => bytes.subarray(i, i + 1))]) {
      const found = run(pieces);
      // The space after the colon is the server's to choose, and stays as it is where bytes are relayed.
      const text = found.text.replaceAll('data:{', 'data: {');
      expect([text, found.end]).toEqual([expected.text, 'ended']);
    }
  });

  it('joins data of several lines', () => {
    const event =
      'data: {"id":"x","model":"served","choices":[\ndata: {"index":0,"delta":{"content":"a"}}]}\n\n';
    expect(run([Buffer.from(event)]).text).toContain('"content":"a"');
  });

  it('trap 3: a 1 MB event in small pieces, and an endless one has an end', () => {
    const big = chatChunk({
      choices: [{ index: 0, delta: { role: 'assistant', content: 'x'.repeat(1_000_000) } }],
    });
    const bytes = Buffer.from(big);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 100) }, (_v, i) =>
      bytes.subarray(i * 100, (i + 1) * 100),
    );
    expect(run(pieces).text.length).toBeGreaterThan(1_000_000);
    const endless = Array.from({ length: 20 }, () => Buffer.alloc(1_000_000, 'x'));
    expect(run(endless).end).toMatch(/event without an end/);
  });
});

describe('what passes untouched', () => {
  it('relays plain text events as the very bytes that came', () => {
    const events = chatEvents(['a', 'b', 'c'], { usage: true }).map((event) => Buffer.from(event));
    const seen: Buffer[] = [];
    const identity = { object: 'chat.completion.chunk' as const, model: 'served', id: 'own', created: 9 };
    new ChatEvents(
      new Replay(events.map((chunk) => ({ chunk, mark: MARK.bytes }))),
      identity,
      new Trace(0),
      't',
      () => 5,
    ).start({
      data: (chunk) => seen.push(chunk),
      end: () => {},
      fail: () => {},
    });
    // The role and the first word are read; after that bytes pass until the finish.
    expect(seen[2]).toBe(events[2]);
    expect(seen[3]).toBe(events[3]);
  });
});

describe('trap 10: usage', () => {
  it.each([
    [
      'on every chunk',
      chatEvents(['a', 'b']).map((event) =>
        event.replace('"choices"', `"usage":${JSON.stringify(USAGE)},"choices"`),
      ),
    ],
    [
      'on the finish chunk',
      chatEvents(['a', 'b']).map((event) =>
        event.includes('"stop"')
          ? event.replace('"choices"', `"usage":${JSON.stringify(USAGE)},"choices"`)
          : event,
      ),
    ],
    [
      'empty on a text chunk',
      chatEvents(['a', 'b'], { usage: true }).map((event) =>
        event.replace('"choices":[{', '"usage":{},"choices":[{'),
      ),
    ],
  ])('%s → one usage event, none beside text', (_what, events) => {
    const found = run([Buffer.from(events.join(''))]);
    const chunks = found.text.split('\n\n').filter((event) => event.includes('"usage":{'));
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toContain('"choices":[]');
    expect(found.marks.filter((mark) => mark === MARK.usage)).toHaveLength(1);
    expect(found.trace.usage.tokensOut).toBe(3);
  });

  it('counts events where a stream breaks off before its usage (trap 11)', () => {
    const found = run(
      chatEvents(['a', 'b', 'c'])
        .slice(0, 4)
        .map((event) => Buffer.from(event)),
    );
    expect([found.trace.contentEvents, found.trace.usage.tokensOut]).toEqual([3, null]);
    expect(found.end).toMatch(/before it was finished/);
  });
});

describe('trap 5: [DONE]', () => {
  it('is sent once and never over a dead upstream', () => {
    expect(expected.text.match(/\[DONE\]/g)).toHaveLength(1);
    for (let n = 0; n < chatEvents(WORDS).length - 2; n++) {
      const found = run(
        chatEvents(WORDS)
          .slice(0, n)
          .map((event) => Buffer.from(event)),
      );
      expect(found.text).not.toContain('[DONE]');
      expect(found.end).not.toBe('ended');
    }
  });
});

describe('trap 6: shapes', () => {
  it('mends missing ids, roles, null deltas and empty finish reasons, and keeps unknown fields', () => {
    const raw = `data: ${JSON.stringify({ odd: 1, choices: [{ delta: null, finish_reason: '', extra: [2] }] })}\n\n`;
    const [first] = run([Buffer.from(raw)], 'asked').text.split('\n\n');
    expect(JSON.parse(first?.slice(6) ?? '')).toEqual({
      odd: 1,
      id: 'own',
      object: 'chat.completion.chunk',
      created: 9,
      model: 'asked',
      choices: [{ delta: { role: 'assistant' }, finish_reason: null, extra: [2], index: 0 }],
    });
  });
});

describe('assembling and taking apart', () => {
  it('are inverse for chat answers', () => {
    const json = {
      ...chatJson('Hello'),
      system_fingerprint: 'fp',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Hello',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
        { index: 1, message: { role: 'assistant', content: 'Other' }, logprobs: null, finish_reason: 'stop' },
      ],
    };
    const assembler = assemblerFor('chat');
    for (const piece of disassemble('chat', json)) addEvents(assembler, piece.chunk);
    expect(assembler.result()).toEqual(json);
  });

  it('are inverse for messages', () => {
    const message = {
      id: 'msg',
      type: 'message',
      role: 'assistant',
      model: 'm',
      stop_reason: 'tool_use',
      stop_sequence: null,
      content: [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'a' },
        { type: 'tool_use', id: 't', name: 'f', input: { x: [1] } },
      ],
      usage: { input_tokens: 3, output_tokens: 4 },
    };
    const assembler = assemblerFor('messages');
    for (const piece of disassemble('messages', message)) addEvents(assembler, piece.chunk);
    expect(assembler.result()).toEqual(message);
  });

  it('join log probabilities and keep unknown fields of choices and deltas', () => {
    const assembler = assemblerFor('chat');
    const logprobs = (token: string): object => ({ content: [{ token, logprob: -1 }] });
    const chunk = (delta: object, more: object): string =>
      chatChunk({ choices: [{ index: 0, delta, ...more }] });
    addEvents(
      assembler,
      Buffer.from(
        chunk({ role: 'assistant', content: 'a', audio: { data: 'x' } }, { logprobs: logprobs('a') }) +
          chunk(
            { content: 'b', audio: { data: 'y' } },
            { logprobs: logprobs('b'), finish_reason: 'stop', stop_reason: 7 },
          ),
      ),
    );
    expect(assembler.result()).toMatchObject({
      choices: [
        {
          message: { content: 'ab', audio: { data: 'xy' } },
          logprobs: { content: [{ token: 'a' }, { token: 'b' }] },
          stop_reason: 7,
        },
      ],
    });
  });
});
