import type { MethodHandlers, StreamHandlers } from '../../shared/api.ts';
import type { Fleet } from '../deployments/types.ts';

type Handled = Pick<
  MethodHandlers,
  Extract<keyof MethodHandlers, `deployments.${string}` | `radar.${string}`>
>;

export function deploymentHandlers(fleet: Fleet): Handled {
  return {
    'deployments.list': async () => ({ deployments: fleet.list() }),
    'deployments.get': async ({ deployment }) => fleet.get(deployment),
    'deployments.create': ({ spec, start }, signal) => fleet.create(spec, start, signal),
    'deployments.start': async ({ deployment }) => fleet.startDeployment(deployment),
    'deployments.stop': async ({ deployment }) => fleet.stop(deployment),
    'deployments.restart': async ({ deployment }) => fleet.restart(deployment),
    'deployments.terminate': async ({ deployment }) => fleet.terminate(deployment),
    'deployments.edit': ({ deployment, spec }, signal) => fleet.edit(deployment, spec, signal),
    'deployments.editEffects': async ({ deployment, spec }) => fleet.editEffects(deployment, spec),
    'deployments.stopAll': async () => fleet.stopAll(),
    'deployments.keepAlive': async ({ deployment, minutes }) => fleet.keepAlive(deployment, minutes),
    'deployments.history': async ({ deployment }) => fleet.history(deployment),
    'deployments.wait': ({ deployment, until, timeoutSeconds }, signal) =>
      fleet.wait(deployment, until, timeoutSeconds * 1000, signal),
    'radar.scan': (_input, signal) => fleet.radar.scan(signal),
    'radar.stop': ({ kind, id }, signal) => fleet.radar.stop(kind, id, signal),
    'radar.terminate': ({ kind, id }, signal) => fleet.radar.terminate(kind, id, signal),
    'radar.sweepPreview': ({ ids }, signal) => fleet.radar.sweepPreview(ids, signal),
    'radar.sweep': (wish, signal) => fleet.radar.sweep(wish, signal),
    'radar.undo': async ({ sweep }) => fleet.radar.undo(sweep),
    'radar.sweeps': async () => ({ sweeps: fleet.radar.sweeps() }),
    'radar.adopt': ({ kind, id, name }, signal) => fleet.radar.adopt(kind, id, name, signal),
    'radar.confirmAccount': async () => {
      fleet.confirmAccount();
      return { ok: true };
    },
  };
}

export function logStreams(fleet: Fleet): Pick<StreamHandlers, 'logs.follow'> {
  return {
    'logs.follow': ({ deployment, source, tail, follow }, signal) =>
      fleet.logs(deployment, { source, tail, follow }, signal),
  };
}
