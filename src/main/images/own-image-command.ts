import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readImageScripts } from './image-files.ts';

/** What the app's own images run, for a sandbox that runs containers as processes of this machine. */
export interface OwnImageCommands {
  /** null = not an image of the app's for a pod, which is told by its tag. */
  commandOf(
    image: string,
  ): { readonly entrypoint: readonly string[]; readonly cmd: readonly string[] } | null;
  /** Whether a command is one of `commandOf`, whatever arguments follow. */
  accepts(argv: readonly string[]): boolean;
}

/** See image-tag.ts. */
const OWN_TAG = /:(vllm|ollama)-pod-[0-9a-f]{16}$/;
const SERVERS = { vllm: ['vllm', 'serve'], ollama: ['ollama'] } as const;
const CMD = { vllm: [], ollama: ['serve'] } as const;

/** `folder`: where the scripts are laid out as they are in an image, when the first of them is asked for. */
export function ownImageCommands(resources: string, folder: string): OwnImageCommands {
  let laidOut = false;
  const start = (backend: 'vllm' | 'ollama'): string[] => [
    'env',
    `RPLM_HOME=${folder}`,
    `RPLM_BACKEND=${backend}`,
    'RPLM_TARGET=pod',
    'bash',
    join(folder, 'entrypoint.sh'),
  ];
  return {
    commandOf(image) {
      const backend = OWN_TAG.exec(image)?.[1];
      if (backend !== 'vllm' && backend !== 'ollama') return null;
      if (!laidOut) layOut(resources, folder);
      laidOut = true;
      return { entrypoint: [...start(backend), ...SERVERS[backend]], cmd: CMD[backend] };
    },
    accepts: (argv) =>
      (['vllm', 'ollama'] as const).some((backend) =>
        [...start(backend), ...SERVERS[backend]].every((word, index) => argv[index] === word),
      ),
  };
}

function layOut(resources: string, folder: string): void {
  const { entrypoint, smoke, watchdog, front } = readImageScripts(resources);
  mkdirSync(folder, { recursive: true });
  const files = {
    'entrypoint.sh': entrypoint,
    'smoke.sh': smoke,
    'watchdog.sh': watchdog,
    'front.pl': front,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}
