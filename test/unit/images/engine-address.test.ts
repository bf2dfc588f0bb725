import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  engineAddresses,
  startAdvice,
  type EngineSurroundings,
} from '../../../src/main/images/engine-address.ts';

function around(
  changes: Partial<EngineSurroundings>,
  files: Record<string, unknown> = {},
): EngineSurroundings {
  return {
    platform: 'linux',
    home: '/home/u',
    env: {},
    uid: 1000,
    setting: null,
    read: (path) => (files[path] === undefined ? null : JSON.stringify(files[path])),
    ...changes,
  };
}
const id = (name: string): string => createHash('sha256').update(name).digest('hex');
const meta = (folder: string, name: string, host: string): Record<string, unknown> => ({
  [`${folder}/contexts/meta/${id(name)}/meta.json`]: { Name: name, Endpoints: { docker: { Host: host } } },
});
const urls = (surroundings: EngineSurroundings): string[] =>
  engineAddresses(surroundings).map(({ url }) => url);

describe('where the engine is looked for', () => {
  it('is the setting alone where there is one, before everything else', () => {
    const env = { DOCKER_HOST: 'tcp://1.2.3.4:2375', DOCKER_CONTEXT: 'x' };
    expect(engineAddresses(around({ setting: 'unix:///s.sock', env }))).toEqual([
      { url: 'unix:///s.sock', origin: 'the setting docker.host', certificates: null, verifyTls: true },
    ]);
  });

  it('is DOCKER_HOST alone, with its certificates when TLS is asked for', () => {
    expect(urls(around({ env: { DOCKER_HOST: 'ssh://me@box' } }))).toEqual(['ssh://me@box']);
    expect(urls(around({ env: { DOCKER_HOST: 'box:2375' } }))).toEqual(['tcp://box:2375']);
    const env = { DOCKER_HOST: 'tcp://box:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
    expect(engineAddresses(around({ env }))[0]).toMatchObject({
      url: 'https://box:2376',
      certificates: '/certs',
    });
  });

  it('is the context in use, or the one that DOCKER_CONTEXT names', () => {
    const files = {
      '/home/u/.docker/config.json': { currentContext: 'colima', auths: {} },
      ...meta('/home/u/.docker', 'colima', 'unix:///home/u/.colima/default/docker.sock'),
      ...meta('/home/u/.docker', 'desktop', 'unix:///home/u/.docker/desktop/docker.sock'),
    };
    expect(engineAddresses(around({}, files))).toEqual([
      {
        url: 'unix:///home/u/.colima/default/docker.sock',
        origin: 'context "colima"',
        certificates: null,
        verifyTls: true,
      },
    ]);
    expect(urls(around({ env: { DOCKER_CONTEXT: 'desktop' } }, files))).toEqual([
      'unix:///home/u/.docker/desktop/docker.sock',
    ]);
    expect(urls(around({ env: { DOCKER_CONTEXT: 'default' } }, files))[0]).toBe(
      'unix:///var/run/docker.sock',
    );
  });

  it('is in the folder that DOCKER_CONFIG names, with the certificates of the context', () => {
    const tls = `/conf/contexts/tls/${id('remote')}/docker`;
    const files = {
      '/conf/config.json': { currentContext: 'remote' },
      ...meta('/conf', 'remote', 'tcp://box:2376'),
      [`${tls}/ca.pem`]: 'pem',
    };
    expect(engineAddresses(around({ env: { DOCKER_CONFIG: '/conf' } }, files))[0]).toMatchObject({
      url: 'https://box:2376',
      certificates: tls,
    });
  });

  it('is nowhere else when a named context does not exist', () => {
    expect(() => engineAddresses(around({ env: { DOCKER_CONTEXT: 'gone' } }))).toThrow(
      /"gone" does not exist/,
    );
    const broken = around({ read: () => '{not json' });
    expect(urls(broken)[0]).toBe('unix:///var/run/docker.sock');
  });

  it('is any of the usual sockets otherwise, the system’s first', () => {
    const linux = urls(around({ env: { XDG_RUNTIME_DIR: '/run/user/7' } }));
    expect(linux[0]).toBe('unix:///var/run/docker.sock');
    expect(linux).toEqual(
      expect.arrayContaining([
        'unix:///run/user/7/docker.sock',
        'unix:///home/u/.docker/desktop/docker.sock',
        'unix:///home/u/.colima/default/docker.sock',
        'unix:///run/user/7/podman/podman.sock',
      ]),
    );
    const mac = urls(around({ platform: 'darwin', home: '/Users/u' }));
    expect(mac[0]).toBe('unix:///Users/u/.docker/run/docker.sock');
    expect(mac).toContain('unix:///Users/u/.local/share/containers/podman/machine/podman.sock');
    expect(urls(around({ platform: 'win32', home: 'C:\\Users\\u' }))[0]).toBe(
      'npipe:////./pipe/docker_engine',
    );
  });

  it('is told with the way to start one', () => {
    expect(startAdvice('darwin')).toContain('open -a Docker');
    expect(startAdvice('win32')).toContain('Start menu');
    expect(startAdvice('linux')).toContain('systemctl start docker');
  });
});
