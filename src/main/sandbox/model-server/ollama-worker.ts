import type { Launch, TimedLine } from './launch.ts';
import { fetchMs, loadMs, sizeBytes, withTag } from './ollama-models.ts';
import { modelTraits } from './models.ts';

const WORDS = 10;
/** Ollama listens, and was asked for the model. */
const ASKED_MS = 2000;

/**
 * A serverless worker that fetches and loads its model by itself, as resources/watchdog/preload.sh does, beginning with what
 * Ollama alone would do. `here` = models that lie on its volume.
 */
export function launchWorker(launch: Launch, name: string, here: readonly string[]): Launch {
  if (launch.kind !== 'serves' || launch.server.engine !== 'ollama') return launch;
  const model = withTag(name);
  const server = { ...launch.server, loads: model };
  if (!modelTraits(name).exists) {
    const line = `preload: cannot fetch ${name}: Error: pull model manifest: file does not exist`;
    return {
      ...launch,
      server,
      readyMs: Number.POSITIVE_INFINITY,
      lines: [...launch.lines, { atMs: 4000, line }],
    };
  }
  const fetching = here.includes(model) ? 0 : fetchMs(model);
  const readyMs = ASKED_MS + fetching + loadMs(model);
  return {
    ...launch,
    server,
    readyMs,
    lines: [
      ...launch.lines,
      ...fetched(model, fetching),
      { atMs: ASKED_MS + fetching, line: 'preload: the weights are there' },
      { atMs: readyMs, line: 'preload: the model is loaded' },
    ],
  };
}

function fetched(model: string, ms: number): TimedLine[] {
  if (ms === 0) return [];
  return Array.from({ length: WORDS }, (_, index) => {
    const share = (index + 1) / WORDS;
    const line = `preload: fetched ${Math.round((sizeBytes(model) * share) / 2 ** 20)} MB`;
    return { atMs: ASKED_MS + ms * share, line };
  });
}
