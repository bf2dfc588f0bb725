import { z } from 'zod';

/** Request bodies as RunPod's document has them, unknown fields refused everywhere. */
const container = {
  args: z.string().optional(),
  disk: z.int().min(1).optional(),
  env: z.record(z.string(), z.string()).optional(),
  image: z.string().optional(),
  ports: z.array(z.string()).optional(),
  registry: z.string().nullable().optional(),
};
const cudaVersion = z.string().regex(/^\d+\.\d+$/, 'does not match pattern ^\\d+\\.\\d+$');
const cuda = {
  allowedCudaVersions: z.array(cudaVersion).optional(),
  minCudaVersion: cudaVersion.optional(),
};
const cpu = z.strictObject({ id: z.string().min(1), vcpuCount: z.int().min(2) });
const persistent = z.strictObject({ size: z.int().min(10), path: z.string() });
const mounts = z.strictObject({
  persistent: persistent.optional(),
  network: z
    .array(z.strictObject({ volumeId: z.string(), path: z.string() }))
    .max(1)
    .optional(),
});
const name = z.string().min(1);

export const createPodSchema = z
  .strictObject({
    ...container,
    name,
    cloud: z.enum(['SECURE', 'COMMUNITY']).optional(),
    cpu: cpu.optional(),
    dataCenterIds: z.array(z.string()).optional(),
    globalNetworking: z.boolean().optional(),
    gpu: z.strictObject({ id: z.string(), count: z.int().min(1).optional(), ...cuda }).optional(),
    mounts: mounts.optional(),
    startJupyter: z.boolean().optional(),
    startSsh: z.boolean().optional(),
    templateId: z.string().min(1).optional(),
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
  globalNetworking: z.boolean().optional(),
  locked: z.boolean().optional(),
  mounts: mounts.optional(),
  name: name.optional(),
  templateId: z.string().optional(),
});
export type UpdatePodBody = z.infer<typeof updatePodSchema>;

export const podActionSchema = z.strictObject({ action: z.enum(['start', 'stop', 'restart', 'terminate']) });

const scaling = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('QUEUE_DELAY'), queueDelay: z.number().min(0.5) }),
  z.strictObject({ type: z.literal('REQUEST_COUNT'), requestCount: z.int().min(1) }),
]);
const workers = z.strictObject({
  min: z.int().min(0).optional(),
  max: z.int().min(0).optional(),
  idleTimeout: z.int().min(1).max(3600).optional(),
});
const unique = (items: readonly unknown[]): boolean =>
  new Set(items.map((item) => JSON.stringify(item))).size === items.length;
const poolConfig = {
  pools: z.array(z.string()).min(1),
  excludedTypes: z
    .array(z.string().regex(/^\s*[^-\s]/))
    .refine(unique, 'items at different indices are equal')
    .optional(),
  count: z.int().min(1).optional(),
  allowedCudaVersions: z.array(cudaVersion).optional(),
};
const cpuChoices = z.array(cpu).min(1).refine(unique, 'items at different indices are equal');
const flashboot = z.enum(['OFF', 'FLASHBOOT', 'PRIORITY_FLASHBOOT']);
const endpointParts = {
  cpu: cpuChoices.optional(),
  dataCenterIds: z.array(z.string()).optional(),
  flashboot: flashboot.optional(),
  networkVolumes: z.array(z.string()).optional(),
  timeout: z.int().optional(),
  workers: workers.optional(),
};

export const createEndpointSchema = z
  .strictObject({
    ...container,
    ...endpointParts,
    name,
    type: z.enum(['QUEUE', 'LOAD_BALANCER']),
    scaling,
    gpu: z.strictObject({ ...poolConfig, minCudaVersion: cudaVersion.optional() }).optional(),
    templateId: z.string().min(1).optional(),
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
  name: name.optional(),
  scaling: scaling.optional(),
  gpu: z
    .strictObject({
      ...poolConfig,
      pools: poolConfig.pools.optional(),
      minCudaVersion: z
        .string()
        .regex(/^$|^\d+\.\d+$/)
        .optional(),
    })
    .refine((gpu) => gpu.excludedTypes === undefined || gpu.pools !== undefined, {
      message: "properties 'pools' required, if 'excludedTypes' exists",
    })
    .optional(),
  templateId: z.string().optional(),
});
export type UpdateEndpointBody = z.infer<typeof updateEndpointSchema>;

const templateParts = {
  ...container,
  allowedCudaVersions: z.array(cudaVersion).optional(),
  category: z.enum(['CPU', 'NVIDIA', 'AMD']).optional(),
  mounts: z.strictObject({ persistent: persistent.optional() }).optional(),
  public: z.boolean().optional(),
  serverless: z.boolean().optional(),
  startJupyter: z.boolean().optional(),
  startSsh: z.boolean().optional(),
};
export const createTemplateSchema = z.strictObject({ ...templateParts, name, image: z.string() });
export type CreateTemplateBody = z.infer<typeof createTemplateSchema>;
export const updateTemplateSchema = z.strictObject({ ...templateParts, name: name.optional() });

export const createVolumeSchema = z.strictObject({
  dataCenter: z.string().min(1),
  name,
  size: z.int().min(10).max(4096),
  type: z.enum(['STANDARD', 'HIGH_PERFORMANCE']).optional(),
});
export const updateVolumeSchema = z
  .strictObject({ name: name.optional(), size: z.int().min(10).max(4096).optional() })
  .refine((body) => Object.keys(body).length > 0, 'minimum 1 properties required, but found 0 properties');

export const createRegistrySchema = z.strictObject({
  name,
  username: z.string().min(1),
  password: z.string().min(1),
});
export const sshKeysSchema = z.strictObject({
  keys: z.array(z.string().regex(/^(ssh|ecdsa|sk)-[^\s]+ [^\s]+([ \t][^\n\r]*)?$/)),
});
