import { describe, expect, it } from 'vitest';
import { freeName } from '../../src/renderer/view/client-keys.ts';
import { EMPTY_KEY, keyWish } from '../../src/renderer/view/key-draft.ts';
import { settingsList, STANDARD, withStandard } from '../../src/renderer/view/settings.ts';
import { userSettingsSchema } from '../../src/shared/user-settings.ts';

describe('settings as a list', () => {
  const mine = userSettingsSchema.parse({
    budget: { usdPerDay: 9 },
    notifications: { quietHours: { from: '22:00', to: '07:00' }, ready: false },
  });

  it('has every value with its default', () => {
    const list = settingsList(mine);
    const leaves = Object.values(STANDARD).reduce((sum, group) => sum + Object.keys(group).length, 0);
    expect(list).toHaveLength(leaves);
    expect(list.filter(({ isStandard }) => !isStandard)).toEqual([
      { path: 'budget.usdPerDay', value: 9, standard: 5, isStandard: false },
      { path: 'notifications.ready', value: false, standard: true, isStandard: false },
      {
        path: 'notifications.quietHours',
        value: { from: '22:00', to: '07:00' },
        standard: null,
        isStandard: false,
      },
    ]);
    expect(settingsList(STANDARD).every(({ isStandard }) => isStandard)).toBe(true);
  });

  it('resets what is meant and nothing else', () => {
    const reset = withStandard(mine, ['notifications.quietHours']);
    expect(reset).toEqual({ ...mine, notifications: { ...mine.notifications, quietHours: null } });
    const all = settingsList(mine).map(({ path }) => path);
    expect(withStandard(mine, all)).toEqual(STANDARD);
    expect(withStandard(mine, [])).toEqual(mine);
  });
});

describe('a key that is described', () => {
  it('becomes what the contract takes', () => {
    expect(
      keyWish({ ...EMPTY_KEY, name: ' ci ', models: 'a, b,', requestsPerMinute: '60', expiresInDays: '7.5' }),
    ).toMatchObject({
      ok: true,
      wish: {
        name: 'ci',
        mayWake: true,
        models: ['a', 'b'],
        limits: { requestsPerMinute: 60, tokensPerMinute: null, concurrent: null },
        expiresInDays: 7.5,
      },
    });
  });

  it.each([
    ['name', { name: ' ' }],
    ['requestsPerMinute', { requestsPerMinute: 'many' }],
    ['tokensPerMinute', { tokensPerMinute: '1.5' }],
    ['concurrent', { concurrent: '0' }],
    ['expiresInDays', { expiresInDays: '9999' }],
    ['models', { models: 'x'.repeat(201) }],
  ])('names %s when it is wrong', (field, change) => {
    const wish = keyWish({ ...EMPTY_KEY, name: 'ci', ...change });
    expect(wish.ok ? [] : [...wish.wrong]).toContain(field);
  });

  it('gets a name that no other has', () => {
    expect(freeName('Zed', [])).toBe('Zed');
    expect(freeName('Zed', ['Zed', 'Zed 2'])).toBe('Zed 3');
  });
});
