import { deploymentSpecSchema } from '../../shared/model.ts';
import { nearest } from '../control/nearest.ts';
import { foundText, pathText, valueAt, type ValuePath } from './config-problem.ts';
import { fromFileForm, schemaAt } from './file-form.ts';
import { knownGpuIds, readGpuName } from './gpu-names.ts';
import { BLOCK_ROWS, POD_ROWS, ROWS, SERVERLESS_ROWS, type Row } from './seed-rows.ts';

/** Template ids that stand for the app's own recipes. */
const RECIPES = new Set(['vllm', 'ollama']);

interface MappingProblem {
  readonly path: ValuePath;
  readonly found: string;
  readonly allowed: string;
}

export interface MappedDeployment {
  /** In the form of deploymentSpecSchema's input; checked by it later. */
  readonly spec: Record<string, unknown>;
  /** Where each part of the deployment stands in the file, by its path in the spec. */
  readonly origins: ReadonlyMap<string, ValuePath>;
  readonly notes: readonly string[];
  readonly problems: readonly MappingProblem[];
}

/** Reads a deployment that fits `seedDeploymentShape`; `base` is where it stands in the file. */
export function mapDeployment(raw: Readonly<Record<string, unknown>>, base: ValuePath): MappedDeployment {
  return new Mapping(raw, base).run();
}

class Mapping {
  readonly #raw: Readonly<Record<string, unknown>>;
  readonly #base: ValuePath;
  readonly #spec: Record<string, unknown> = {};
  readonly #origins = new Map<string, ValuePath>();
  readonly #notes: string[] = [];
  readonly #problems: MappingProblem[] = [];

  constructor(raw: Readonly<Record<string, unknown>>, base: ValuePath) {
    this.#raw = raw;
    this.#base = base;
  }

  run(): MappedDeployment {
    this.#take(ROWS, this.#raw, []);
    this.#blocks();
    this.#recipe();
    this.#gpus();
    this.#weights();
    this.#name();
    return { spec: this.#spec, origins: this.#origins, notes: this.#notes, problems: this.#problems };
  }

  /** Copies what the rows name from a part of the file. */
  #take(rows: readonly Row[], from: unknown, at: ValuePath): void {
    for (const [file, spec] of rows) {
      const found = valueAt(from, file);
      if (found === undefined) continue;
      const schema = schemaAt(deploymentSpecSchema, spec);
      const value = schema === null ? found : fromFileForm(schema, found);
      this.#put(spec, value, [...at, ...file]);
    }
  }

