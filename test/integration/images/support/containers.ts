import { z } from 'zod';
import type { Engine } from '../../../../src/main/images/engine.ts';

const never = new AbortController().signal;

export interface TestContainer {
  readonly id: string;
  output(): Promise<string>;
  /** Resolves with the exit code. */
  ended(): Promise<number>;
  remove(): Promise<void>;
}

/** Starts a container on this machine's own network; `command` null = the image's own. */
export async function startContainer(
  engine: Engine,
  image: string,
  options: {
    readonly command?: readonly string[] | null;
    readonly entrypoint?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<TestContainer> {
  const body = {
    Image: image,
    ...(options.command == null ? {} : { Cmd: options.command }),
    ...(options.entrypoint === undefined ? {} : { Entrypoint: options.entrypoint }),
    Env: Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
    Tty: true,
    HostConfig: { NetworkMode: 'host' },
  };
  const made = await engine.json({ method: 'POST', path: '/containers/create', body }, never);
  const { Id: id } = z.object({ Id: z.string() }).parse(made);
  await engine.json({ method: 'POST', path: `/containers/${id}/start` }, never);
  return {
    id,
    output: async () => {
      const query = { stdout: '1', stderr: '1' };
      const stream = await engine.stream({ method: 'GET', path: `/containers/${id}/logs`, query }, never);
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
      return text.replaceAll('\r\n', '\n');
    },
    ended: async () => {
      const waited = await engine.json({ method: 'POST', path: `/containers/${id}/wait` }, never);
      return z.object({ StatusCode: z.number() }).parse(waited).StatusCode;
    },
    remove: async () => {
      await engine.json({ method: 'DELETE', path: `/containers/${id}`, query: { force: '1' } }, never);
    },
  };
}

/** Runs one command in an image, without its entrypoint. */
export async function runToEnd(
  engine: Engine,
  image: string,
  argv: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const container = await startContainer(engine, image, { entrypoint: argv, command: [] });
  try {
    const code = await container.ended();
    return { code, output: await container.output() };
  } finally {
    await container.remove();
  }
}
