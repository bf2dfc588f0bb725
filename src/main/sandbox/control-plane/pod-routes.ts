import type { Pod } from '../../runpod/api.ts';
import { EMPTY, json, type SimAnswer } from '../http/message.ts';
import { createPod, checkMoney } from '../pods/create.ts';
import { isSoldOut } from '../pods/placement.ts';
import { restartPod, startPod, stopPod, terminatePod } from '../pods/lifecycle.ts';
import { logAnswer } from '../pods/log-stream.ts';
import { podLog } from '../pods/pod-log.ts';
import type { PodRuntimes } from '../pods/runtimes.ts';
import { updatePod } from '../pods/update.ts';
import { podActions, podStatus, podView } from '../pods/view.ts';
import { Problem, noCapacity, notFound } from '../problem.ts';
import type { PodRecord } from '../state.ts';
import type { World } from '../world.ts';
import { authorizePodControl } from './access.ts';
import { parseBody } from './body.ts';
import { param, type Call, type Route } from './router.ts';
import { createPodSchema, podActionSchema, updatePodSchema } from './schemas.ts';

export function podRoutes(world: World, runtimes: PodRuntimes): Route[] {
  const view = (pod: PodRecord): Pod => podView(pod, world.clock.now(), runtimes.load(pod));
  const shown = (status: number, pod: PodRecord): SimAnswer => json(status, view(pod));
  const known = (call: Call): PodRecord => {
    const pod = world.state.pods.get(param(call, 'id'));
    if (pod === undefined) throw notFound('pod');
    return pod;
  };
  return [
    { method: 'GET', path: '/v2/pods', run: () => json(200, { pods: listPods(world).map(view) }) },
    {
      method: 'POST',
      path: '/v2/pods',
      run: ({ request }) => shown(201, createPod(world, parseBody(createPodSchema, request, true))),
    },
    { method: 'GET', path: '/v2/pods/{id}', run: (call) => shown(200, known(call)) },
    {
      method: 'PATCH',
      path: '/v2/pods/{id}',
      run: (call) => {
        const pod = known(call);
        updatePod(world, pod, parseBody(updatePodSchema, call.request));
        return shown(200, pod);
      },
    },
    {
      method: 'DELETE',
      path: '/v2/pods/{id}',
      ownRights: true,
      run: (call) => {
        authorizePodControl(call.caller, param(call, 'id'), 'terminate');
        terminatePod(world, known(call));
        return EMPTY;
      },
    },
    {
      method: 'GET',
      path: '/v2/pods/{id}/logs',
      run: (call) => logAnswer(world, podLog(world, runtimes, known(call).id), call.request),
    },
    {
      method: 'POST',
      path: '/v2/pods/{id}/action',
      ownRights: true,
      run: (call) => act(world, call, known, view),
    },
  ];
}

function act(
  world: World,
  call: Call,
  known: (call: Call) => PodRecord,
  view: (pod: PodRecord) => Pod,
): SimAnswer {
  const { action } = parseBody(podActionSchema, call.request);
  authorizePodControl(call.caller, param(call, 'id'), action);
  const pod = known(call);
  const allowed = podActions(podStatus(pod, world.clock.now()));
  if (!allowed.includes(action)) {
    throw new Problem(
      409,
      `action "${action}" is not valid for a pod in status ${podStatus(pod, world.clock.now())}`,
    );
  }
  if (pod.locked && (action === 'stop' || action === 'restart')) {
    throw new Problem(409, 'pod is locked: unlock it first');
  }
  switch (action) {
    case 'stop':
      return json(200, stop(world, pod, view));
    case 'start':
      start(world, pod);
      return json(200, view(pod));
    case 'restart':
      restartPod(world, pod, 'restart');
      return json(200, view(pod));
    case 'terminate':
      terminatePod(world, pod);
      return EMPTY;
  }
}

/** A phantom stop answers as if the pod had stopped, and it runs and bills on. */
function stop(world: World, pod: PodRecord, view: (pod: PodRecord) => Pod): Pod {
  if (world.faults.take('phantom-stop') !== null) {
    return { ...view(pod), status: 'EXITED', actions: ['start', 'terminate'], cost: 0, runtime: null };
  }
  stopPod(world, pod);
  return view(pod);
}

/** A stopped pod keeps its machine, whose GPUs may be rented out by now (FACTS 2.8). */
function start(world: World, pod: PodRecord): void {
  if (world.faults.take('ghost') !== null) {
    terminatePod(world, pod);
    throw notFound('pod');
  }
  if (pod.gpu !== null && isSoldOut(world, pod.gpu.id, pod.cloud)) throw noCapacity();
  checkMoney(world, { ...pod, running: true });
  startPod(world, pod);
}

function listPods(world: World): PodRecord[] {
  const lag = world.faults.take('list-lag')?.ms ?? 0;
  const now = world.clock.now();
  const pods = [...world.state.pods.values()].filter((pod) => lag === 0 || now - pod.createdAt >= lag);
  return world.faults.take('duplicate-list') === null ? pods : pods.flatMap((pod) => [pod, pod]);
}
