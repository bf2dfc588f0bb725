import { z } from 'zod';

/** Request bodies as RunPod's document has them, unknown fields refused everywhere. */
const container = {
  args: z.string().exactOptional(),
  disk: z.int().min(1).exactOptional(),
  env: z.record(z.string(), z.string()).exactOptional(),
  image: z.string().exactOptional(),
  ports: z.array(z.string()).exactOptional(),
  registry: z.string().nullable().exactOptional(),
};
const cudaVersion = z.string().regex(/^\d+\.\d+$/, 'does not match pattern ^\\d+\\.\\d+$');
const cuda = {
  allowedCudaVersions: z.array(cudaVersion).exactOptional(),
  minCudaVersion: cudaVersion.exactOptional(),
};
const cpu = z.strictObject({ id: z.string().min(1), vcpuCount: z.int().min(2) });
const persistent = z.strictObject({ size: z.int().min(10), path: z.string() });
const mounts = z.strictObject({
  persistent: persistent.exactOptional(),
  network: z
    .array(z.strictObject({ volumeId: z.string(), path: z.string() }))
    .max(1)
    .exactOptional(),
});
const name = z.string().min(1);

export const createPodSchema = z
  .strictObject({
    ...container,
    name,
    cloud: z.enum(['SECURE', 'COMMUNITY']).exactOptional(),
    cpu: cpu.exactOptional(),
    dataCenterIds: z.array(z.string()).exactOptional(),
    globalNetworking: z.boolean().exactOptional(),
    gpu: z.strictObject({ id: z.string(), count: z.int().min(1).exactOptional(), ...cuda }).exactOptional(),
    mounts: mounts.exactOptional(),
    startJupyter: z.boolean().exactOptional(),
    startSsh: z.boolean().exactOptional(),
    templateId: z.string().min(1).exactOptional(),
  })
  .superRefine(requireImage);
export type CreatePodBody = z.infer<typeof createPodSchema>;

/** The document's `if not templateId then image`. */
function requireImage(
  body: { readonly templateId?: string | undefined; readonly image?: string | undefined },
  context: z.core.$RefinementCtx,
): void {
  if (body.templateId !== undefined || body.image !== undefined) return;
  context.addIssue({ code: 'invalid_type', expected: 'string', input: undefined, path: ['image'] });
}

export const updatePodSchema = z.strictObject({
  ...container,
  globalNetworking: z.boolean().exactOptional(),
  locked: z.boolean().exactOptional(),
  mounts: mounts.exactOptional(),
  name: name.exactOptional(),
  templateId: z.string().exactOptional(),
});
export type UpdatePodBody = z.infer<typeof updatePodSchema>;

export const podActionSchema = z.strictObject({ action: z.enum(['start', 'stop', 'restart', 'terminate']) });

const scaling = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('QUEUE_DELAY'), queueDelay: z.number().min(0.5) }),
  z.strictObject({ type: z.literal('REQUEST_COUNT'), requestCount: z.int().min(1) }),
]);
const workers = z.strictObject({
  min: z.int().min(0).exactOptional(),
  max: z.int().min(0).exactOptional(),
  idleTimeout: z.int().min(1).max(3600).exactOptional(),
});
const unique = (items: readonly unknown[]): boolean =>
  new Set(items.map((item) => JSON.stringify(item))).size === items.length;
const poolConfig = {
  pools: z.array(z.string()).min(1),
  excludedTypes: z
    .array(z.string().regex(/^\s*[^-\s]/))
    .refine(unique, 'items at different indices are equal')
    .exactOptional(),
  count: z.int().min(1).exactOptional(),
  allowedCudaVersions: z.array(cudaVersion).exactOptional(),
};
const cpuChoices = z.array(cpu).min(1).refine(unique, 'items at different indices are equal');
const flashboot = z.enum(['OFF', 'FLASHBOOT', 'PRIORITY_FLASHBOOT']);
const endpointParts = {
  cpu: cpuChoices.exactOptional(),
  dataCenterIds: z.array(z.string()).exactOptional(),
  flashboot: flashboot.exactOptional(),
  networkVolumes: z.array(z.string()).exactOptional(),
  timeout: z.int().exactOptional(),
  workers: workers.exactOptional(),
};

export const createEndpointSchema = z
  .strictObject({
    ...container,
    ...endpointParts,
    name,
    type: z.enum(['QUEUE', 'LOAD_BALANCER']),
    scaling,
    gpu: z.strictObject({ ...poolConfig, minCudaVersion: cudaVersion.exactOptional() }).exactOptional(),
    templateId: z.string().min(1).exactOptional(),
  })
  .superRefine(requireImage)
  .refine((body) => body.type !== 'LOAD_BALANCER' || body.scaling.type === 'REQUEST_COUNT', {
    path: ['scaling', 'type'],
    message: "value must be 'REQUEST_COUNT'",
  });
export type CreateEndpointBody = z.infer<typeof createEndpointSchema>;

export const updateEndpointSchema = z.strictObject({
  ...container,
  ...endpointParts,
  name: name.exactOptional(),
  scaling: scaling.exactOptional(),
  gpu: z
    .strictObject({
      ...poolConfig,
      pools: poolConfig.pools.exactOptional(),
      minCudaVersion: z
        .string()
        .regex(/^$|^\d+\.\d+$/)
        .exactOptional(),
    })
    .refine((gpu) => gpu.excludedTypes === undefined || gpu.pools !== undefined, {
      message: "properties 'pools' required, if 'excludedTypes' exists",
    })
    .exactOptional(),
  templateId: z.string().exactOptional(),
});
export type UpdateEndpointBody = z.infer<typeof updateEndpointSchema>;

const templateParts = {
  ...container,
  allowedCudaVersions: z.array(cudaVersion).exactOptional(),
  category: z.enum(['CPU', 'NVIDIA', 'AMD']).exactOptional(),
  mounts: z.strictObject({ persistent: persistent.exactOptional() }).exactOptional(),
  public: z.boolean().exactOptional(),
  serverless: z.boolean().exactOptional(),
  startJupyter: z.boolean().exactOptional(),
  startSsh: z.boolean().exactOptional(),
};
export const createTemplateSchema = z.strictObject({ ...templateParts, name, image: z.string() });
export type CreateTemplateBody = z.infer<typeof createTemplateSchema>;
export const updateTemplateSchema = z.strictObject({ ...templateParts, name: name.exactOptional() });

export const createVolumeSchema = z.strictObject({
  dataCenter: z.string().min(1),
  name,
  size: z.int().min(10).max(4096),
  type: z.enum(['STANDARD', 'HIGH_PERFORMANCE']).exactOptional(),
});
export const updateVolumeSchema = z
  .strictObject({ name: name.exactOptional(), size: z.int().min(10).max(4096).exactOptional() })
  .refine((body) => Object.keys(body).length > 0, 'minimum 1 properties required, but found 0 properties');

export const createRegistrySchema = z.strictObject({
  name,
  username: z.string().min(1),
  password: z.string().min(1),
});
export const sshKeysSchema = z.strictObject({
  keys: z.array(z.string().regex(/^(ssh|ecdsa|sk)-[^\s]+ [^\s]+([ \t][^\n\r]*)?$/)),
});
