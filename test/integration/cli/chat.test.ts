import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../src/shared/errors.ts';
import { requestRecordSchema, type ChatItem, type ChatRequest } from '../../../src/shared/activity.ts';
import { createFakeManager, type FakeManager } from '../../support/fake-manager.ts';
import { commandLine, fakeInstance } from '../../support/command-line.ts';
import { sampleRequest } from '../../support/samples.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');

/** A core that answers with these pieces, and keeps what it was asked. */
function answering(...pieces: readonly Partial<Extract<ChatItem, { type: 'delta' }>>[]): {
  fake: FakeManager;
  asked: ChatRequest[];
} {
  const fake = createFakeManager();
  const asked: ChatRequest[] = [];
  fake.replyStream('playground.chat', async function* (request) {
    asked.push(request);
    for (const piece of pieces) yield { type: 'delta', text: '', reasoning: '', ...piece };
    yield { type: 'done', finishReason: 'stop', request: { ...sampleRequest(NOW), usd: 0.0002 } };
  });
  return { fake, asked };
}

const ANSWER = [{ reasoning: 'Rayleigh. ' }, { text: 'Because ' }, { text: 'air scatters blue.' }];

describe('one question', () => {
  it('prints the answer alone on standard output, what it took on standard error', async () => {
    const { fake, asked } = answering(...ANSWER);
    const instance = await fakeInstance({ fake });
    const { code, out, err } = await commandLine(['chat', 'coder', 'Why is', 'the sky blue?'], instance);
    expect([code, out]).toEqual([0, 'Because air scatters blue.\n']);
    expect(err).toMatch(/tokens in, \d+ out · \$0\.0002 simulated\n$/);
    expect(err).not.toContain('Rayleigh');
    expect(asked).toEqual([
      { model: 'coder', messages: [{ role: 'user', content: 'Why is the sky blue?' }], params: {} },
    ]);
  });

  it('shows the thinking to somebody who watches', async () => {
    const { fake } = answering(...ANSWER);
    const instance = await fakeInstance({ fake });
    const { out, err } = await commandLine(['chat', 'coder', 'Why?'], { ...instance, interactive: true });
    expect(out).toBe('Because air scatters blue.\n');
    expect(err).toContain('Rayleigh. \n\n');
  });

  it('is one document with --json', async () => {
    const { fake } = answering(...ANSWER);
    const result = await commandLine(['chat', 'coder', 'Why?', '--json'], await fakeInstance({ fake }));
    const shape = z.strictObject({
      model: z.literal('coder'),
      text: z.literal('Because air scatters blue.'),
      reasoning: z.literal('Rayleigh. '),
      finishReason: z.literal('stop'),
      request: requestRecordSchema,
    });
    expect(shape.safeParse(result.json()).error).toBeUndefined();
    expect(result.err).toBe('');
  });

  it('takes standard input for a dash, or for the whole question', async () => {
    const { fake, asked } = answering({ text: 'ok' });
    const instance = await fakeInstance({ fake });
    await commandLine(['chat', 'coder', 'Review:', '-'], { ...instance, input: '+ new line\n' });
    await commandLine(['chat', 'coder'], { ...instance, input: 'from a pipe\n' });
    expect(asked.map(({ messages }) => messages.at(-1)?.content)).toEqual([
      'Review:\n\n+ new line',
      'from a pipe',
    ]);
  });

  it('sends what was asked for beside the text', async () => {
    const { fake, asked } = answering({ text: 'ok' });
    const words = ['chat', 'coder', 'Hi', '--system', 'Be brief.', '--max-tokens', '16'];
    await commandLine(words, await fakeInstance({ fake }));
    expect(asked[0]).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      params: { maxTokens: 16 },
    });
  });

  it('makes the answer harmless for a terminal', async () => {
    const { fake } = answering({ text: '\u001b]0;title\u0007red \u001b[31mink\u001b[2J' });
    const { out } = await commandLine(['chat', 'coder', 'Hi'], await fakeInstance({ fake }));
    expect(out).toBe('red ink\n');
  });

  it('ends the line of an answer that breaks off, and says why', async () => {
    const fake = createFakeManager();
    fake.replyStream('playground.chat', async function* () {
      yield { type: 'delta', text: 'Half', reasoning: '' };
      throw new AppError('upstream_failed', 'The model server went away.');
    });
    const { code, out, err } = await commandLine(['chat', 'coder', 'Hi'], await fakeInstance({ fake }));
    expect([code, out]).toEqual([1, 'Half\n']);
    expect(err).toContain('error: The model server went away.');
  });
});

