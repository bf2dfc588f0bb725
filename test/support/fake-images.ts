import type { MethodHandlers, StreamHandlers } from '../../src/shared/api.ts';
import { AppError } from '../../src/shared/errors.ts';
import type {
  BuildView,
  EngineStatus,
  ImagePlan,
  ImageRequest,
  LocalImage,
} from '../../src/shared/images.ts';

type ImageMethods = Pick<MethodHandlers, Extract<keyof MethodHandlers, `images.${string}`>>;

/** The images of the double: two on the machine, two builds that ended, and whatever is built besides. */
export function fakeImages(now: number): {
  readonly methods: ImageMethods;
  readonly streams: Pick<StreamHandlers, 'images.follow'>;
} {
  const at = (minutesAgo: number): string => new Date(now - minutesAgo * 60_000).toISOString();
  const images = sampleImages(at);
  let builds = sampleBuilds(at);
  const build = (id: string): BuildView => {
    const found = builds.find((view) => view.id === id);
    if (found !== undefined) return found;
    throw new AppError('not_found', `There is no build "${id}".`);
  };
  const set = (view: BuildView): BuildView => {
    builds = [view, ...builds.filter(({ id }) => id !== view.id)];
    return view;
  };
  const image = (reference: string): LocalImage => {
    const found = images.find(({ references }) => references.includes(reference));
    if (found !== undefined) return found;
    throw new AppError('not_found', `There is no image ${reference} on this machine.`);
  };
  const begin = (kind: BuildView['kind'], reference: string, request: ImageRequest | null): BuildView =>
    set({
      ...EMPTY,
      id: `build_${builds.length + 1}`,
      kind,
      reference,
      model: request?.model ?? null,
      backend: request?.backend ?? null,
      target: request?.target ?? null,
      state: kind === 'push' ? 'pushing' : 'building',
      startedAt: at(0),
    });
  const prunable = (): { images: LocalImage[]; bytes: number } => {
    const unused = images.filter(({ usedBy }) => usedBy.length === 0);
    return { images: unused, bytes: unused.reduce((sum, { uniqueBytes }) => sum + (uniqueBytes ?? 0), 0) };
  };
  return {
    methods: {
      'images.engine': () => Promise.resolve(ENGINE),
      'images.plan': async (request) => samplePlan(request),
      'images.build': async ({ request }) => begin('build', referenceOf(request), request),
      'images.push': async ({ reference }) =>
        begin('push', image(reference).references[0] ?? reference, null),
      'images.cancel': async ({ build: id }) => {
        const found = build(id);
        return found.endedAt === null ? set({ ...found, state: 'cancelled', endedAt: at(0) }) : found;
      },
      'images.builds': () => Promise.resolve({ builds }),
      'images.list': () => Promise.resolve({ images }),
      'images.remove': async ({ reference }) => {
        images.splice(images.indexOf(image(reference)), 1);
        return { ok: true };
      },
      'images.prunePreview': async () => prunable(),
      'images.prune': async ({ ids }) => {
        const taken = prunable().images.filter(({ id }) => ids.includes(id));
        for (const each of taken) images.splice(images.indexOf(each), 1);
        return { images: taken, bytes: taken.reduce((sum, { uniqueBytes }) => sum + (uniqueBytes ?? 0), 0) };
      },
      'images.smoke': async ({ reference }) => {
        image(reference);
        return { ok: true, exitCode: 0, lines: ["smoke: ok: the server's program vllm"] };
      },
    },
    streams: {
      'images.follow': async function* ({ build: id }) {
        const found = build(id);
        yield { type: 'view', build: found };
        if (found.endedAt !== null) return;
        const step = {
          index: 1,
          name: '[1/2] FROM vllm/vllm-openai:v0.27.1',
          state: 'running',
          seconds: null,
        } as const;
        yield { type: 'view', build: set({ ...found, steps: [step], totalSteps: 2 }) };
        yield { type: 'log', step: 1, text: 'resolving' };
        yield {
          type: 'view',
          build: set({
            ...found,
            steps: [{ ...step, state: 'done', seconds: 1.5 }],
            totalSteps: 2,
            state: 'done',
            source: found.kind === 'push' ? 'local' : 'built',
            imageId: 'sha256:0123456789ab',
            digest: found.kind === 'push' ? 'sha256:fedcba987654' : null,
            sizeBytes: 18_200_000_000,
            endedAt: at(0),
          }),
        };
      },
    },
  };
}

