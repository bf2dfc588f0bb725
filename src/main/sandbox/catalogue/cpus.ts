export interface SimCpu {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly minVcpu: number;
  readonly maxVcpu: number;
  readonly ramGbPerVcpu: number;
  readonly securePerVcpu: number;
  readonly serverlessPerVcpu: number;
  readonly dataCenters: readonly string[];
}

const EVERYWHERE = ['EU-RO-1', 'EUR-IS-1', 'US-KS-2', 'US-CA-2', 'CA-MTL-1'];

export const CPUS: readonly SimCpu[] = [
  cpu('cpu3c', 'Compute-Optimized', 'Gen 3', 32, 2, 0.03),
  cpu('cpu3g', 'General Purpose', 'Gen 3', 32, 4, 0.04),
  cpu('cpu3m', 'Memory-Optimized', 'Gen 3', 32, 8, 0.06),
  cpu('cpu5c', 'Compute-Optimized', 'Gen 5', 32, 2, 0.035),
  cpu('cpu5g', 'General Purpose', 'Gen 5', 32, 4, 0.045),
  cpu('cpu5m', 'Memory-Optimized', 'Gen 5', 16, 8, 0.065),
];

function cpu(id: string, name: string, group: string, maxVcpu: number, ram: number, price: number): SimCpu {
  return {
    id,
    name,
    group,
    minVcpu: 2,
    maxVcpu,
    ramGbPerVcpu: ram,
    securePerVcpu: price,
    serverlessPerVcpu: price,
    dataCenters: EVERYWHERE,
  };
}

export function findCpu(id: string): SimCpu | undefined {
  return CPUS.find((entry) => entry.id === id);
}
