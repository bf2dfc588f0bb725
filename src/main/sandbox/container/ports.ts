import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ranges that Linux and macOS hand out for outgoing connections, so that a number stays free once found. */
const FIRST = 20_000;
const COUNT = 10_000;

let next = (process.pid * 61) % COUNT;

/** A loopback port that nothing listens on. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries++) {
    const port = FIRST + (next++ % COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error('No free loopback port for a container');
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  probe.listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false; // In use; the next one is tried.
  }
  probe.close();
  await once(probe, 'close');
  return true;
}

const ADDRESS = /(127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1?\]):(\d{2,5})(?!\d)/g;

/** Ports of the container that its environment and start command name with an address, and those it publishes. */
export function portsNamed(
  texts: readonly string[],
  published: readonly string[],
  hostPorts: ReadonlySet<number>,
): Set<number> {
  const ports = new Set<number>();
  for (const port of published) if (port.endsWith('/http')) ports.add(Number.parseInt(port, 10));
  for (const text of texts) {
    for (const [, , port] of text.matchAll(ADDRESS)) {
      if (!hostPorts.has(Number(port))) ports.add(Number(port));
    }
  }
  return ports;
}

/** `0.0.0.0:11434` → `127.0.0.1:20417`: the container's ports as they are on this machine, loopback only. */
export function rewriteAddresses(text: string, mapping: ReadonlyMap<number, number>): string {
  return text.replaceAll(ADDRESS, (whole: string, _host: string, port: string) => {
    const real = mapping.get(Number(port));
    return real === undefined ? whole : `127.0.0.1:${real}`;
  });
}
