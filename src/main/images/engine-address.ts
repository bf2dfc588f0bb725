import { createHash } from 'node:crypto';
import { posix, win32 } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';

/** One place where an engine may answer. */
export interface EngineAddress {
  /** As Docker writes it: unix://, npipe://, tcp://, http(s)://, ssh://. */
  readonly url: string;
  /** What named it, for people: `DOCKER_HOST`, `context "colima"`, `Docker Desktop`. */
  readonly origin: string;
  /** Folder with ca.pem, cert.pem and key.pem; null = no client certificate. */
  readonly certificates: string | null;
  readonly verifyTls: boolean;
}

/** What an address is found from. */
export interface EngineSurroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number | null;
  /** The setting `docker.host`; null = as Docker's own tools find it. */
  readonly setting: string | null;
  /** A file's text; null = there is none. */
  readonly read: (path: string) => string | null;
}

/**
 * Where to look for the engine, in the order of Docker's own tools: the setting, DOCKER_HOST, DOCKER_CONTEXT, the
 * context in use, then the usual sockets. An explicit choice is the only answer: falling back from it would build on
 * another engine than the user meant.
 * @throws AppError docker_unavailable: a named context does not exist
 */
export function engineAddresses(around: EngineSurroundings): EngineAddress[] {
  const { env } = around;
  if (around.setting !== null) return [fromHost(around.setting, 'the setting docker.host', env)];
  const host = env['DOCKER_HOST'];
  if (host !== undefined && host !== '') return [fromHost(host, 'DOCKER_HOST', env)];
  const folder = env['DOCKER_CONFIG'] || join(around)(around.home, '.docker');
  const context = env['DOCKER_CONTEXT'] || currentContext(around, folder);
  if (context !== null && context !== 'default') return [fromContext(around, folder, context)];
  return usualSockets(around).map(([url, origin]) => ({ url, origin, certificates: null, verifyTls: true }));
}

const join =
  ({ platform }: EngineSurroundings) =>
  (...parts: string[]): string =>
    platform === 'win32' ? win32.join(...parts) : posix.join(...parts);

function fromHost(host: string, origin: string, env: EngineSurroundings['env']): EngineAddress {
  const url = host.includes('://') ? host : `tcp://${host}`;
  const tls = env['DOCKER_TLS_VERIFY'] !== undefined && env['DOCKER_TLS_VERIFY'] !== '';
  return {
    url: tls ? url.replace(/^tcp:/, 'https:') : url,
    origin,
    certificates: tls ? (env['DOCKER_CERT_PATH'] ?? null) : null,
    verifyTls: true,
  };
}

const configSchema = z.object({ currentContext: z.string().optional() });

function currentContext(around: EngineSurroundings, folder: string): string | null {
  const parsed = configSchema.safeParse(parseJson(around.read(join(around)(folder, 'config.json'))));
  return parsed.data?.currentContext ?? null;
}

const metaSchema = z.object({
  Endpoints: z.object({
    docker: z.object({ Host: z.string().min(1), SkipTLSVerify: z.boolean().optional() }),
  }),
});

/** Docker keeps a context in a folder named by the SHA-256 of its name. */
function fromContext(around: EngineSurroundings, folder: string, name: string): EngineAddress {
  const id = createHash('sha256').update(name).digest('hex');
  const at = join(around);
  const meta = metaSchema.safeParse(parseJson(around.read(at(folder, 'contexts', 'meta', id, 'meta.json'))));
  if (!meta.success) {
    throw new AppError(
      'docker_unavailable',
      `The Docker context "${name}" does not exist or names no engine.`,
      {
        advice: 'List the contexts with: docker context ls',
      },
    );
  }
  const { Host, SkipTLSVerify } = meta.data.Endpoints.docker;
  const certificates = at(folder, 'contexts', 'tls', id, 'docker');
  const tls = around.read(at(certificates, 'ca.pem')) !== null;
  return {
    url: tls ? Host.replace(/^tcp:/, 'https:') : Host,
    origin: `context "${name}"`,
    certificates: tls ? certificates : null,
    verifyTls: SkipTLSVerify !== true,
  };
}

function parseJson(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function usualSockets(around: EngineSurroundings): [url: string, origin: string][] {
  if (around.platform === 'win32') {
    return [
      ['npipe:////./pipe/docker_engine', 'Docker Desktop'],
      ['npipe:////./pipe/dockerDesktopLinuxEngine', 'Docker Desktop'],
      ['npipe:////./pipe/podman-machine-default', 'Podman'],
    ];
  }
  const home = (path: string): string => `unix://${around.home}/${path}`;
  if (around.platform === 'darwin') {
    return [
      [home('.docker/run/docker.sock'), 'Docker Desktop'],
      ['unix:///var/run/docker.sock', 'Docker'],
      [home('.colima/default/docker.sock'), 'Colima'],
      [home('.config/colima/default/docker.sock'), 'Colima'],
      [home('.orbstack/run/docker.sock'), 'OrbStack'],
      [home('.rd/docker.sock'), 'Rancher Desktop'],
      [home('.local/share/containers/podman/machine/podman.sock'), 'Podman'],
    ];
  }
  const runtime = around.env['XDG_RUNTIME_DIR'] || `/run/user/${around.uid ?? 0}`;
  return [
    ['unix:///var/run/docker.sock', 'Docker'],
    [`unix://${runtime}/docker.sock`, 'rootless Docker'],
    [home('.docker/desktop/docker.sock'), 'Docker Desktop'],
    [home('.docker/run/docker.sock'), 'Docker Desktop'],
    [home('.colima/default/docker.sock'), 'Colima'],
    [home('.rd/docker.sock'), 'Rancher Desktop'],
    [`unix://${runtime}/podman/podman.sock`, 'rootless Podman'],
    ['unix:///run/podman/podman.sock', 'Podman'],
  ];
}

/** How an engine is started here, for people. */
export function startAdvice(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return 'Start Docker Desktop (open -a Docker) or Colima (colima start), or deploy with a ready image, which needs no engine.';
    case 'win32':
      return 'Start Docker Desktop from the Start menu, or deploy with a ready image, which needs no engine.';
    default:
      return 'Start it with: sudo systemctl start docker (rootless: systemctl --user start docker). Where it is not installed: sudo apt install docker.io. A ready image needs no engine.';
  }
}
