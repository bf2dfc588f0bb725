import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '../../../shared/errors.ts';

/** How long a connection may take over things, in ms. Slow-loris ends here (SPEC 4.12). */
export interface Patience {
  readonly headersMs: number;
  /** Until a whole request has arrived, its body included; says nothing about how long the answer takes. */
  readonly requestMs: number;
  /** Idle between two requests. */
  readonly keepAliveMs: number;
  /** How often the first two are looked at. */
  readonly checkEveryMs: number;
}

/** Idle connections outlive common client pools, or those meet resets (trap 20; Node's default is 5 s). */
const PATIENCE: Patience = {
  headersMs: 10_000,
  requestMs: 120_000,
  keepAliveMs: 75_000,
  checkEveryMs: 2000,
};

export interface ListenerOptions {
  readonly onRequest: RequestListener;
  /** What came is no request, or not in time. The socket is the listener's to end. */
  readonly onBadBytes: (error: NodeJS.ErrnoException, socket: Duplex) => void;
  readonly maxConnections: number;
  readonly patience?: Patience | undefined;
}

const HEADER_BYTES = 16 * 1024;
const PORT_TRIES = 10;

export interface Listening {
  readonly servers: readonly Server[];
  readonly port: number;
}

/**
 * Listens on the literal addresses of a host. The IPv4 loopback brings its IPv6 twin, because `localhost` resolves to
 * either; a foreign program on the twin's port would be handed local keys, so that is a failure too.
 * @throws AppError port_in_use, config_invalid
 */
export async function listen(host: string, port: number, options: ListenerOptions): Promise<Listening> {
  const twin = host === '127.0.0.1' ? '::1' : host === '::1' ? '127.0.0.1' : null;
  for (let tries = 1; ; tries++) {
    const first = await open(host, port, options);
    const taken = portOf(first);
    if (twin === null) return { servers: [first], port: taken };
    try {
      return { servers: [first, await open(twin, taken, options)], port: taken };
    } catch (error) {
      if (isMissingFamily(error)) return { servers: [first], port: taken };
      await new Promise((resolve) => first.close(resolve));
      if (port !== 0 || tries >= PORT_TRIES) throw error;
    }
  }
}

function open(host: string, port: number, options: ListenerOptions): Promise<Server> {
  const patience = options.patience ?? PATIENCE;
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      keepAliveTimeout: patience.keepAliveMs,
      connectionsCheckingInterval: patience.checkEveryMs,
      noDelay: true,
      // A missing Host gets the gate's answer instead of the parser's.
      requireHostHeader: false,
    },
    options.onRequest,
  );
  server.maxConnections = options.maxConnections;
  server.on('checkContinue', options.onRequest);
  server.on('clientError', options.onBadBytes);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen({ host, port, ipv6Only: host.includes(':') }, () => resolve(server));
  });
}

/** Of a host that no lookup knows, or that is another computer's. */
const FOREIGN_HOST = new Set<unknown>(['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EINVAL']);

function listenError(error: Error, host: string, port: number): Error {
  const code: unknown = Reflect.get(error, 'code');
  // The loopback's twin may be missing, which is no failure.
  if (FOREIGN_HOST.has(code) && host !== '::1' && host !== '127.0.0.1') {
    return new AppError('config_invalid', `proxy.host: "${host}" is no address of this computer.`, {
      cause: error,
      advice: 'Use 127.0.0.1, or 0.0.0.0 for every address of this computer (--host).',
      details: { host },
    });
  }
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  const what = code === 'EACCES' ? 'may not be used by this user' : 'is used by another program';
  return new AppError('port_in_use', `Port ${port} on ${host} ${what}.`, {
    cause: error,
    details: { host, port },
  });
}

function isMissingFamily(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
