import type { SimDataCenter } from '../catalogue/data-centers.ts';
import type { StockQuery } from '../catalogue/stock.ts';
import { Problem, badRequest } from '../problem.ts';

export interface StockRequest {
  /** null = availability was not asked for. */
  readonly stock: StockQuery | null;
  readonly products: readonly string[];
}

const NEEDS_AVAILABILITY = [
  'product',
  'count',
  'cloud',
  'countryCodes',
  'cudaVersions',
  'minCudaVersion',
  'vcpuCount',
];

/** `include=AVAILABILITY` and `product` come together or not at all (FACTS 5); unknown parameters are ignored. */
export function stockQuery(query: URLSearchParams, kind: 'gpu' | 'cpu'): StockRequest {
  const include = list(query, 'include', /^AVAILABILITY$/);
  const products = list(
    query,
    'product',
    kind === 'gpu' ? /^(?:POD|CLUSTER|SERVERLESS)$/ : /^(?:POD|SERVERLESS)$/,
  );
  const countryCodes = list(query, 'countryCodes', /^[A-Z]{2}$/);
  const cudaVersions = list(query, 'cudaVersions', /^\d+\.\d+$/);
  const minCudaVersion = list(query, 'minCudaVersion', /^\d+(?:\.\d+)?$/)[0];
  const count = Number(list(query, 'count', /^[1-9]\d*$/)[0] ?? '1');
  const cloud = list(query, 'cloud', /^(?:SECURE|COMMUNITY)$/)[0];
  if (include.length === 0) {
    const early = NEEDS_AVAILABILITY.find((name) => query.has(name));
    if (early !== undefined) throw badRequest(`${early} is valid only with include=AVAILABILITY`);
    return { stock: null, products };
  }
  if (products.length === 0) throw badRequest('product is required with include=AVAILABILITY');
  if (cudaVersions.length > 0 && minCudaVersion !== undefined) {
    throw badRequest('cudaVersions and minCudaVersion are mutually exclusive');
  }
  return {
    products,
    stock: {
      cloud: cloud === 'COMMUNITY' ? 'COMMUNITY' : 'SECURE',
      count,
      ...(countryCodes.length === 0 ? {} : { countryCodes }),
      cudaVersions,
      minCudaVersion,
    },
  };
}

export function dataCenterQuery(query: URLSearchParams): {
  readonly include: ReadonlySet<string>;
  readonly keeps: (center: SimDataCenter) => boolean;
} {
  const include = new Set(list(query, 'include', /^(?:GPU|CPU)_AVAILABILITY$/));
  const regions = list(query, 'regions', /^[A-Z_]+$/);
  const volumes = list(query, 'networkVolumeTypes', /^(?:STANDARD|HIGH_PERFORMANCE)$/);
  const compliance = list(query, 'compliance', /^[A-Z0-9_]+$/);
  const global = list(query, 'globalNetwork', /^(?:true|false)$/)[0];
  const any = (wanted: readonly string[], have: readonly string[]): boolean =>
    wanted.length === 0 || wanted.some((value) => have.includes(value));
  return {
    include,
    keeps: (center) =>
      any(regions, [center.region]) &&
      any(volumes, center.networkVolumeTypes) &&
      any(compliance, center.compliance) &&
      (global === undefined || String(center.globalNetwork) === global),
  };
}

export function templateSource(query: URLSearchParams): 'official' | 'verified' | 'community' {
  const source = list(query, 'source', /^(?:official|verified|community)$/)[0];
  return source === 'verified' || source === 'community' ? source : 'official';
}

/** Comma-separated values; a malformed one is a 422. */
function list(query: URLSearchParams, name: string, pattern: RegExp): string[] {
  const values = query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '');
  const wrong = values.find((value) => !pattern.test(value));
  if (wrong === undefined) return values;
  throw new Problem(422, 'Request validation failed.', {
    errors: [`query ${name}: "${wrong}" is not valid`],
  });
}
