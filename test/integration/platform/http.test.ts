import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpPool, type HttpPool } from '../../../src/main/platform/http.ts';

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const { port }: Pick<AddressInfo, 'port'> =
    typeof address === 'object' && address !== null ? address : { port: 0 };
  return `http://127.0.0.1:${port}`;
}

function pool(silenceMs: number): HttpPool {
  const made = createHttpPool({ silenceMs });
  onTestFinished(() => made.close());
  return made;
}

describe('createHttpPool', () => {
  it('fetches through its own connections, kept for the next call', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    const { fetch } = pool(0);
    for (let call = 0; call < 20; call++) expect(await (await fetch(url)).text()).toBe('ok');
    expect(ports.size).toBeLessThan(10);
  });

  it('gives up on a server that says nothing', async () => {
    const url = await serve(() => {});
    await expect(pool(50).fetch(url)).rejects.toMatchObject({ cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } });
  });

  it('ends what is under way when it is closed', async () => {
    const arrived = Promise.withResolvers<void>();
    const url = await serve(() => arrived.resolve());
    const made = createHttpPool({ silenceMs: 0 });
    const outcome = made.fetch(url).catch((error: unknown) => error);
    await arrived.promise;
    await made.close();
    expect(await outcome).toBeInstanceOf(Error);
  });
});
