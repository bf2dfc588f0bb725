import { describe, expect, it } from 'vitest';
import { whyNoDisplay } from '../../../scripts/desktop-runtime.ts';

describe('a desktop here', () => {
  it.each([
    ['darwin', {}, 501, null],
    ['win32', {}, null, null],
    ['linux', { DISPLAY: ':0' }, 1000, null],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 1000, null],
    ['linux', {}, 1000, 'there is no display'],
    ['linux', { DISPLAY: '' }, 1000, 'there is no display'],
    ['linux', { DISPLAY: ':0' }, 0, 'the desktop app does not run as root'],
  ] as const)('on %s with %j as user %s: %s', (platform, env, uid, why) => {
    expect(whyNoDisplay({ platform, env, uid })).toBe(why);
  });
});
