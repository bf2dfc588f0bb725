import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isInstalled } from '../../../scripts/host.ts';
import { missing } from '../../support/missing.ts';
import { tempDir } from '../../support/temp.ts';
import { startFakeEngine, type FakeEngine } from './support/fake-engine.ts';
import { createRig, type Rig } from './support/rig.ts';

const never = new AbortController().signal;
const absent = isInstalled('openssl') ? null : 'openssl not installed';

/** Made with openssl as Docker's manual has it: an authority, and a certificate of it for each end. */
interface Certificates {
  readonly server: { key: string; cert: string; ca: string };
  /** ca.pem, cert.pem, key.pem, as DOCKER_CERT_PATH holds them. */
  client(folder: string): void;
}

function openssl(folder: string, ...args: readonly string[]): void {
  const done = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`openssl ${args.join(' ')}: ${done.stderr}`);
}

function makeCertificates(folder: string): Certificates {
  const fresh = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  openssl(folder, ...fresh, '-subj', '/CN=authority', '-keyout', 'ca-key.pem', '-out', 'ca.pem');
  for (const name of ['server', 'client']) {
    const from = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const notAnAuthority = ['-addext', 'basicConstraints=critical,CA:FALSE'];
    const to = ['-keyout', `${name}-key.pem`, '-out', `${name}.pem`];
    openssl(folder, ...fresh, ...from, ...notAnAuthority, '-subj', `/CN=${name}`, ...to);
  }
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return {
    server: { key: read('server-key.pem'), cert: read('server.pem'), ca: read('ca.pem') },
    client: (to) => {
      mkdirSync(to, { recursive: true });
      writeFileSync(join(to, 'ca.pem'), read('ca.pem'));
      writeFileSync(join(to, 'cert.pem'), read('client.pem'));
      writeFileSync(join(to, 'key.pem'), read('client-key.pem'));
    },
  };
}

async function engineOn(tls: Certificates['server'] | null): Promise<FakeEngine> {
  const engine = await startFakeEngine({ tcp: { tls } });
  onTestFinished(() => engine.dispose());
  return engine;
}

function rigWith(env: Record<string, string>): Rig {
  const rig = createRig(null, { env });
  onTestFinished(() => rig.dispose());
  return rig;
}

describe('an engine on another machine', () => {
  let certificates: Certificates;
  beforeAll(() => {
    if (absent !== null) return undefined;
    const folder = mkdtempSync(join(tmpdir(), 'rplm-certs-'));
    certificates = makeCertificates(folder);
    return () => rmSync(folder, { recursive: true, force: true });
  });

  it('is reached by DOCKER_HOST', async () => {
    const engine = await engineOn(null);
    expect(await rigWith({ DOCKER_HOST: engine.url }).service.engine(never)).toMatchObject({
      available: true,
      address: engine.url,
      origin: 'DOCKER_HOST',
      // Its disk is not this machine's.
      freeBytes: null,
    });
  });

  it('knows its user by the certificate of DOCKER_CERT_PATH', async (context) => {
    if (absent !== null) missing(context, absent);
    const engine = await engineOn(certificates.server);
    const folder = join(tempDir(), 'certs');
    certificates.client(folder);
    const status = await rigWith({
      DOCKER_HOST: engine.url,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: folder,
    }).service.engine(never);
    expect(status).toMatchObject({ available: true, problem: null });
    expect(status.address).toMatch(/^https:/);
    expect(engine.requests.map(({ path }) => path)).toEqual(['/_ping', '/info']);
  });

  it('is not believed with a certificate of somebody else’s authority', async (context) => {
    if (absent !== null) missing(context, absent);
    const other = makeCertificates(tempDir());
    const engine = await engineOn(other.server);
    const folder = join(tempDir(), 'certs');
    certificates.client(folder);
    const { available, problem } = await rigWith({
      DOCKER_HOST: engine.url,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: folder,
    }).service.engine(never);
    expect(available).toBe(false);
    expect(problem).toMatchObject({ code: 'docker_unavailable' });
    expect(problem?.message).toMatch(/certificate/);
    expect(engine.requests).toEqual([]);
  });

  it('says which certificate cannot be read', async (context) => {
    if (absent !== null) missing(context, absent);
    const engine = await engineOn(certificates.server);
    const { problem } = await rigWith({
      DOCKER_HOST: engine.url,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: join(tempDir(), 'none'),
    }).service.engine(never);
    expect(problem?.message).toMatch(/ca\.pem/);
  });

  it('is told from one that speaks no Docker', async () => {
    const engine = await engineOn(null);
    engine.on('GET /info', (_request, response) => response.writeHead(500).end('<html>a proxy</html>'));
    const { problem } = await rigWith({ DOCKER_HOST: engine.url }).service.engine(never);
    expect(problem).toMatchObject({ code: 'docker_unavailable' });
  });

  it('is not asked over ssh where nobody listens, and that is said', async () => {
    const { problem } = await rigWith({ DOCKER_HOST: 'ssh://me@127.0.0.1:9' }).service.engine(never);
    expect(problem).toMatchObject({ code: 'docker_unavailable' });
    expect(problem?.message).toMatch(/ssh:\/\/me@127\.0\.0\.1:9 \(DOCKER_HOST\)/);
  });
});
