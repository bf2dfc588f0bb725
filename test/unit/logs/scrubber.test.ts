import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScrubber } from '../../../src/main/logs/scrubber.ts';

const secrets = fc.string({ minLength: 10, maxLength: 60, unit: 'grapheme-ascii' });

describe('a registered secret', () => {
  it('is taken out in its plain, JSON and URL form, whatever stands around it', () => {
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
        const scrubber = createScrubber();
        scrubber.add(secret);
        const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
        for (const form of forms) {
          // A form that the surrounding text happens to hold too would be found there again.
          fc.pre(!before.includes(form) && !after.includes(form));
          expect(scrubber.scrub(`${before}|${form}|${after}`)).not.toContain(form);
        }
      }),
    );
  });

  it('is taken out of Base64 text, at whatever place it begins', () => {
    fc.assert(
      fc.property(
        secrets,
        fc.string({ maxLength: 7, unit: 'grapheme-ascii' }),
        fc.string(),
        (secret, before, after) => {
          const scrubber = createScrubber();
          scrubber.add(secret);
          const encoded = Buffer.from(`${before}${secret}${after}`).toString('base64');
          const scrubbed = scrubber.scrub(encoded);
          expect(scrubbed).toContain('[redacted]');
          expect(Buffer.from(scrubbed.replace('[redacted]', ''), 'base64').toString()).not.toContain(secret);
        },
      ),
    );
  });

  it('goes as a whole when another secret is a part of it', () => {
    const scrubber = createScrubber();
    scrubber.add('abcdefgh');
    scrubber.add('abcdefgh-ijklmnop');
    expect(scrubber.scrub('key abcdefgh-ijklmnop!')).toBe('key [redacted]!');
  });

  it('is not registered when it is short enough to be a word', () => {
    const scrubber = createScrubber();
    scrubber.add('ready');
    scrubber.add('');
    expect(scrubber.scrub('the pod is ready')).toBe('the pod is ready');
  });
});

describe('credentials nobody registered', () => {
  it.each([
    ['RunPod key', 'failed with rpa_ABCDEFGHIJ0123456789', 'failed with rpa_[redacted]'],
    ['Hugging Face token', '{"x":"hf_AbCdEfGhIjKl"}', '{"x":"hf_[redacted]"}'],
    ['local key', 'pat_local_0123456789abcdef', 'pat_local_[redacted]'],
    ['Docker token', 'dckr_pat_AbCdEfGh-123', 'dckr_pat_[redacted]'],
    ['OpenAI style key', 'sk-proj-0123456789abcdef', 'sk-[redacted]'],
    ['bearer header', '"authorization: bearer abc.def-ghi"', '"authorization: Bearer [redacted]"'],
    ['basic header', 'Basic dXNlcjpwYXNz', 'Basic [redacted]'],
    [
      'query',
      'GET https://h/graphql?a=1&api_key=hunter2&b=2',
      'GET https://h/graphql?a=1&api_key=[redacted]&b=2',
    ],
    ['address with password', 'https://user:hunter2@host/x', 'https://[redacted]@host/x'],
    ['start argument', 'serve --api-key hunter2 --port 1', 'serve --api-key [redacted] --port 1'],
    ['start argument with =', 'serve --api-key=hunter2', 'serve --api-key=[redacted]'],
    ['argument list', '["--api-key","hunter2","x"]', '["--api-key","[redacted]","x"]'],
  ])('%s', (_name, text, expected) => {
    expect(createScrubber().scrub(text)).toBe(expected);
  });

  it('leaves ordinary text alone', () => {
    const text =
      'GET https://api.runpod.io/v2/pods?limit=10 200 in 35 ms; basic model facebook/opt-125m at http://127.0.0.1:27182/v1, mail a@b.c';
    expect(createScrubber().scrub(text)).toBe(text);
  });
});