  #put(spec: readonly string[], value: unknown, file: ValuePath): void {
    const [first = '', second] = spec;
    if (second === undefined) this.#spec[first] = value;
    else this.#spec[first] = { ...asRecord(this.#spec[first]), [second]: value };
    this.#origins.set(pathText(spec), [...this.#base, ...file]);
  }

  /** The block named after the mode counts; scaling bounds count whatever the mode, for the day it changes. */
  #blocks(): void {
    const pod = this.#raw['pod'];
    const serverless = this.#raw['serverless'];
    if (this.#spec['mode'] === undefined && pod === undefined && serverless !== undefined) {
      this.#put(['mode'], 'serverless', ['serverless']);
    }
    const mode = this.#spec['mode'] ?? 'pod';
    if (mode === 'auto') this.#refuseDisagreement(pod, serverless);
    const [chosen, other] =
      mode === 'serverless' ? (['serverless', 'pod'] as const) : (['pod', 'serverless'] as const);
    if (mode === 'auto' || this.#raw[chosen] === undefined) this.#take(BLOCK_ROWS, this.#raw[other], [other]);
    this.#take(BLOCK_ROWS, this.#raw[chosen], [chosen]);
    this.#take(POD_ROWS, pod, ['pod']);
    this.#take(SERVERLESS_ROWS, serverless, ['serverless']);
  }

  #refuseDisagreement(pod: unknown, serverless: unknown): void {
    for (const [file] of BLOCK_ROWS) {
      const [a, b] = [valueAt(pod, file), valueAt(serverless, file)];
      if (a === undefined || b === undefined || JSON.stringify(a) === JSON.stringify(b)) continue;
      this.#problem(
        ['serverless', ...file],
        b,
        `${foundText(a, file)}, as in "pod": with mode "auto" both blocks describe one deployment`,
      );
    }
  }

  /** "vllm" and "ollama" name the app's own recipes, as in the seed. */
  #recipe(): void {
    const template = this.#spec['templateId'];
    if (typeof template !== 'string' || !RECIPES.has(template)) return;
    const origin = this.#origins.get('templateId') ?? [];
    this.#spec['templateId'] = null;
    const backend = this.#spec['backend'];
    if (backend === undefined) {
      this.#spec['backend'] = template;
      this.#origins.set('backend', origin);
    } else if (backend !== template) {
      const allowed = `${foundText(backend, [])}, or another "backend": the recipe "${template}" runs ${template}`;
      this.#problems.push({ path: origin, found: JSON.stringify(template), allowed });
    }
  }

  #gpus(): void {
    const compute = asRecord(this.#raw['compute']);
    const one = compute['gpu_type_id'];
    const several = compute['gpu_type_ids'];
    if (one !== undefined && several !== undefined) {
      this.#problem(['compute', 'gpu_type_id'], one, 'either gpu_type_id or gpu_type_ids');
    }
    const names: [ValuePath, unknown][] = Array.isArray(several)
      ? several.map((name, index): [ValuePath, unknown] => [['compute', 'gpu_type_ids', index], name])
      : one === undefined
        ? []
        : [[['compute', 'gpu_type_id'], one]];
    if (names.length === 0) return;
    const ids = names.map(([path, name]) => this.#gpuId(path, String(name)));
    this.#put(['compute', 'gpuTypeIds'], ids, names[0]?.[0].slice(0, 2) ?? []);
  }

  #gpuId(path: ValuePath, name: string): string {
    const known = readGpuName(name);
    switch (known.kind) {
      case 'id':
        return known.id;
      case 'short':
        this.#note(path, `"${name}" is read as "${known.id}"`);
        return known.id;
      case 'family':
        this.#problem(path, name, `one of ${known.ids.map((id) => `"${id}"`).join(', ')}`);
        return name;
      case 'unknown': {
        const close = nearest(name, knownGpuIds);
        const hint = close === null ? '' : ` (nearest: "${close}")`;
        this.#note(path, `"${name}" is no GPU id that this version knows${hint}; RunPod's catalogue decides`);
        return name;
      }
    }
  }

  /** A path can only be used if something puts weights there; the stock images do not. */
  #weights(): void {
    const path = this.#spec['modelPath'];
    if (typeof path !== 'string') return;
    const isBrought = ['image', 'volume', 'templateId'].some(
      (name) => this.#spec[name] !== undefined && this.#spec[name] !== null,
    );
    if (isBrought) return;
    this.#spec['modelPath'] = null;
    this.#note(
      ['model', 'path'],
      'is not used: no image, template or volume puts weights there, so they are fetched by the model’s name',
    );
  }

  #name(): void {
    if (this.#spec['name'] !== undefined) return;
    const model = this.#spec['model'];
    const made = nameFrom(typeof model === 'string' ? model : '');
    if (made === '') this.#problem(['model', 'name'], model, 'a name for the deployment in its block');
    else this.#put(['name'], made, ['model', 'name']);
  }

  #note(path: ValuePath, text: string): void {
    this.#notes.push(`${pathText([...this.#base, ...path])} ${text}.`);
  }

  #problem(path: ValuePath, found: unknown, allowed: string): void {
    this.#problems.push({ path: [...this.#base, ...path], found: foundText(found, path), allowed });
  }
}

/** `facebook/opt-125m` → `opt-125m`. */
function nameFrom(model: string): string {
  const last = model.split('/').at(-1) ?? '';
  return last
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
