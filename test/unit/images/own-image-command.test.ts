import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownImageCommands } from '../../../src/main/images/own-image-command.ts';
import { repository } from '../../support/processes.ts';
import { tempDir } from '../../support/temp.ts';

const HASH = '0123456789abcdef';

describe('what the app’s own images run', () => {
  const laid = () => {
    const folder = join(tempDir(), 'scripts');
    return { folder, images: ownImageCommands(join(repository, 'resources'), folder) };
  };

  it.each([
    'vllm/vllm-openai:v0.27.1',
    'me/llm:latest',
    `me/llm:vllm-queue-${HASH}`,
    `me/llm:vllm-pod-${HASH}0`,
  ])('is not known of %s', (image) => {
    const { folder, images } = laid();
    expect(images.commandOf(image)).toBeNull();
    expect(existsSync(folder)).toBe(false);
  });

  it('is their entrypoint, whose scripts are laid out as in the image', () => {
    const { folder, images } = laid();
    const vllm = images.commandOf(`127.0.0.1:5000/me/llm:vllm-pod-${HASH}`);
    expect(vllm?.entrypoint.slice(-3)).toEqual([join(folder, 'entrypoint.sh'), 'vllm', 'serve']);
    expect(vllm?.cmd).toEqual([]);
    const ollama = images.commandOf(`me/llm:ollama-pod-${HASH}`);
    expect(ollama?.entrypoint).toContain('RPLM_BACKEND=ollama');
    expect(ollama?.cmd).toEqual(['serve']);
    expect(readdirSync(folder).toSorted()).toEqual(['entrypoint.sh', 'front.pl', 'smoke.sh', 'watchdog.sh']);
  });

  it('is accepted with any arguments, and nothing else is', () => {
    const { images } = laid();
    const { entrypoint = [] } = images.commandOf(`me/llm:vllm-pod-${HASH}`) ?? {};
    expect(images.accepts([...entrypoint, '--model', 'x'])).toBe(true);
    expect(images.accepts(entrypoint.slice(0, -1))).toBe(false);
    expect(images.accepts(entrypoint.map((word) => (word === 'bash' ? 'sh' : word)))).toBe(false);
    expect(images.accepts(['rm', '-rf', 'x'])).toBe(false);
  });
});
