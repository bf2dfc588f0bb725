import { z } from 'zod';

const counter = z.int().min(0).default(0);

/** `GET https://api.runpod.ai/v2/{id}/health`: costs nothing and wakes nothing, for both types (FACTS 3.2, 3.3). */
export const endpointHealthSchema = z.object({
  jobs: z
    .object({ completed: counter, failed: counter, inProgress: counter, inQueue: counter, retried: counter })
    .prefault({}),
  workers: z
    .object({
      idle: counter,
      initializing: counter,
      ready: counter,
      running: counter,
      throttled: counter,
      unhealthy: counter,
    })
    .prefault({}),
});
export type EndpointHealth = z.infer<typeof endpointHealthSchema>;
