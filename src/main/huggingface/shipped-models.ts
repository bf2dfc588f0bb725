import { z } from 'zod';
import { provenanceSchema } from '../../shared/model.ts';
import { nearest } from '../planner/nearest.ts';
import { parsersFor } from '../planner/parsers.ts';
import type { Fact, ModelFacts } from '../planner/types.ts';
import { quantizationSchema } from './facts-schema.ts';

/** A number of the table: plain = as certain as its row; else with a provenance of its own. */
const numberSchema = z.union([
  z.number(),
  z.strictObject({ value: z.number(), provenance: provenanceSchema, source: z.string() }),
]);
const optional = numberSchema.exactOptional();

/** What all forms of one architecture share. */
const shapeSchema = z.strictObject({
  source: z.string(),
  provenance: provenanceSchema,
  parameters: numberSchema,
  layers: numberSchema,
  hiddenSize: numberSchema,
  intermediateSize: numberSchema,
  expertIntermediateSize: optional,
  vocabSize: numberSchema,
  attentionHeads: numberSchema,
  kvHeads: numberSchema,
  headDim: numberSchema,
  maxContextTokens: numberSchema,
  fullAttentionLayers: optional,
  slidingLayers: optional,
  slidingWindow: optional,
  linearLayers: optional,
  linearStateBytes: optional,
  fullKvHeads: optional,
  fullHeadDim: optional,
  mlaLatent: optional,
  multimodal: z.boolean().exactOptional(),
});
type Shape = z.infer<typeof shapeSchema>;

const modelSchema = z.strictObject({
  id: z.string(),
  shape: z.string(),
  quantization: quantizationSchema,
  quantizationBlock: z.number().int().positive().exactOptional(),
  dtype: z.string().exactOptional(),
  weightBytes: z.number().int().positive(),
  weights: z.strictObject({ provenance: provenanceSchema, source: z.string() }),
  /** The unquantised model this is a form of. */
  base: z.string().exactOptional(),
  gated: z.boolean().default(false),
  pipeline: z.string(),
  /** Present on the models the app recommends: what they are good for. */
  note: z.string().exactOptional(),
  /** Ollama: what the name without a tag means. */
  defaultTag: z.boolean().default(false),
});
export type ShippedRow = z.infer<typeof modelSchema>;

const modelTableSchema = z.strictObject({
  shapes: z.record(z.string(), shapeSchema),
  models: z.array(modelSchema),
});

const TABLE = 'the table shipped with the app';

/** Well-known models, for when the hub cannot be asked. Every number says how certain it is. */
export class ShippedModels {
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #rows: readonly ShippedRow[];
  readonly #byName: ReadonlyMap<string, ShippedRow>;

  constructor(table: unknown) {
    const { shapes, models } = modelTableSchema.parse(table);
    this.#shapes = new Map(Object.entries(shapes));
    this.#rows = models;
    this.#byName = new Map(models.flatMap((row) => namesOf(row).map((name) => [name, row])));
  }

  rows(): readonly ShippedRow[] {
    return this.#rows;
  }

  /** Hugging Face ids and Ollama names in any case; null = not in the table. */
  facts(model: string): ModelFacts | null {
    const row = this.#byName.get(model.toLowerCase());
    const shape = row === undefined ? undefined : this.#shapes.get(row.shape);
    return row === undefined || shape === undefined ? null : toFacts(model, row, shape);
  }

  /** Other forms of the same model (FP8, AWQ), the unquantised one included. */
  siblings(model: string): ModelFacts[] {
    const row = this.#byName.get(model.toLowerCase());
    if (row === undefined || row.quantization === 'gguf') return [];
    const base = row.base ?? row.id;
    return this.#rows
      .filter((other) => other !== row && (other.base ?? other.id) === base)
      .flatMap((other) => this.facts(other.id) ?? []);
  }

  /** Ids that a mistyped one most likely meant. */
  nearest(model: string): string[] {
    const ids = this.#rows.filter((row) => row.id.includes('/') === model.includes('/')).map((row) => row.id);
    return nearest(model, ids);
  }
}

function namesOf(row: ShippedRow): string[] {
  const id = row.id.toLowerCase();
  if (!row.defaultTag) return [id];
  const plain = id.split(':')[0] ?? id;
  return [id, plain, `${plain}:latest`];
}

function toFacts(model: string, row: ShippedRow, shape: Shape): ModelFacts {
  const { source, provenance, multimodal, ...numbers } = shape;
  const fact = (value: z.infer<typeof numberSchema>): Fact<number> =>
    typeof value === 'number'
      ? { value, provenance, source: `${TABLE}: ${source}` }
      : { ...value, source: `${TABLE}: ${value.source}` };
  const own = <T>(value: T): Fact<T> => ({ value, provenance: 'derived', source: `${TABLE}: ${row.id}` });
  return {
    model,
    revision: null,
    gated: row.gated,
    pipeline: row.pipeline,
    weightBytes: {
      value: row.weightBytes,
      provenance: row.weights.provenance,
      source: `${TABLE}: ${row.weights.source}`,
    },
    quantization: own(row.quantization),
    ...(row.dtype === undefined ? {} : { dtype: own(row.dtype) }),
    ...(row.quantizationBlock === undefined ? {} : { quantizationBlock: own(row.quantizationBlock) }),
    ...(multimodal === undefined ? {} : { multimodal }),
    ...mapValues(numbers, fact),
    ...parsersFor(row.id),
  };
}

function mapValues<K extends string, A, B>(
  values: Partial<Record<K, A>>,
  change: (value: A) => B,
): { [P in K]?: B } {
  const result: { [P in K]?: B } = {};
  for (const key in values) {
    const value = values[key];
    if (value !== undefined) result[key] = change(value);
  }
  return result;
}

/** Reads the table when it is first needed: a start without network should not pay for it. */
export async function loadShippedModels(): Promise<ShippedModels> {
  const { default: table } = await import('../../../resources/models.json', { with: { type: 'json' } });
  return new ShippedModels(table);
}
