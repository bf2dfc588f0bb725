import { describe, expect, it } from 'vitest';
import {
  absolute,
  defaultCacheDir,
  defaultDataDir,
  resolveDataDir,
  type Machine,
} from '../../../src/main/settings/folders.ts';

const machine = (platform: NodeJS.Platform, env: Record<string, string> = {}): Machine => ({
  platform,
  env,
  home: '/home/me',
  cwd: '/srv/app',
});

describe('folders', () => {
  it.each([
    ['linux', {}, '/home/me/.local/share/runpod-llm-manager', '/home/me/.cache/runpod-llm-manager'],
    [
      'linux',
      { XDG_DATA_HOME: '/d', XDG_CACHE_HOME: '/c' },
      '/d/runpod-llm-manager',
      '/c/runpod-llm-manager',
    ],
    [
      'linux',
      { XDG_DATA_HOME: 'relative', XDG_CACHE_HOME: '' },
      '/home/me/.local/share/runpod-llm-manager',
      '/home/me/.cache/runpod-llm-manager',
    ],
    [
      'darwin',
      {},
      '/home/me/Library/Application Support/runpod-llm-manager',
      '/home/me/Library/Caches/runpod-llm-manager',
    ],
    ['win32', { LOCALAPPDATA: '/l' }, '/l/runpod-llm-manager', '/l/runpod-llm-manager/cache'],
    [
      'win32',
      {},
      '/home/me/AppData/Local/runpod-llm-manager',
      '/home/me/AppData/Local/runpod-llm-manager/cache',
    ],
  ] as const)('on %s with %j', (platform, env, data, cache) => {
    expect([defaultDataDir(machine(platform, env)), defaultCacheDir(machine(platform, env))]).toEqual([
      data,
      cache,
    ]);
  });

  it('takes the flag over the variable over the system’s place', () => {
    const env = { RUNPOD_LLM_DATA_DIR: '~/data' };
    expect(resolveDataDir('here', machine('linux', env))).toBe('/srv/app/here');
    expect(resolveDataDir(undefined, machine('linux', env))).toBe('/home/me/data');
    expect(resolveDataDir(undefined, machine('linux', { RUNPOD_LLM_DATA_DIR: ' ' }))).toBe(
      '/home/me/.local/share/runpod-llm-manager',
    );
  });

  it('reads paths as their writers meant them', () => {
    expect(
      ['~', '~/x', 'x', './x', '/x', '~user/x'].map((path) => absolute(path, '/base', '/home/me')),
    ).toEqual(['/home/me', '/home/me/x', '/base/x', '/base/x', '/x', '/base/~user/x']);
  });
});
