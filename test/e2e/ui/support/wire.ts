import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A loopback port that leads to another and can be cut, as a network cable can. */
export interface Wire {
  readonly port: number;
  leadTo(port: number): void;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  mend(): void;
  dispose(): Promise<void>;
}

export async function startWire(): Promise<Wire> {
  const sockets = new Set<Socket>();
  let target = 0;
  let isCut = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A cut wire is what is tested: errors of its ends are expected.
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    keep(near);
    if (isCut) return void near.destroy();
    const far = keep(connect(target, '127.0.0.1'));
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server.address()),
    leadTo(port) {
      target = port;
    },
    cut() {
      isCut = true;
      cutAll();
    },
    mend() {
      isCut = false;
    },
    async dispose() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cutAll();
      await closed;
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The wire does not listen on a port.');
  return address.port;
}