const ENGINE: EngineStatus = {
  available: true,
  address: 'unix:///var/run/docker.sock',
  origin: 'Docker',
  name: 'Docker Desktop',
  version: '28.2.2',
  buildKit: true,
  architecture: 'x86_64',
  emulated: false,
  cpus: 8,
  memoryBytes: 16_000_000_000,
  freeBytes: 120_000_000_000,
  problem: null,
};

const EMPTY: Omit<BuildView, 'id' | 'kind' | 'reference' | 'startedAt'> = {
  model: null,
  backend: null,
  target: null,
  state: 'building',
  endedAt: null,
  steps: [],
  totalSteps: null,
  transfer: null,
  source: null,
  imageId: null,
  digest: null,
  sizeBytes: null,
  problem: null,
};

const referenceOf = ({ model, backend, target }: ImageRequest): string =>
  `runpod-llm/${model.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}:${backend}-${target}-0123456789abcdef`;

function samplePlan(request: ImageRequest): ImagePlan {
  return {
    reference: referenceOf(request),
    request,
    dockerfile: 'FROM vllm/vllm-openai:v0.27.1\n\nCOPY rplm/ /opt/rplm/\n',
    files: [{ path: 'rplm/entrypoint.sh', bytes: 2048, sha256: 'a'.repeat(64) }],
    labels: { 'runpod-llm.model': request.model },
    secrets: request.weights === 'baked' ? ['hf'] : [],
    launch: { modelPath: null, env: {}, ports: ['8000/http'] },
    contextBytes: 2104,
    notes: ['Runs as root: the server writes to volumes, which belong to root at RunPod.'],
    exists: { local: false, remote: null },
  };
}

function sampleImages(at: (minutesAgo: number) => string): LocalImage[] {
  const common = { backend: 'vllm', target: 'pod', base: 'vllm/vllm-openai:v0.27.1' } as const;
  return [
    {
      ...common,
      id: 'sha256:1111',
      references: ['me/qwen-qwen3-8b:vllm-pod-1111111111111111'],
      model: 'Qwen/Qwen3-8B',
      sizeBytes: 18_200_000_000,
      uniqueBytes: 1_400_000_000,
      createdAt: at(120),
      usedBy: ['deployment qwen3-coder'],
    },
    {
      ...common,
      id: 'sha256:2222',
      references: ['runpod-llm/qwen-qwen3-0-6b:vllm-pod-2222222222222222'],
      model: 'Qwen/Qwen3-0.6B',
      sizeBytes: 17_000_000_000,
      uniqueBytes: 200_000_000,
      createdAt: at(60 * 24 * 9),
      usedBy: [],
    },
  ];
}

function sampleBuilds(at: (minutesAgo: number) => string): BuildView[] {
  const common = { ...EMPTY, kind: 'build', backend: 'vllm', target: 'pod' } as const;
  return [
    {
      ...common,
      id: 'build_2',
      reference: 'runpod-llm/me-broken:vllm-pod-3333333333333333',
      model: 'me/broken',
      state: 'failed',
      startedAt: at(30),
      endedAt: at(28),
      steps: [
        { index: 2, name: '[2/3] RUN ["python3", "-m", "pip", "install"]', state: 'failed', seconds: 8 },
      ],
      totalSteps: 3,
      problem: {
        code: 'build_failed',
        message: 'Step 2 ([2/3] RUN ["python3", "-m", "pip", "install"]) failed: exit code: 1',
        advice: 'Read the lines of the failing step and correct its cause.',
        details: { step: 2, lines: ['ERROR: No matching distribution found'] },
      },
    },
    {
      ...common,
      id: 'build_1',
      reference: 'me/qwen-qwen3-8b:vllm-pod-1111111111111111',
      model: 'Qwen/Qwen3-8B',
      state: 'done',
      startedAt: at(125),
      endedAt: at(120),
      source: 'built',
      imageId: 'sha256:1111',
      sizeBytes: 18_200_000_000,
    },
  ];
}
