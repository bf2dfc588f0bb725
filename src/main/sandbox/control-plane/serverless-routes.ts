import { EMPTY, json } from '../http/message.ts';
import { logAnswer } from '../pods/log-stream.ts';
import { notFound } from '../problem.ts';
import { changeEndpoint, newEndpoint } from '../serverless/endpoint.ts';
import type { Endpoints, RunningEndpoint } from '../serverless/endpoints.ts';
import { endpointView, releasesView, workerLog, workersView } from '../serverless/view.ts';
import type { World } from '../world.ts';
import { parseBody } from './body.ts';
import { param, type Call, type Route } from './router.ts';
import { createEndpointSchema, updateEndpointSchema } from './schemas.ts';

export function serverlessRoutes(world: World, endpoints: Endpoints): Route[] {
  const path = '/v2/serverless';
  const known = (call: Call): RunningEndpoint => {
    const running = endpoints.get(param(call, 'id'));
    if (running === null) throw notFound('endpoint');
    return running;
  };
  const view = ({ record }: RunningEndpoint): object => endpointView(record, world.origin());
  return [
    { method: 'GET', path, run: () => json(200, { endpoints: endpoints.list().map(view) }) },
    {
      method: 'POST',
      path,
      run: ({ request }) => {
        const body = parseBody(createEndpointSchema, request, true);
        return json(201, view(endpoints.add(newEndpoint(world, body))));
      },
    },
    { method: 'GET', path: `${path}/{id}`, run: (call) => json(200, view(known(call))) },
    {
      method: 'PATCH',
      path: `${path}/{id}`,
      run: (call) => {
        const running = known(call);
        changeEndpoint(world, running.record, parseBody(updateEndpointSchema, call.request));
        world.flush();
        world.changes.emit(running.record.id);
        return json(200, view(running));
      },
    },
    {
      method: 'DELETE',
      path: `${path}/{id}`,
      run: (call) => {
        endpoints.remove(known(call));
        return EMPTY;
      },
    },
    {
      method: 'GET',
      path: `${path}/{id}/workers`,
      run: (call) => json(200, workersView(known(call), world.clock.now())),
    },
    {
      method: 'GET',
      path: `${path}/{id}/releases`,
      run: (call) => json(200, releasesView(known(call))),
    },
    {
      method: 'GET',
      path: `${path}/{id}/workers/{workerId}/logs`,
      run: (call) => {
        const source = workerLog(known(call), param(call, 'workerId'));
        if (source === null) throw notFound('worker');
        return logAnswer(world, source, call.request);
      },
    },
  ];
}
