import { z } from 'zod';
import type { GpuType } from '../../runpod/api.ts';

export type Level = 'NONE' | 'LOW' | 'MEDIUM' | 'HIGH';
export type Cloud = 'SECURE' | 'COMMUNITY';

export interface SimGpu {
  readonly id: string;
  readonly name: string;
  readonly memory: number;
  readonly pool: string | null;
  readonly manufacturer: GpuType['manufacturer'];
  /** USD per hour for one; null = not offered in that cloud. */
  readonly price: { readonly SECURE: number | null; readonly COMMUNITY: number | null };
  readonly maxCount: { readonly SECURE: number; readonly COMMUNITY: number };
  /** Newest first; empty where hosts report none (AMD). */
  readonly cudaVersions: readonly string[];
  /** Some hosts lag behind: a pod without a CUDA constraint lands on the oldest (FACTS 2.3). */
  readonly mixedHosts: boolean;
  readonly stock: Readonly<Record<string, Level>>;
}

/** Serverless rates in USD per hour by pool (FACTS 5). */
export const POOL_USD_PER_HOUR: Readonly<Record<string, number>> = {
  AMPERE_16: 0.58,
  AMPERE_24: 0.68,
  ADA_24: 1.12,
  ADA_32_PRO: 1.58,
  AMPERE_48: 1.22,
  ADA_48_PRO: 1.91,
  AMPERE_80: 2.74,
  ADA_80_PRO: 4.18,
  BLACKWELL_96: 4,
  HOPPER_141: 5.58,
  BLACKWELL_180: 8.64,
};

/**
 * id (NVIDIA's without the maker) | name | GB | pool | $/h secure | community | most per pod: secure | community | CUDA |
 * data centres with their level. The sentinel at the end is in the real list too; clients have to leave it out (FACTS 5).
 */
