import { z } from 'zod';
import { deploymentSpecSchema } from '../../shared/model.ts';
import { fileForm, schemaAt } from './file-form.ts';

/**
 * A deployment as the file has it (SPEC 1.2): `mode`, `model`, `compute`, and a block named after the mode. The table
 * says where each part of a deployment stands; schema, mapping and the way back from an error follow from it.
 */
export type Row = readonly [file: readonly string[], spec: readonly string[], what: string];

export const ROWS: readonly Row[] = [
  [['mode'], ['mode'], 'Rents pods, serverless workers, or whichever is cheaper for the use it gets.'],
  [['backend'], ['backend'], 'Model server.'],
  [
    ['model', 'name'],
    ['model'],
    'Hugging Face id such as Qwen/Qwen3-8B, or an Ollama name such as llama3.2:3b.',
  ],
  [
    ['model', 'path'],
    ['modelPath'],
    'Where the weights lie in the container, if an image or a volume brings them.',
  ],
  [['model', 'revision'], ['revision'], 'Branch, tag or commit at Hugging Face.'],
  [
    ['compute', 'gpu_type_ids'],
    ['compute', 'gpuTypeIds'],
    'Acceptable GPUs in order; none = the cheapest that fits.',
  ],
  [['compute', 'gpu_count'], ['compute', 'gpuCount'], 'null = as few as fit.'],
  [['compute', 'cloud'], ['compute', 'cloud'], "Which of RunPod's clouds."],
  [
    ['compute', 'data_center_ids'],
    ['compute', 'dataCenterIds'],
    'Only in these data centres; none = anywhere.',
  ],
  [
    ['compute', 'max_usd_per_hour'],
    ['compute', 'maxUsdPerHour'],
    'Nothing dearer is rented; null = no limit.',
  ],
  [['context_tokens'], ['contextTokens'], 'Longest prompt and answer together.'],
  [['concurrency'], ['concurrency'], 'Requests of that length served at once.'],
  [['kv_cache_dtype'], ['kvCacheDtype'], 'fp8 halves the memory that each token needs.'],
  [['aliases'], ['aliases'], 'More names that clients may put into "model".'],
  [['idle'], ['idle'], 'When it stops for want of requests.'],
  [['watchdog'], ['watchdog'], 'Stops the pod from inside when nobody else does.'],
  [['budget'], ['budget'], 'Most that a boot and a day may cost.'],
  [['wake_on_request'], ['wakeOnRequest'], 'A request for the sleeping deployment starts it.'],
  [['autostart'], ['autostart'], 'Started together with the app.'],
  [['schedule'], ['schedule'], 'Working hours, starts ahead of need, and what a sleeping computer means.'],
];

/** What both blocks may say. */
export const BLOCK_ROWS: readonly Row[] = [
  [['name'], ['name'], 'Name of the deployment; absent = made from the model.'],
  [
    ['template_id'],
    ['templateId'],
    '"vllm" or "ollama" for the stock images, or the id of a RunPod template.',
  ],
  [['container_disk_gb'], ['containerDiskGb'], 'null = computed from the weights.'],
  [['image'], ['image'], 'An image of your own.'],
  [
    ['own_image'],
    ['ownImage'],
    'An image made by the app: auto = where no stock image serves, or one fails for want of a package.',
  ],
  [['env'], ['env'], 'Environment of the container.'],
  [['extra_args'], ['extraArgs'], 'More arguments for the model server.'],
  [['volume'], ['volume'], 'Network volume, and where it is mounted.'],
];

export const POD_ROWS: readonly Row[] = [
  [['on_stop'], ['onStop'], 'What stopping does: terminate, or keep the pod with its disk.'],
];

export const SERVERLESS_ROWS: readonly Row[] = [
  [['type'], ['serverless', 'type'], 'Kind of endpoint.'],
  [['min_workers'], ['serverless', 'minWorkers'], 'Workers that always run, and bill.'],
  [['max_workers'], ['serverless', 'maxWorkers'], 'Most workers at once.'],
  [
    ['idle_timeout_seconds'],
    ['serverless', 'idleTimeoutSeconds'],
    'How long a worker waits for more before it stops.',
  ],
  [['flashboot'], ['serverless', 'flashboot'], 'Faster cold starts with steady traffic.'],
  [
    ['queue_delay_seconds'],
    ['serverless', 'queueDelaySeconds'],
    'QUEUE: one more worker when a request has waited this long.',
  ],
  [['requests_per_worker'], ['serverless', 'requestsPerWorker'], 'One worker for so many requests at once.'],
  [['timeout_seconds'], ['serverless', 'timeoutSeconds'], 'Longest time for one request.'],
];

type Shape = Readonly<Record<string, z.core.$ZodType>>;

let shape: Shape | null = null;

/** Keys of one deployment in the file's form; `model` is the one that must be there. Built when a file is read. */
export function seedDeploymentShape(): Shape {
  shape ??= {
    ...shapeOf(ROWS),
    pod: z.strictObject(shapeOf([...BLOCK_ROWS, ...POD_ROWS])).optional(),
    serverless: z.strictObject(shapeOf([...BLOCK_ROWS, ...SERVERLESS_ROWS])).optional(),
  };
  return shape;
}

/** Nests the rows' schemas by their paths in the file; what stands alone is optional. */
function shapeOf(rows: readonly Row[]): Record<string, z.core.$ZodType> {
  const shape: Record<string, z.core.$ZodType> = {};
  for (const first of new Set(rows.map(([file]) => file[0] ?? ''))) {
    const inside = rows.filter(([file]) => file[0] === first);
    const alone = inside.find(([file]) => file.length === 1);
    shape[first] = alone === undefined ? nestedOf(first, inside) : leafOf(alone);
  }
  return shape;
}

function nestedOf(name: string, rows: readonly Row[]): z.core.$ZodType {
  const fields = rows.map((row): [string, z.core.$ZodType] => [row[0][1] ?? '', leafOf(row)]);
  const extra = name === 'compute' ? { gpu_type_id: gpuTypeId() } : {};
  const nested = z.strictObject({ ...extra, ...Object.fromEntries(fields) });
  return name === 'model' ? nested : nested.optional();
}

const gpuTypeId = (): z.core.$ZodType =>
  z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'The GPU, such as "NVIDIA GeForce RTX 4090"; instead of gpu_type_ids.' });

function leafOf([file, spec, what]: Row): z.core.$ZodType {
  const schema = schemaAt(deploymentSpecSchema, spec) ?? z.never();
  // The one thing a deployment cannot do without.
  if (file.join('.') === 'model.name') return deploymentSpecSchema.shape.model.meta({ description: what });
  const form = fileForm(schema);
  return form instanceof z.ZodOptional ? form.meta({ ...form.meta(), description: what }) : form;
}
