import type { Upstream } from '../../target.ts';
import type { EndpointRecord } from '../record.ts';
import { serverHeaders } from './front.ts';
import type { InvokePlane } from './invoke-plane.ts';

/** A load balancer takes 30 MB (FACTS 3.4, trap 38). */
const LARGEST_BODY_BYTES = 30 * 1024 * 1024;
/** And works on one request for 5.5 minutes. */
const LONGEST_CALL_MS = 330_000;

interface CalledEndpoint {
  readonly id: string;
  readonly launch: Pick<EndpointRecord['launch'], 'type' | 'servedModel' | 'fingerprint' | 'key'>;
}

/** How the proxy calls an endpoint; null = there is no key to call it with, or it was not read yet. */
export function endpointUpstream(
  { id, launch }: CalledEndpoint,
  plane: InvokePlane,
  warm: () => boolean,
  workers: () => number,
): Upstream | null {
  if (plane.headers === null) return null;
  const { servedModel, fingerprint, key } = launch;
  const headers = { ...plane.headers, ...serverHeaders(key) };
  const common = { headers, account: 'runpod', servedModel, fingerprint } as const;
  if (launch.type === 'LOAD_BALANCER') {
    const limits = { maxBodyBytes: LARGEST_BODY_BYTES, longestCallMs: LONGEST_CALL_MS };
    return { ...common, ...limits, baseUrl: `${plane.balancerUrl(id)}/v1` };
  }
  const invokeUrl = plane.queueUrl(id);
  return { ...common, baseUrl: `${invokeUrl}/openai/v1`, queue: { invokeUrl, warm, workers } };
}
