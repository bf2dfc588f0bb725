import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { LocalImage } from '../../shared/images.ts';
import type { Engine } from './engine.ts';
import { factsOf, OWN_LABEL } from './image-labels.ts';

const imageSchema = z.object({
  Id: z.string(),
  RepoTags: z.array(z.string()).nullish(),
  Created: z.number(),
  Size: z.number(),
  SharedSize: z.number().default(-1),
  Labels: z.record(z.string(), z.string()).nullish(),
});
const containerSchema = z.object({ ImageID: z.string(), Names: z.array(z.string()).default([]) });

/** The app's own images on this engine, newest first. `inUse`: references that deployments name. */
export async function listImages(
  engine: Engine,
  inUse: ReadonlyMap<string, readonly string[]>,
  signal: AbortSignal,
): Promise<LocalImage[]> {
  const filters = JSON.stringify({ label: [OWN_LABEL] });
  const [images, containers] = await Promise.all([
    engine.json({ method: 'GET', path: '/images/json', query: { filters, 'shared-size': '1' } }, signal),
    engine.json({ method: 'GET', path: '/containers/json', query: { all: '1' } }, signal),
  ]);
  const running = z.array(containerSchema).parse(containers);
  return z
    .array(imageSchema)
    .parse(images)
    .toSorted((a, b) => b.Created - a.Created)
    .map((image) => {
      const references = (image.RepoTags ?? []).filter((tag) => tag !== '<none>:<none>');
      return {
        id: image.Id,
        references,
        ...factsOf(image.Labels ?? {}),
        sizeBytes: image.Size,
        uniqueBytes: image.SharedSize < 0 ? null : image.Size - image.SharedSize,
        createdAt: new Date(image.Created * 1000).toISOString(),
        usedBy: [
          ...running
            .filter(({ ImageID }) => ImageID === image.Id)
            .map(({ Names }) => `container ${Names[0]?.replace(/^\//, '') ?? 'without a name'}`),
          ...references
            .flatMap((reference) => inUse.get(reference) ?? [])
            .map((name) => `deployment ${name}`),
        ],
      };
    });
}

/** What a prune would take, and at least how much it would free: layers that only these images share come on top. */
export async function prunable(
  engine: Engine,
  inUse: ReadonlyMap<string, readonly string[]>,
  signal: AbortSignal,
): Promise<{ images: LocalImage[]; bytes: number }> {
  const unused = (await listImages(engine, inUse, signal)).filter(({ usedBy }) => usedBy.length === 0);
  const unique = unused.some(({ uniqueBytes }) => uniqueBytes === null)
    ? await uniqueSizes(engine, signal)
    : null;
  const images = unused.map((image) => ({
    ...image,
    uniqueBytes: image.uniqueBytes ?? unique?.get(image.id) ?? null,
  }));
  return { images, bytes: images.reduce((sum, { uniqueBytes }) => sum + (uniqueBytes ?? 0), 0) };
}

/** Engines before API 1.42 tell shared sizes in their disk usage only, which takes longer. */
async function uniqueSizes(engine: Engine, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const usage = await engine.json({ method: 'GET', path: '/system/df' }, signal);
  const { Images } = z.object({ Images: z.array(imageSchema).nullish() }).parse(usage);
  return new Map((Images ?? []).map((image) => [image.Id, image.Size - Math.max(0, image.SharedSize)]));
}

const inspectSchema = z.object({
  Id: z.string(),
  Size: z.number().default(0),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

export interface FoundImage {
  readonly id: string;
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** null = it is not on this machine. */
export async function findImage(
  engine: Engine,
  reference: string,
  signal: AbortSignal,
): Promise<FoundImage | null> {
  try {
    const { Id, Size, Config } = inspectSchema.parse(
      await engine.json({ method: 'GET', path: `/images/${reference}/json` }, signal),
    );
    return { id: Id, sizeBytes: Size, labels: Config?.Labels ?? {} };
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  }
}

/**
 * Removes one of the app's own images.
 * @throws AppError not_found, not_allowed_now (a container uses it, or another program made it)
 */
export async function removeImage(engine: Engine, reference: string, signal: AbortSignal): Promise<void> {
  const found = await findImage(engine, reference, signal);
  if (found === null) throw new AppError('not_found', `There is no image ${reference} on this machine.`);
  if (factsOf(found.labels).model === null) {
    throw new AppError('not_allowed_now', `${reference} was not made by this app.`, {
      advice: 'Remove it with Docker: docker rmi',
    });
  }
  await engine.json({ method: 'DELETE', path: `/images/${reference}` }, signal);
}
