import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { asText, encodeField, encodeVarint, fieldsOf } from './protobuf.ts';
import type { Engine } from './engine.ts';
import { loginServer, DOCKER_HUB } from './image-name.ts';

export interface RegistryLogin {
  /** As in an image reference; `docker.io` for Docker Hub. */
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

export interface BuildSession {
  readonly id: string;
  close(): void;
}

const METHODS = {
  secret: '/moby.buildkit.secrets.v1.Secrets/GetSecret',
  credentials: '/moby.filesync.v1.Auth/Credentials',
  health: '/grpc.health.v1.Health/Check',
} as const;

const GRPC = { ok: 0, notFound: 5, unimplemented: 12 } as const;

/**
 * The connection over which BuildKit asks for secrets and registry logins while it builds (gRPC over an upgraded
 * connection). They are handed over in memory and reach neither a layer nor the build's arguments. dockerode's own
 * session knows no secrets and answers no health check, without which BuildKit ends it in long builds.
 */
export async function openBuildSession(
  engine: Engine,
  parts: {
    readonly id: string;
    readonly secrets: ReadonlyMap<string, string>;
    readonly login: RegistryLogin | null;
  },
  signal: AbortSignal,
): Promise<BuildSession> {
  const socket = await engine.hijack(
    {
      method: 'POST',
      path: '/session',
      headers: {
        Upgrade: 'h2c',
        'X-Docker-Expose-Session-Uuid': parts.id,
        'X-Docker-Expose-Session-Name': 'runpod-llm-manager',
        'X-Docker-Expose-Session-Grpc-Method': Object.values(METHODS),
      },
    },
    signal,
  );
  const server = serve(parts);
  socket.on('error', () => {
    // The build's own stream reports an engine that went away; the session has nothing to add.
  });
  server.emit('connection', socket);
  return { id: parts.id, close: () => end(server, socket) };
}

function end(server: Http2Server, socket: Duplex): void {
  socket.destroy();
  server.close();
}

type Answer = { readonly status: number; readonly message?: Buffer };

function serve(parts: {
  readonly secrets: ReadonlyMap<string, string>;
  readonly login: RegistryLogin | null;
}): Http2Server {
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => {
      // As above.
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const path = headers[':path'] ?? '';
      // Each message stands behind a byte of flags and four of length.
      respond(stream, answer(path, Buffer.concat(chunks).subarray(5), parts));
    });
  });
  return server;
}

function answer(
  path: string,
  request: Buffer,
  parts: { readonly secrets: ReadonlyMap<string, string>; readonly login: RegistryLogin | null },
): Answer {
  const first = [...fieldsOf(request)].find(({ number }) => number === 1);
  const name = first === undefined ? '' : asText(first.value);
  switch (path) {
    case METHODS.secret: {
      const value = parts.secrets.get(name);
      return value === undefined
        ? { status: GRPC.notFound }
        : { status: GRPC.ok, message: encodeField(1, value) };
    }
    case METHODS.credentials: {
      const { login } = parts;
      const known = login !== null && isSameRegistry(name, login.registry);
      const message = known
        ? Buffer.concat([encodeField(1, login.username), encodeField(2, login.password)])
        : Buffer.alloc(0);
      return { status: GRPC.ok, message };
    }
    case METHODS.health:
      // SERVING
      return { status: GRPC.ok, message: Buffer.concat([encodeVarint(8), encodeVarint(1)]) };
    default:
      return { status: GRPC.unimplemented };
  }
}

/** BuildKit asks for Docker Hub by the host of its API. */
function isSameRegistry(asked: string, registry: string): boolean {
  return (
    asked === registry ||
    asked === loginServer(registry) ||
    (registry === DOCKER_HUB && asked === 'registry-1.docker.io')
  );
}

function respond(stream: ServerHttp2Stream, { status, message }: Answer): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status) }));
  if (message === undefined) {
    stream.end();
    return;
  }
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([prefix, message]));
}
