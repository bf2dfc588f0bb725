import { DATA_CENTERS, findDataCenter } from '../catalogue/data-centers.ts';
import { EMPTY, json } from '../http/message.ts';
import { balanceUsd } from '../money/balance.ts';
import { volumeRate } from '../money/prices.ts';
import { closeSegments, openSegment } from '../money/segments.ts';
import { Problem, badRequest, notFound } from '../problem.ts';
import type { VolumeRecord } from '../state.ts';
import { accountOf, newId, type World } from '../world.ts';
import { parseBody } from './body.ts';
import { param, type Call, type Route } from './router.ts';
import { createVolumeSchema, updateVolumeSchema } from './schemas.ts';

/** Network volumes: billed in every state until they are deleted (FACTS 2.8). */
export function volumeRoutes(world: World): Route[] {
  const known = (call: Call): VolumeRecord => {
    const volume = world.state.volumes.get(param(call, 'id'));
    if (volume === undefined) throw notFound('network volume');
    return volume;
  };
  const path = '/v2/network-volumes';
  return [
    {
      method: 'GET',
      path,
      run: () => json(200, { networkVolumes: [...world.state.volumes.values()].map(view) }),
    },
    {
      method: 'POST',
      path,
      run: ({ request }) => json(201, view(create(world, parseBody(createVolumeSchema, request)))),
    },
    { method: 'GET', path: `${path}/{id}`, run: (call) => json(200, view(known(call))) },
    {
      method: 'PATCH',
      path: `${path}/{id}`,
      run: (call) => json(200, view(update(world, known(call), parseBody(updateVolumeSchema, call.request)))),
    },
    {
      method: 'DELETE',
      path: `${path}/{id}`,
      run: (call) => {
        remove(world, known(call));
        return EMPTY;
      },
    },
  ];
}

function view({ id, name, size, dataCenter, type }: VolumeRecord): object {
  return { id, name, size, dataCenter, type };
}

type CreateBody = ReturnType<typeof createVolumeSchema.parse>;
type UpdateBody = ReturnType<typeof updateVolumeSchema.parse>;

function create(world: World, body: CreateBody): VolumeRecord {
  const types = findDataCenter(body.dataCenter)?.networkVolumeTypes ?? [];
  if (types.length === 0) {
    const good = DATA_CENTERS.filter((center) => center.networkVolumeTypes.length > 0).map(({ id }) => id);
    throw badRequest(
      `data center "${body.dataCenter}" does not support network volumes; supported: ${good.join(', ')}`,
    );
  }
  const type = body.type ?? types[0] ?? 'STANDARD';
  if (!types.includes(type))
    throw badRequest(`data center "${body.dataCenter}" does not offer ${type} volumes`);
  if (balanceUsd(world) <= 0) throw new Problem(402, 'Your account balance is too low. Please add funds.');
  const volume: VolumeRecord = {
    id: newId(world, 'sbvol'),
    name: body.name,
    size: body.size,
    dataCenter: body.dataCenter,
    type,
    models: [],
  };
  world.state.volumes.set(volume.id, volume);
  bill(world, volume);
  return volume;
}

function update(world: World, volume: VolumeRecord, body: UpdateBody): VolumeRecord {
  if (body.size !== undefined && body.size < volume.size) {
    throw badRequest(`network volume size can only grow: ${volume.size} GB now, ${body.size} GB asked`);
  }
  volume.name = body.name ?? volume.name;
  volume.size = body.size ?? volume.size;
  bill(world, volume);
  return volume;
}

function bill(world: World, volume: VolumeRecord): void {
  const now = world.clock.now();
  const account = accountOf(world, 'network-volume', volume.id, volume.name);
  closeSegments(account, now);
  openSegment(account, volume.type === 'STANDARD' ? 'standard' : 'high-performance', volumeRate(volume), now);
  world.flush();
  world.changes.emit(volume.id);
}

/** The pods and endpoints that use it have to go first. */
function remove(world: World, volume: VolumeRecord): void {
  const pod = [...world.state.pods.values()].find((entry) =>
    (entry.mounts.network ?? []).some((mount) => mount.volumeId === volume.id),
  );
  const endpoint = [...world.state.endpoints.values()].find((entry) =>
    entry.networkVolumes.includes(volume.id),
  );
  const user = pod?.id ?? endpoint?.id;
  if (user !== undefined) throw new Problem(409, `network volume is in use by ${user}`);
  closeSegments(accountOf(world, 'network-volume', volume.id, volume.name), world.clock.now());
  world.state.volumes.delete(volume.id);
  world.flush();
  world.changes.emit(volume.id);
}
