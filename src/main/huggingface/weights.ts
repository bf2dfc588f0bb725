import type { Fact } from '../planner/types.ts';

export interface RepoFile {
  readonly path: string;
  readonly size: number;
}

export interface Weights {
  readonly bytes: Fact<number>;
  readonly format: 'safetensors' | 'gguf' | 'bin';
}

export const SAFETENSORS_INDEX = 'model.safetensors.index.json';

/** Preferred when a GGUF repository holds many quantisations and the name picks none, as Ollama and llama.cpp do. */
const GGUF_PREFERENCE = ['q4_k_m', 'q4_k_s', 'q4_0', 'q5_k_m', 'q8_0', 'mxfp4', 'f16', 'bf16'] as const;

/**
 * Sums the files a server will load (VRAM.md 4.1): those the index names, else the repository's top level without second
 * copies (`consolidated*`, `original/`), else one GGUF file, else PyTorch files. null = there are no weights.
 */
export function weightsOf(
  files: readonly RepoFile[],
  indexed: readonly string[] | null,
  ggufQuant: string | null,
): Weights | null {
  if (ggufQuant !== null) return gguf(files, ggufQuant) ?? safetensors(files, indexed);
  return safetensors(files, indexed) ?? gguf(files, null) ?? pytorch(files);
}

const sum = (files: readonly RepoFile[]): number => files.reduce((total, file) => total + file.size, 0);

function safetensors(files: readonly RepoFile[], indexed: readonly string[] | null): Weights | null {
  if (indexed !== null) {
    const wanted = new Set(indexed);
    const found = files.filter((file) => wanted.has(file.path));
    // An index that names absent files tells nothing about what is there.
    if (found.length === wanted.size && found.length > 0) {
      return weights(sum(found), 'safetensors', 'exact', `${found.length} files of the safetensors index`);
    }
  }
  const top = files.filter((file) => !file.path.includes('/') && file.path.endsWith('.safetensors'));
  const model = top.filter((file) => file.path.startsWith('model'));
  const chosen =
    model.length > 0 ? model : top.filter((file) => !/^(?:adapter|consolidated)/.test(file.path));
  const last = chosen.length > 0 ? chosen : top;
  if (last.length === 0) return null;
  return weights(sum(last), 'safetensors', 'exact', `${last.length} safetensors files`);
}

function gguf(files: readonly RepoFile[], quant: string | null): Weights | null {
  const all = files.filter((file) => file.path.toLowerCase().endsWith('.gguf') && !/mmproj/i.test(file.path));
  if (all.length === 0) return null;
  const groups = Map.groupBy(all, (file) => file.path.replace(/-\d{5}-of-\d{5}(?=\.gguf$)/i, ''));
  const names = [...groups.keys()].toSorted();
  const holding = (part: string): string | undefined => names.find((name) => hasQuant(name, part));
  const name =
    quant === null ? GGUF_PREFERENCE.map(holding).find((found) => found !== undefined) : holding(quant);
  const chosen = name ?? (quant === null ? names[0] : undefined);
  if (chosen === undefined) return null;
  // Without a name it is the app's choice, not the user's.
  return weights(sum(groups.get(chosen) ?? []), 'gguf', quant === null ? 'derived' : 'exact', chosen);
}

function hasQuant(path: string, quant: string): boolean {
  const escaped = quant.toLowerCase().replace(/[^a-z0-9_]/g, '');
  return new RegExp(`(?:^|[^a-z0-9])${escaped}(?:$|[^a-z0-9_])`).test(path.toLowerCase());
}

function pytorch(files: readonly RepoFile[]): Weights | null {
  const found = files.filter((file) => /^pytorch_model[^/]*\.bin$/.test(file.path));
  return found.length === 0 ? null : weights(sum(found), 'bin', 'exact', `${found.length} PyTorch files`);
}

function weights(
  value: number,
  format: Weights['format'],
  provenance: 'exact' | 'derived',
  source: string,
): Weights {
  return { bytes: { value, provenance, source }, format };
}
