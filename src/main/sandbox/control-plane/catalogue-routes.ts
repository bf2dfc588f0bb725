import { CPUS, findCpu, type SimCpu } from '../catalogue/cpus.ts';
import { DATA_CENTERS, findDataCenter, type SimDataCenter } from '../catalogue/data-centers.ts';
import { GPUS, POOL_USD_PER_HOUR, type SimGpu } from '../catalogue/gpus.ts';
import { PUBLIC_TEMPLATES } from '../catalogue/public-templates.ts';
import { bestLevel, matchingCuda, spotsFor, type StockQuery } from '../catalogue/stock.ts';
import { json } from '../http/message.ts';
import { notFound } from '../problem.ts';
import type { DataCenter, GpuType } from '../../runpod/api.ts';
import { dataCenterQuery, stockQuery, templateSource, type StockRequest } from './catalogue-query.ts';
import { param, type Route } from './router.ts';

export function catalogueRoutes(): Route[] {
  return [...computeRoutes(), ...placeRoutes()];
}

function computeRoutes(): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2/catalog/gpus',
      run: ({ request }) => json(200, { gpus: listGpus(stockQuery(request.query, 'gpu')) }),
    },
    {
      method: 'GET',
      path: '/v2/catalog/gpus/{id}',
      run: (call) => {
        const gpu = GPUS.find((entry) => entry.id === param(call, 'id'));
        if (gpu === undefined) throw notFound('gpu type');
        return json(200, gpuView(gpu, stockQuery(call.request.query, 'gpu')));
      },
    },
    {
      method: 'GET',
      path: '/v2/catalog/cpus',
      run: ({ request }) => {
        const asked = stockQuery(request.query, 'cpu');
        return json(200, { cpus: CPUS.map((cpu) => cpuView(cpu, asked)) });
      },
    },
    {
      method: 'GET',
      path: '/v2/catalog/cpus/{id}',
      run: (call) => {
        const cpu = findCpu(param(call, 'id'));
        if (cpu === undefined) throw notFound('cpu type');
        return json(200, cpuView(cpu, stockQuery(call.request.query, 'cpu')));
      },
    },
  ];
}

function placeRoutes(): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2/catalog/datacenters',
      run: ({ request }) => {
        const { include, keeps } = dataCenterQuery(request.query);
        return json(200, {
          dataCenters: DATA_CENTERS.filter(keeps).map((center) => centerView(center, include)),
        });
      },
    },
    {
      method: 'GET',
      path: '/v2/catalog/datacenters/{id}',
      run: (call) => {
        const center = findDataCenter(param(call, 'id'));
        if (center === undefined) throw notFound('data center');
        return json(200, centerView(center, dataCenterQuery(call.request.query).include));
      },
    },
    {
      method: 'GET',
      path: '/v2/catalog/templates',
      run: ({ request }) => {
        const source = templateSource(request.query);
        const templates = PUBLIC_TEMPLATES.filter((entry) => entry.source === source);
        return json(200, { templates: templates.map((entry) => entry.template) });
      },
    },
  ];
}

/** With countryCodes, types that no data centre of those countries has drop out. */
function listGpus(asked: StockRequest): GpuType[] {
  return GPUS.filter((gpu) => {
    if (asked.stock === null || asked.stock.countryCodes === undefined) return true;
    return spotsFor(gpu, asked.stock).length > 0;
  }).map((gpu) => gpuView(gpu, asked));
}

function gpuView(gpu: SimGpu, asked: StockRequest): GpuType {
  const serverless = POOL_USD_PER_HOUR[gpu.pool ?? ''];
  return {
    id: gpu.id,
    name: gpu.name,
    pool: gpu.pool,
    manufacturer: gpu.manufacturer,
    memory: gpu.memory,
    secure: gpu.price.SECURE !== null,
    community: gpu.price.COMMUNITY !== null,
    price: {
      secure: gpu.price.SECURE ?? 0,
      community: gpu.price.COMMUNITY ?? 0,
      ...(serverless === undefined ? {} : { serverless }),
    },
    maxCount: { secure: gpu.maxCount.SECURE, community: gpu.maxCount.COMMUNITY },
    ...(asked.stock === null ? {} : availability(gpu, asked.stock, asked.products)),
  };
}

function availability(
  gpu: SimGpu,
  query: StockQuery,
  products: readonly string[],
): Pick<GpuType, 'availability' | 'dataCenters' | 'cudaVersions'> {
  // Only pooled types run serverless; only the big ones stand in clusters.
  const offered = products.some(
    (product) => product === 'POD' || (product === 'SERVERLESS' && gpu.pool !== null) || gpu.memory >= 80,
  );
  const spots = offered ? spotsFor(gpu, query) : [];
  const free = spots.some((spot) => spot.level !== 'NONE');
  const versions = matchingCuda(gpu, query) ?? gpu.cudaVersions;
  return {
    availability: bestLevel(spots),
    ...(spots.length === 0
      ? {}
      : {
          dataCenters: spots.map(({ center, level }) => ({
            id: center.id,
            name: center.name,
            availability: level,
          })),
        }),
    ...(gpu.cudaVersions.length === 0
      ? {}
      : { cudaVersions: versions.map((version) => ({ version, available: free })) }),
  };
}

function cpuView(cpu: SimCpu, asked: StockRequest): object {
  const centers = cpu.dataCenters.flatMap((id) => {
    const center = findDataCenter(id);
    return center === undefined ? [] : [{ id, name: center.name, availability: 'HIGH' }];
  });
  return {
    id: cpu.id,
    name: cpu.name,
    group: cpu.group,
    vcpu: { min: cpu.minVcpu, max: cpu.maxVcpu },
    ramGbPerVcpu: cpu.ramGbPerVcpu,
    price: { securePerVcpu: cpu.securePerVcpu, serverlessPerVcpu: cpu.serverlessPerVcpu },
    ...(asked.stock === null ? {} : { availability: 'HIGH', dataCenters: centers }),
  };
}

function centerView(center: SimDataCenter, include: ReadonlySet<string>): DataCenter {
  const query: StockQuery = { cloud: 'SECURE', count: 1, dataCenterIds: [center.id] };
  const gpus = GPUS.flatMap((gpu) => {
    const spot = spotsFor(gpu, query)[0];
    return spot === undefined ? [] : [{ id: gpu.id, name: gpu.name, availability: spot.level }];
  });
  const cpus = CPUS.filter((cpu) => cpu.dataCenters.includes(center.id)).map((cpu) => ({
    id: cpu.id,
    name: cpu.name,
    availability: 'HIGH' as const,
  }));
  return {
    id: center.id,
    name: center.name,
    region: center.region,
    globalNetwork: center.globalNetwork,
    networkVolumeTypes: center.networkVolumeTypes,
    compliance: center.compliance,
    ...(include.has('GPU_AVAILABILITY') && gpus.length > 0 ? { gpuAvailability: gpus } : {}),
    ...(include.has('CPU_AVAILABILITY') && cpus.length > 0 ? { cpuAvailability: cpus } : {}),
  };
}