describe('a model that rests', () => {
  it('is woken at a price that is told before', async () => {
    const { fake } = answering({ text: 'awake' });
    fake.change('qwen3-coder', { state: 'stopped' });
    const { code, out, err } = await commandLine(['chat', 'coder', 'Hi'], await fakeInstance({ fake }));
    expect([code, out]).toEqual([0, 'awake\n']);
    expect(err).toMatch(/^qwen3-coder on .*\/h/);
    expect(fake.calls.map(({ name }) => name)).toContain('plan.make');
  });

  it('is not asked about while it runs', async () => {
    const { fake } = answering({ text: 'awake' });
    await commandLine(['chat', 'coder', 'Hi'], await fakeInstance({ fake }));
    expect(fake.calls.map(({ name }) => name)).not.toContain('plan.make');
  });
});

describe('which model', () => {
  it('has to be said where several are served', async () => {
    const { code, err } = await commandLine(['chat'], { ...(await fakeInstance()), answers: [] });
    expect(code).toBe(2);
    expect(err).toContain('error: Which model? Served: ');
  });

  it('names the nearest of what is served', async () => {
    const { code, err } = await commandLine(['chat', 'codr', 'Hi'], await fakeInstance());
    expect(code).toBe(3);
    expect(err).toContain('No model "codr" is served.\n  Did you mean coder? Served: ');
  });

  it('says how to get one where nothing is served', async () => {
    const fake = createFakeManager({ deployments: [] });
    const { code, err } = await commandLine(['chat', 'x', 'Hi'], await fakeInstance({ fake }));
    expect(code).toBe(3);
    expect(err).toContain('runpod-llm deploy');
  });

  it('keeps the variant of a name', async () => {
    const { fake, asked } = answering({ text: 'ok' });
    await commandLine(['chat', 'coder:fast', 'Hi'], await fakeInstance({ fake }));
    expect(asked[0]?.model).toBe('coder:fast');
  });
});

describe('a conversation', () => {
  it('sends along what was said, and ends with the input', async () => {
    const { fake, asked } = answering({ text: 'Fine.' });
    const instance = await fakeInstance({ fake });
    const { code, out } = await commandLine(['chat', 'coder'], {
      ...instance,
      answers: ['How are you?', '', 'And now?'],
    });
    expect([code, out]).toEqual([0, 'Fine.\nFine.\n']);
    expect(asked[1]?.messages).toEqual([
      { role: 'user', content: 'How are you?' },
      { role: 'assistant', content: 'Fine.' },
      { role: 'user', content: 'And now?' },
    ]);
  });

  it('outlasts a question that fails, which is then not part of it', async () => {
    const { fake, asked } = answering({ text: 'Fine.' });
    const replies = [new AppError('rate_limited', 'Too many requests.'), null];
    fake.replyStream('playground.chat', async function* (request) {
      asked.push(request);
      const problem = replies.shift();
      if (problem instanceof AppError) throw problem;
      yield { type: 'delta', text: 'Fine.', reasoning: '' };
      yield { type: 'done', finishReason: 'stop', request: sampleRequest(NOW) };
    });
    const instance = await fakeInstance({ fake });
    const { code, out, err } = await commandLine(['chat', 'coder'], { ...instance, answers: ['One', 'Two'] });
    expect([code, out]).toEqual([0, 'Fine.\n']);
    expect(err).toContain('error: Too many requests.');
    expect(asked[1]?.messages).toEqual([{ role: 'user', content: 'Two' }]);
  });

  it('ends with /bye', async () => {
    const { fake, asked } = answering({ text: 'Fine.' });
    const instance = await fakeInstance({ fake });
    await commandLine(['chat', 'coder'], { ...instance, answers: ['/bye', 'never asked'] });
    expect(asked).toEqual([]);
  });

  it('is refused where a document is wanted', async () => {
    const instance = await fakeInstance();
    const { code, err } = await commandLine(['chat', 'coder', '--json'], { ...instance, answers: [] });
    expect(code).toBe(2);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'invalid_input' } });
  });

  it('refuses an empty question', async () => {
    const { code, err } = await commandLine(['chat', 'coder'], { ...(await fakeInstance()), input: ' \n' });
    expect(code).toBe(2);
    expect(err).toContain('There is nothing to ask');
  });
});
