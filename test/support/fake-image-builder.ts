import type { BuiltImage, ImageBuilder } from '../../src/main/images/image-builder.ts';
import { AppError } from '../../src/shared/errors.ts';
import {
  buildViewSchema,
  type BuildEvent,
  type BuildView,
  type ImageRequest,
} from '../../src/shared/images.ts';

interface Build {
  readonly request: ImageRequest;
  readonly signal: AbortSignal;
  /** What its followers hear. */
  say(view: Partial<BuildView>): void;
  done(image?: Partial<BuiltImage>): void;
  fail(error: Error): void;
}

/** Builds that end when a test says so. Without `attach` there is no engine, as on most computers. */
export class FakeImageBuilder implements Omit<ImageBuilder, 'plan'> {
  readonly builds: Build[] = [];
  readonly versions = new Map<string, string>();
  /** Private images and the login at RunPod that may pull them. */
  readonly logins = new Map<string, string>();
  /** What a registry says of an image that it does not have. */
  readonly advice = new Map<string, string>();
  #engine = false;

  attach(): this {
    this.#engine = true;
    return this;
  }

  pullLogin(reference: string): Promise<string | null> {
    return Promise.resolve(this.logins.get(reference) ?? null);
  }

  nearestTo(reference: string): Promise<string | null> {
    return Promise.resolve(this.advice.get(reference) ?? null);
  }

  pin(packages: readonly string[]): Promise<string[]> {
    return Promise.resolve(
      packages.map((name) => (name.includes('==') ? name : `${name}==${this.versions.get(name) ?? '1.0.0'}`)),
    );
  }

  ensure(
    request: ImageRequest,
    _options: { readonly push: boolean },
    onEvent: (event: BuildEvent) => void,
    signal: AbortSignal,
  ): Promise<BuiltImage> {
    if (!this.#engine) return Promise.reject(new AppError('docker_unavailable', 'No Docker engine answers.'));
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')), {
        once: true,
      });
      this.builds.push({
        request,
        signal,
        say: (view) => onEvent({ type: 'view', build: buildViewSchema.parse({ ...QUEUED, ...view }) }),
        done: (image) =>
          resolve({
            reference: 'registry.test/me/llm:vllm-pod-0123456789abcdef',
            digest: `sha256:${'0'.repeat(64)}`,
            source: 'built',
            registryId: 'reg1',
            launch: { modelPath: null, env: {}, ports: ['8000/http'] },
            ...image,
          }),
        fail: reject,
      });
    });
  }
}

const QUEUED: BuildView = {
  id: 'build1',
  kind: 'build',
  reference: 'registry.test/me/llm:vllm-pod-0123456789abcdef',
  model: null,
  backend: null,
  target: null,
  state: 'queued',
  startedAt: '2026-11-24T09:00:00.000Z',
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