const TABLE = `
  RTX A4000                                         | RTX A4000           |  16 | AMPERE_16     | 0.25 | 0.17 |  8 | 4 | mixed  | EU-RO-1:H EUR-NO-1:M US-TX-3:M
  RTX A4500                                         | RTX A4500           |  20 | AMPERE_16     | 0.25 | 0.19 |  8 | 4 | new    | EU-RO-1:M EU-SE-1:M US-IL-1:L
  RTX 4000 Ada Generation                           | RTX 4000 Ada        |  20 | AMPERE_16     | 0.26 |  0.2 |  8 | 2 | new    | EU-RO-1:M US-IL-1:M
  RTX 2000 Ada Generation                           | RTX 2000 Ada        |  16 | AMPERE_16     | 0.24 |    - |  8 | 0 | new    | EU-RO-1:H US-IL-1:L
  L4                                                | L4                  |  24 | AMPERE_24     | 0.39 |    - |  8 | 0 | mixed  | EU-RO-1:H EUR-NO-1:H US-KS-2:M AP-JP-1:M
  RTX A5000                                         | RTX A5000           |  24 | AMPERE_24     | 0.27 | 0.16 |  8 | 4 | mixed  | EU-RO-1:H EU-SE-1:H US-TX-3:M CA-MTL-1:L
  GeForce RTX 3090                                  | RTX 3090            |  24 | AMPERE_24     | 0.46 | 0.22 |  8 | 8 | new    | EU-CZ-1:H US-GA-2:M CA-MTL-1:M
  GeForce RTX 4090                                  | RTX 4090            |  24 | ADA_24        | 0.69 | 0.34 |  8 | 8 | new    | EU-RO-1:H EU-CZ-1:M US-IL-1:H US-TX-3:M EUR-IS-1:L
  GeForce RTX 5090                                  | RTX 5090            |  32 | ADA_32_PRO    | 0.94 | 0.69 |  8 | 4 | new    | EU-RO-1:M EUR-IS-1:M US-TX-3:L US-IL-1:M
  RTX A6000                                         | RTX A6000           |  48 | AMPERE_48     | 0.49 | 0.33 |  8 | 4 | new    | EU-SE-1:M US-TX-3:M CA-MTL-1:H US-KS-2:L
  A40                                               | A40                 |  48 | AMPERE_48     |  0.4 |    - | 10 | 0 | mixed  | EU-SE-1:H CA-MTL-1:H US-KS-2:M
  L40                                               | L40                 |  48 | ADA_48_PRO    | 0.99 | 0.69 |  8 | 2 | new    | EUR-IS-1:L US-TX-3:L OC-AU-1:M
  L40S                                              | L40S                |  48 | ADA_48_PRO    | 0.86 | 0.79 |  8 | 2 | new    | EUR-IS-1:M US-TX-3:M US-GA-2:M EU-NL-1:L
  RTX 6000 Ada Generation                           | RTX 6000 Ada        |  48 | ADA_48_PRO    | 0.77 | 0.74 |  8 | 2 | new    | EU-RO-1:M US-IL-1:M EUR-IS-1:L
  A100 80GB PCIe                                    | A100 PCIe           |  80 | AMPERE_80     | 1.39 | 1.19 |  8 | 4 | new    | US-KS-2:M EUR-IS-1:L CA-MTL-1:M
  A100-SXM4-80GB                                    | A100 SXM            |  80 | AMPERE_80     | 1.49 |    - |  8 | 0 | new    | US-KS-2:H EUR-IS-1:M AP-JP-1:L
  H100 80GB HBM3                                    | H100 SXM            |  80 | ADA_80_PRO    | 2.99 | 2.69 |  8 | 8 | new    | US-KS-2:M EU-FR-1:M US-CA-2:L AP-JP-1:M
  H100 PCIe                                         | H100 PCIe           |  80 | ADA_80_PRO    | 2.39 | 1.99 |  8 | 4 | new    | US-KS-2:L OC-AU-1:L EU-NL-1:L
  H100 NVL                                          | H100 NVL            |  94 | ADA_80_PRO    | 3.07 |    - |  8 | 0 | new    | US-GA-2:N US-KS-2:N
  RTX PRO 6000 Blackwell Server Edition             | RTX PRO 6000        |  96 | BLACKWELL_96  | 1.79 |    - |  8 | 0 | new    | EU-RO-1:M US-KS-2:M EU-NL-1:M
  RTX PRO 6000 Blackwell Workstation Edition        | RTX PRO 6000 WK     |  96 | BLACKWELL_96  | 1.84 | 1.69 |  8 | 2 | new    | EU-RO-1:L US-IL-1:L
  RTX PRO 6000 Blackwell Max-Q Workstation Edition  | RTX PRO 6000 MaxQ   |  96 | BLACKWELL_96  | 1.69 |    - |  4 | 0 | new    | US-IL-1:L
  H200                                              | H200 SXM            | 141 | HOPPER_141    | 3.59 | 3.29 |  8 | 8 | new    | US-CA-2:M EU-FR-1:L US-GA-2:M AP-JP-1:L
  H200 NVL                                          | H200 NVL            | 143 | HOPPER_141    | 3.39 |    - |  8 | 0 | new    | US-TX-3:L
  B200                                              | B200                | 180 | BLACKWELL_180 | 5.19 |    - |  8 | 0 | new    | US-CA-2:L EU-FR-1:L
  B300 SXM6 AC                                      | B300                | 288 | -             | 6.94 |    - |  8 | 0 | newest | US-CA-2:L
  AMD Instinct MI300X OAM                           | MI300X              | 192 | -             | 1.99 |    - |  8 | 0 | -      | EU-RO-1:L US-IL-1:L
  A30                                               | A30                 |  24 | -             | 0.22 | 0.18 |  8 | 1 | old    | CA-MTL-1:L
  RTX PRO 4500 Blackwell                            | RTX PRO 4500        |  32 | -             | 0.61 |    - |  8 | 0 | new    | EU-RO-1:M US-KS-2:L
  RTX PRO 6000 Blackwell Server Edition MIG 1g.24gb | RTX PRO 6000 MIG 24 |  24 | -             |  0.5 |    - |  1 | 0 | new    | EU-RO-1:M
  RTX PRO 6000 Blackwell Server Edition MIG 2g.48gb | RTX PRO 6000 MIG 48 |  48 | -             | 0.96 |    - |  1 | 0 | new    | EU-RO-1:L
  RTX 5000 Ada Generation                           | RTX 5000 Ada        |  32 | -             | 0.51 | 0.45 |  8 | 1 | new    | US-IL-1:L
  RTX 4000 SFF Ada Generation                       | RTX 4000 SFF Ada    |  20 | -             | 0.27 |    - |  8 | 0 | new    | EU-RO-1:L
  GeForce RTX 3070                                  | RTX 3070            |   8 | -             |    - | 0.13 |  0 | 8 | old    | CA-MTL-1:L
  GeForce RTX 3080                                  | RTX 3080            |  10 | -             |    - | 0.17 |  0 | 8 | old    | US-GA-2:L
  GeForce RTX 3080 Ti                               | RTX 3080 Ti         |  12 | -             |    - | 0.18 |  0 | 4 | old    | US-GA-2:L
  GeForce RTX 3090 Ti                               | RTX 3090 Ti         |  24 | -             |    - | 0.27 |  0 | 4 | new    | EU-CZ-1:L
  GeForce RTX 4070 Ti                               | RTX 4070 Ti         |  12 | -             |    - | 0.19 |  0 | 4 | new    | EU-CZ-1:L
  GeForce RTX 4080                                  | RTX 4080            |  16 | -             |    - | 0.27 |  0 | 4 | new    | EU-CZ-1:L
  GeForce RTX 4080 SUPER                            | RTX 4080 SUPER      |  16 | -             |    - | 0.28 |  0 | 4 | new    | EU-CZ-1:L
  GeForce RTX 5080                                  | RTX 5080            |  16 | -             |    - | 0.39 |  0 | 4 | new    | EU-CZ-1:L
  RTX A2000                                         | RTX A2000           |   6 | -             | 0.12 |  0.1 |  8 | 4 | old    | EU-RO-1:L
  Tesla V100-PCIE-16GB                              | Tesla V100          |  16 | -             | 0.19 | 0.16 |  8 | 4 | old    | CA-MTL-1:L
  Tesla V100-SXM2-32GB                              | V100 SXM2 32GB      |  32 | -             | 0.29 | 0.24 |  8 | 4 | old    | CA-MTL-1:L
  unknown                                           | unknown             |   0 | -             |    - |    - |  0 | 0 | -      |
`;

