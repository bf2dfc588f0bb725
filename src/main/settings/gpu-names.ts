/**
 * RunPod's GPU type ids, and the short forms people write for them. The ids are of RunPod's documentation (FACTS 5); the
 * live catalogue decides what can be rented, so an id that is not in this table is no error here.
 */
const GPU_IDS = [
  'AMD Instinct MI300X OAM',
  'NVIDIA A100 80GB PCIe',
  'NVIDIA A100-SXM4-80GB',
  'NVIDIA A30',
  'NVIDIA A40',
  'NVIDIA B200',
  'NVIDIA B300 SXM6 AC',
  'NVIDIA GeForce RTX 3070',
  'NVIDIA GeForce RTX 3080',
  'NVIDIA GeForce RTX 3080 Ti',
  'NVIDIA GeForce RTX 3090',
  'NVIDIA GeForce RTX 3090 Ti',
  'NVIDIA GeForce RTX 4070 Ti',
  'NVIDIA GeForce RTX 4080',
  'NVIDIA GeForce RTX 4080 SUPER',
  'NVIDIA GeForce RTX 4090',
  'NVIDIA GeForce RTX 5080',
  'NVIDIA GeForce RTX 5090',
  'NVIDIA H100 80GB HBM3',
  'NVIDIA H100 NVL',
  'NVIDIA H100 PCIe',
  'NVIDIA H200',
  'NVIDIA H200 NVL',
  'NVIDIA L4',
  'NVIDIA L40',
  'NVIDIA L40S',
  'NVIDIA RTX 2000 Ada Generation',
  'NVIDIA RTX 4000 Ada Generation',
  'NVIDIA RTX 4000 SFF Ada Generation',
  'NVIDIA RTX 5000 Ada Generation',
  'NVIDIA RTX 6000 Ada Generation',
  'NVIDIA RTX A2000',
  'NVIDIA RTX A4000',
  'NVIDIA RTX A4500',
  'NVIDIA RTX A5000',
  'NVIDIA RTX A6000',
  'NVIDIA RTX PRO 4500 Blackwell',
  'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition',
  'NVIDIA RTX PRO 6000 Blackwell Server Edition',
  'NVIDIA RTX PRO 6000 Blackwell Workstation Edition',
] as const;

/** Names by which whole families are meant; which member is the user's choice, as prices differ. */
const FAMILIES: Readonly<Record<string, readonly (typeof GPU_IDS)[number][]>> = {
  a100: ['NVIDIA A100 80GB PCIe', 'NVIDIA A100-SXM4-80GB'],
  h100: ['NVIDIA H100 80GB HBM3', 'NVIDIA H100 PCIe', 'NVIDIA H100 NVL'],
  rtxpro6000: [
    'NVIDIA RTX PRO 6000 Blackwell Server Edition',
    'NVIDIA RTX PRO 6000 Blackwell Workstation Edition',
    'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition',
  ],
};

/** Names in use that dropping words does not lead to. */
const ALSO_KNOWN_AS: Readonly<Record<string, (typeof GPU_IDS)[number]>> = {
  a100sxm: 'NVIDIA A100-SXM4-80GB',
  a100sxm4: 'NVIDIA A100-SXM4-80GB',
  a100pcie: 'NVIDIA A100 80GB PCIe',
  h100sxm: 'NVIDIA H100 80GB HBM3',
  h100sxm5: 'NVIDIA H100 80GB HBM3',
  h100hbm3: 'NVIDIA H100 80GB HBM3',
  h200sxm: 'NVIDIA H200',
  b300: 'NVIDIA B300 SXM6 AC',
  mi300x: 'AMD Instinct MI300X OAM',
};

export type GpuName =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'short'; readonly id: string }
  | { readonly kind: 'family'; readonly ids: readonly string[] }
  | { readonly kind: 'unknown' };

/**
 * What a GPU name means: RunPod's own id, a short form of exactly one ("NVIDIA RTX 4090", "4090", "rtx-4090"), a family of
 * several ("H100"), or something this version does not know.
 */
export function readGpuName(text: string): GpuName {
  const id = GPU_IDS.find((known) => known === text);
  if (id !== undefined) return { kind: 'id', id };
  const wanted = bare(text);
  const family = FAMILIES[wanted.replace(/80gb$/, '')];
  if (family !== undefined) return { kind: 'family', ids: family };
  const named = ALSO_KNOWN_AS[wanted] ?? GPU_IDS.find((known) => shortForms(known).has(wanted));
  return named === undefined ? { kind: 'unknown' } : { kind: 'short', id: named };
}

/** Without maker, spaces and case: what is left is what people type. */
function bare(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\b(?:nvidia|amd|geforce|instinct|generation)\b/g, '')
    .replaceAll(/[^a-z0-9]/g, '');
}

function shortForms(id: string): ReadonlySet<string> {
  const full = bare(id);
  return new Set([full, full.replace(/^rtx/, ''), full.replace(/blackwell/, '')]);
}

export const knownGpuIds: readonly string[] = GPU_IDS;
