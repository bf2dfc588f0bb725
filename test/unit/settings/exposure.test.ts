import { describe, expect, it } from 'vitest';
import { exposureWarning, refuseWeakKey } from '../../../src/main/settings/exposure.ts';

const MINE = ['127.0.0.1', '127.8.8.8', 'localhost', '::1', '[::1]'];
const OPEN = ['0.0.0.0', '::', '192.168.1.5', 'box.lan'];

describe('an endpoint that others can reach', () => {
  it.each(MINE)('%s is this computer alone: no warning, any key', (host) => {
    expect(exposureWarning(host)).toBeNull();
    expect(() => refuseWeakKey(host, 'x')).not.toThrow();
  });

  it.each(OPEN)('%s is told, and guarded by no key that can be guessed', (host) => {
    expect(exposureWarning(host)).toContain(host);
    expect(() => refuseWeakKey(host, 'hunter2')).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(host) }),
    );
    expect(() => refuseWeakKey(host, 'pat_local_0123456789')).not.toThrow();
  });
});