const CUDA: Readonly<Record<string, readonly string[]>> = {
  newest: ['13.0'],
  new: ['13.0', '12.9', '12.8'],
  mixed: ['13.0', '12.9', '12.8', '12.4'],
  old: ['12.8', '12.6', '12.4'],
};
const LEVELS: Readonly<Record<string, Level>> = { N: 'NONE', L: 'LOW', M: 'MEDIUM', H: 'HIGH' };
const OTHER_MAKERS: Readonly<Record<string, GpuType['manufacturer']>> = { AMD: 'AMD', unknown: 'UNKNOWN' };

const price = z.union([z.literal('-').transform(() => null), z.coerce.number()]);
const rowSchema = z.tuple([
  z.string(),
  z.string(),
  z.coerce.number(),
  z.string(),
  price,
  price,
  z.coerce.number(),
  z.coerce.number(),
  z.string(),
  z.string(),
]);

export const GPUS: readonly SimGpu[] = TABLE.trim()
  .split('\n')
  .map((line) => parseRow(line.split('|').map((cell) => cell.trim())));

function parseRow(cells: readonly string[]): SimGpu {
  const [id, name, memory, pool, secure, community, maxSecure, maxCommunity, cuda, stock] =
    rowSchema.parse(cells);
  const maker = OTHER_MAKERS[id.split(' ')[0] ?? ''] ?? 'NVIDIA';
  const bare = maker !== 'NVIDIA' || id.startsWith('Tesla');
  return {
    id: bare ? id : `NVIDIA ${id}`,
    name,
    memory,
    pool: pool === '-' ? null : pool,
    manufacturer: maker,
    price: { SECURE: secure, COMMUNITY: community },
    maxCount: { SECURE: maxSecure, COMMUNITY: maxCommunity },
    cudaVersions: CUDA[cuda] ?? [],
    mixedHosts: cuda === 'mixed',
    stock: parseStock(stock),
  };
}

/** `EU-RO-1:H US-IL-1:M` → levels by data centre. */
function parseStock(text: string): Record<string, Level> {
  return Object.fromEntries(
    text
      .split(' ')
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [id = '', level = ''] = entry.split(':');
        return [id, LEVELS[level] ?? 'NONE'];
      }),
  );
}

export function findGpu(id: string): SimGpu | undefined {
  return GPUS.find((gpu) => gpu.id === id && gpu.memory > 0);
}

export function gpusInPool(pool: string): readonly SimGpu[] {
  return GPUS.filter((gpu) => gpu.pool === pool);
}
