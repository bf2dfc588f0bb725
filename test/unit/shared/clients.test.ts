import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CLIENTS, type ConnectFacts, type Snippet } from '../../../src/shared/clients/clients.ts';

const facts: ConnectFacts = {
  baseUrl: 'http://127.0.0.1:27182/v1',
  model: "it's/odd:name",
  contextTokens: 65_536,
  key: 'pat_local_x',
  shellKey: '$(runpod-llm key show)',
};

const all = CLIENTS.flatMap((client) => client.snippets(facts).map((snippet) => ({ client, snippet })));
const ofLanguage = (language: Snippet['language']) =>
  all
    .filter(({ snippet }) => snippet.language === language)
    .map(({ client, snippet }) => [client.id, snippet.text] as const);

describe('connecting clients', () => {
  it('has ids that are distinct and fit addresses', () => {
    const ids = CLIENTS.map((client) => client.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  it('shows a way for every client that can be connected, and a reason for the others', () => {
    const bare = CLIENTS.filter((client) => client.snippets(facts).length === 0);
    expect(bare.map((client) => [client.id, client.way])).toEqual([['cursor', 'impossible']]);
    expect(bare.every((client) => client.notes.length > 0)).toBe(true);
  });

  it('leaves no placeholder unfilled', () => {
    for (const { client, snippet } of all) {
      expect([client.id, snippet.text]).not.toEqual([
        client.id,
        expect.stringMatching(/undefined|\{\{|YOUR_|NaN/),
      ]);
    }
  });

  it.each(ofLanguage('json'))('%s has valid JSON', (_id, text) => {
    expect(JSON.parse(text)).toBeTypeOf('object');
  });

  it.each(ofLanguage('sh'))('%s has a command that a shell can read', (_id, text) => {
    const result = spawnSync('sh', ['-n'], { input: text });
    expect([result.status, String(result.stderr)]).toEqual([0, '']);
  });

  it('gives a shell the model’s name as one word', () => {
    const text = CLIENTS.find((client) => client.id === 'aider')?.snippets(facts)[0]?.text;
    expect(text).toContain(`--model 'openai/it'\\''s/odd:name'`);
  });

  it('keeps room for prompts: an answer takes a quarter of the context at most', () => {
    const text = CLIENTS.find((client) => client.id === 'opencode')?.snippets({
      ...facts,
      contextTokens: 16_384,
    })[0]?.text;
    expect(text).toContain('"output": 4096');
  });
});
