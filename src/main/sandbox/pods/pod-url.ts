import { behindEdge, EDGE_SILENCE_MS } from '../http/edge.ts';
import { forward } from '../http/forward.ts';
import { html, type SimReply, type SimRequest } from '../http/message.ts';
import type { World } from '../world.ts';
import type { PodRuntimes } from './runtimes.ts';

const POD_URL = /^\/pods\/([^/]+)-(\d+)(\/.*)?$/;

/**
 * RunPod's pod proxy (FACTS 2.7): no authentication, 404 for a port that is not published as http and for pods that are
 * stopped or gone, 502 while nothing listens, 524 after 100 s without an answer.
 */
export async function answerPodUrl(
  world: World,
  runtimes: PodRuntimes,
  request: SimRequest,
): Promise<SimReply> {
  const match = POD_URL.exec(request.path);
  const pod = world.state.pods.get(match?.[1] ?? '');
  const port = Number(match?.[2] ?? '0');
  if (pod === undefined || !pod.running || !pod.ports.includes(`${port}/http`)) {
    return html(404, '404 Not Found');
  }
  const listening = await runtimes.listening(pod, port);
  if (listening === null) return html(502, '502 Bad Gateway');
  const inner = { ...request, path: match?.[3] ?? '/' };
  if ('realPort' in listening) {
    const silence = { silenceMs: EDGE_SILENCE_MS };
    return behindEdge(world.clock, silence, inner, (sent) => forward(listening.realPort, sent));
  }
  const limits = { silenceMs: EDGE_SILENCE_MS, stopped: listening.stopped };
  return behindEdge(world.clock, limits, inner, listening.server.handle);
}
