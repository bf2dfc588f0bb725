import type { BuildEvent, BuildView, EngineStatus, ImagePlan, LocalImage } from '../../../shared/images.ts';
import { safeText } from './safe-text.ts';
import { renderTable, type TableOptions } from './table.ts';
import { duration, plural } from './words.ts';

/** `512 B`, `1.4 MB`, `18 GB`. */
export function bytesText(bytes: number): string {
  for (const [unit, size] of [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(bytes < 10 * size ? 1 : 0)} ${unit}`;
  }
  return `${bytes} B`;
}

export function renderImages(images: readonly LocalImage[], now: number, options: TableOptions): string {
  if (images.length === 0) return 'No images of this app on this machine. Build one: runpod-llm build MODEL';
  return renderTable(
    [
      { header: 'IMAGE', cell: nameOf, shrinkTo: 30 },
      { header: 'MODEL', cell: ({ model }) => model ?? '', shrinkTo: 16, drop: 1 },
      { header: 'SIZE', cell: ({ sizeBytes }) => bytesText(sizeBytes), align: 'right' },
      { header: 'AGE', cell: ({ createdAt }) => duration(now - Date.parse(createdAt)), align: 'right' },
      { header: 'USED BY', cell: ({ usedBy }) => usedBy.join(', '), shrinkTo: 12, drop: 2 },
    ],
    images,
    options,
  );
}

const nameOf = ({ references, id }: LocalImage): string =>
  references[0] ?? id.replace('sha256:', '').slice(0, 12);

export function renderBuilds(builds: readonly BuildView[], now: number, options: TableOptions): string {
  if (builds.length === 0) return 'Nothing was built yet.';
  return renderTable(
    [
      { header: 'BUILD', cell: ({ id }) => id },
      { header: 'STATE', cell: ({ state, source }) => (state === 'done' ? doneWords(source) : state) },
      { header: 'IMAGE', cell: ({ reference }) => reference, shrinkTo: 30 },
      { header: 'TOOK', cell: (view) => took(view, now), align: 'right' },
      {
        header: 'PROBLEM',
        cell: ({ problem }) => problem?.message.split('\n')[0] ?? '',
        shrinkTo: 20,
        drop: 1,
      },
    ],
    builds,
    options,
  );
}

const took = ({ startedAt, endedAt }: BuildView, now: number): string =>
  duration((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));

function doneWords(source: BuildView['source']): string {
  if (source === 'local') return 'done, was here';
  return source === 'registry' ? 'done, was there' : 'done';
}

export function renderEngine(engine: EngineStatus): string {
  if (!engine.available) {
    return [engine.problem?.message, engine.problem?.advice].filter((line) => line !== undefined).join('\n');
  }
  const { name, version, address, origin, buildKit, cpus, memoryBytes, freeBytes, emulated, architecture } =
    engine;
  return [
    `${name} ${version} at ${address} (${origin})`,
    `${buildKit ? 'BuildKit' : 'classic builder, which keeps no secrets'}, ${plural(cpus ?? 1, 'core')}, ${bytesText(memoryBytes ?? 0)} memory${freeBytes === null ? '' : `, ${bytesText(freeBytes)} free`}`,
    ...(emulated
      ? [`Images for linux/amd64 are built by emulation on ${architecture}: several times slower.`]
      : []),
  ].join('\n');
}

export function renderPlan(plan: ImagePlan): string {
  const { local, remote } = plan.exists;
  const where = [local ? 'on this machine' : null, remote === true ? 'in its registry' : null].filter(
    Boolean,
  );
  return [
    plan.dockerfile.trimEnd(),
    '',
    `# ${plan.reference}`,
    `# ${where.length === 0 ? 'does not exist yet' : `exists ${where.join(' and ')}`}; context ${bytesText(plan.contextBytes)}`,
    ...plan.notes.map((note) => `# ${safeText(note, false)}`),
  ].join('\n');
}

/** The lines that a build adds to the terminal, event by event: each step once when it begins and once when it ends. */
export class BuildLines {
  readonly #told = new Set<string>();

  read(event: BuildEvent): string[] {
    if (event.type === 'log') return [`  ${safeText(event.text, false)}`];
    const { build } = event;
    const lines = build.steps
      .filter(({ index, state }) => this.#first(`${index} ${state}`))
      .map(({ index, name, state, seconds }) => {
        const time = seconds === null ? '' : ` (${seconds.toFixed(1)} s)`;
        return `${SIGNS[state]} ${index}/${build.totalSteps ?? '?'} ${safeText(name, false)}${state === 'cached' ? ' cached' : time}`;
      });
    return [...lines, ...this.#transfer(build)];
  }

  /** A line for each tenth of what is sent; small transfers need none. */
  #transfer({ transfer }: BuildView): string[] {
    if (transfer === null || transfer.totalBytes === null || transfer.totalBytes < 1e7) return [];
    const tenth = Math.floor((10 * transfer.doneBytes) / transfer.totalBytes);
    if (!this.#first(`${transfer.what} ${tenth}`)) return [];
    return [
      `  ${TRANSFERS[transfer.what]} ${bytesText(transfer.doneBytes)} of ${bytesText(transfer.totalBytes)}`,
    ];
  }

  #first(key: string): boolean {
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    return true;
  }
}

const SIGNS = { running: '◐', done: '✓', cached: '✓', failed: '✗' } as const;
const TRANSFERS = { context: 'to the engine', pull: 'base image', push: 'to the registry' } as const;

export function renderOutcome(build: BuildView): string {
  const size = build.sizeBytes === null ? '' : `, ${bytesText(build.sizeBytes)}`;
  const sent = build.digest === null ? '' : `\nIn its registry as ${build.digest}`;
  return `${build.reference} ${OUTCOMES[build.source ?? 'built']}${size}.${sent}`;
}

const OUTCOMES = {
  built: 'is built',
  local: 'is on this machine already',
  registry: 'is in its registry already',
} as const;
