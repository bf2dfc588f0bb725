import type { MethodHandlers } from '../shared/api.ts';
import { Experience } from './deployments/experience.ts';
import { MadeVolumes } from './deployments/made-volumes.ts';
import { median } from './platform/median.ts';
import type { ManagerParts } from './manager-parts.ts';
import type { Services } from './services.ts';
import { createVolumeService, type VolumeService } from './volumes/volume-service.ts';

/** Starts whose median tells how long loading takes. */
const BOOTS = 20;

/** The volumes of the account, with what this app's deployments know of them. */
export function newVolumes(
  { clock }: ManagerParts,
  { db, runpod, fleet }: Services,
  plan: MethodHandlers['plan.make'],
): VolumeService {
  const experience = new Experience(db);
  const made = new MadeVolumes(db);
  return createVolumeService({
    api: runpod,
    clock,
    plan,
    loadedSeconds: (gpuTypeId, model) => median(experience.bootSeconds(gpuTypeId, model, 'loading', BOOTS)),
    starts: (model, sinceMs) => experience.bootsSince(model, sinceMs),
    made: (id) => made.add(id, clock.now()),
    usedBy: () => {
      const mounted = fleet
        .list()
        .flatMap(({ name, spec }) => (spec.volume === null ? [] : [{ name, spec }]));
      const byVolume = Map.groupBy(mounted, ({ spec }) => spec.volume?.networkVolumeId ?? '');
      return new Map([...byVolume].map(([id, views]) => [id, views.map(({ name }) => name)]));
    },
  });
}
