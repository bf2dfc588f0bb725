import type { DeploymentSpec } from '../../../shared/model.ts';

/**
 * Ollama has no queue worker: its endpoint is a load balancer, whatever the default says. A setting that only a queue has is
 * left to be refused.
 */
export function withEndpointType(spec: DeploymentSpec): DeploymentSpec {
  const { backend, serverless } = spec;
  if (backend !== 'ollama' || serverless.type !== 'QUEUE' || serverless.queueDelaySeconds !== null)
    return spec;
  return { ...spec, serverless: { ...serverless, type: 'LOAD_BALANCER' } };
}
