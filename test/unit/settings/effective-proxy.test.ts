import { describe, expect, it } from 'vitest';
import { effectiveProxy, effectiveTargets } from '../../../src/main/settings/effective-proxy.ts';
import { proxyConfigSchema } from '../../../src/main/settings/proxy-config.ts';
import { userRoutingSchema } from '../../../src/shared/targets.ts';
import { userSettingsSchema } from '../../../src/shared/user-settings.ts';

const routing = userRoutingSchema.parse({});
const effective = (config: object, user: object = {}, ways: object = {}) =>
  effectiveProxy(
    proxyConfigSchema.parse(config),
    userSettingsSchema.parse(user),
    userRoutingSchema.parse(ways),
  );

describe('the proxy as it is to behave', () => {
  it.each([
    ['neither says anything', {}, {}, ['deterministic', 86_400, false]],
    [
      'the file alone',
      { cache: { answers: 'off', ttlSeconds: 60 }, ollamaRoutes: true },
      {},
      ['off', 60, true],
    ],
    [
      'the app alone',
      {},
      { cache: { mode: 'all', ttlMinutes: 5 }, proxy: { ollamaRoutes: true } },
      ['all', 300, true],
    ],
    [
      'both: what was touched in the app wins',
      { cache: { answers: 'off' } },
      { cache: { mode: 'all' } },
      ['all', 86_400, false],
    ],
  ])('%s', (_what, config, user, expected) => {
    const { cache, ollamaRoutes } = effective(config, user);
    expect([cache.answers, cache.ttlSeconds, ollamaRoutes]).toEqual(expected);
  });

  it('lets a chain of the app stand over that of the file for the same model, and the bridge too', () => {
    const file = { fallbacks: { a: ['x'], b: ['y'] }, bridge: { model: 'x' } };
    expect(effective(file).bridge.model).toBe('x');
    const { fallbacks, bridge } = effective(
      file,
      {},
      { fallbacks: { b: [], c: ['z'] }, bridge: { model: null } },
    );
    expect(fallbacks).toEqual({ a: ['x'], b: [], c: ['z'] });
    expect(bridge.model).toBeNull();
  });

  it('names servers once: those of the file first', () => {
    const config = proxyConfigSchema.parse({
      targets: [{ name: 'same', baseUrl: 'https://file.example/v1', models: ['m'] }],
    });
    const added = userRoutingSchema.parse({
      targets: [
        { name: 'same', baseUrl: 'https://app.example/v1', models: ['m'], keyId: 'k' },
        { publicEndpoint: 'kimi-k2.6' },
      ],
    });
    expect(
      effectiveTargets(config, added).map(({ baseUrl, publicEndpoint }) => baseUrl ?? publicEndpoint),
    ).toEqual(['https://file.example/v1', 'kimi-k2.6']);
    expect(effectiveTargets(config, routing)).toMatchObject([{ keyId: null }]);
  });
});
