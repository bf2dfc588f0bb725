import type { DataCenter } from '../../runpod/api.ts';

/** Data centres of the simulated cloud, named as RunPod names its own. */
export interface SimDataCenter {
  readonly id: string;
  readonly name: string;
  readonly region: DataCenter['region'];
  /** ISO 3166-1 alpha-2; the id's prefix does not always tell it (FACTS 5). */
  readonly country: string;
  readonly globalNetwork: boolean;
  readonly networkVolumeTypes: DataCenter['networkVolumeTypes'];
  readonly compliance: DataCenter['compliance'];
}

type Row = readonly [
  id: string,
  name: string,
  region: DataCenter['region'],
  country: string,
  globalNetwork: boolean,
  volumes: DataCenter['networkVolumeTypes'],
  compliance: DataCenter['compliance'],
];

const ROWS: readonly Row[] = [
  ['EU-RO-1', 'EU Romania 1', 'EUROPE', 'RO', true, ['STANDARD'], ['GDPR', 'ISO_IEC_27001', 'SOC_2_TYPE_2']],
  ['EU-CZ-1', 'EU Czechia 1', 'EUROPE', 'CZ', true, ['STANDARD'], ['GDPR', 'ISO_IEC_27001']],
  ['EU-NL-1', 'EU Netherlands 1', 'EUROPE', 'NL', true, [], ['GDPR', 'ISO_IEC_27001', 'PCI_DSS']],
  ['EU-SE-1', 'EU Sweden 1', 'EUROPE', 'SE', false, ['STANDARD'], ['GDPR', 'RENEWABLE']],
  ['EU-FR-1', 'EU France 1', 'EUROPE', 'FR', true, ['STANDARD'], ['GDPR', 'ISO_IEC_27001']],
  ['EUR-IS-1', 'Iceland 1', 'EUROPE', 'IS', true, ['STANDARD', 'HIGH_PERFORMANCE'], ['GDPR', 'RENEWABLE']],
  ['EUR-NO-1', 'Norway 1', 'EUROPE', 'NO', false, ['STANDARD'], ['GDPR', 'RENEWABLE']],
  ['US-TX-3', 'US Texas 3', 'NORTH_AMERICA', 'US', true, ['STANDARD'], ['SOC_2_TYPE_2', 'HIPAA']],
  [
    'US-CA-2',
    'US California 2',
    'NORTH_AMERICA',
    'US',
    true,
    ['STANDARD', 'HIGH_PERFORMANCE'],
    ['SOC_2_TYPE_2'],
  ],
  ['US-KS-2', 'US Kansas 2', 'NORTH_AMERICA', 'US', true, ['STANDARD'], ['SOC_2_TYPE_2', 'PCI_DSS']],
  ['US-GA-2', 'US Georgia 2', 'NORTH_AMERICA', 'US', false, ['STANDARD'], ['SOC_2_TYPE_2']],
  ['US-IL-1', 'US Illinois 1', 'NORTH_AMERICA', 'US', true, ['STANDARD'], ['SOC_2_TYPE_2', 'HITRUST']],
  ['CA-MTL-1', 'Canada Montreal 1', 'NORTH_AMERICA', 'CA', true, ['STANDARD'], ['SOC_2_TYPE_2']],
  ['AP-JP-1', 'Japan 1', 'ASIA', 'JP', false, ['STANDARD'], ['ISO_IEC_27001']],
  ['OC-AU-1', 'Australia 1', 'OCEANIA', 'AU', false, [], ['ISO_IEC_27001']],
];

export const DATA_CENTERS: readonly SimDataCenter[] = ROWS.map(
  ([id, name, region, country, globalNetwork, networkVolumeTypes, compliance]) => ({
    id,
    name,
    region,
    country,
    globalNetwork,
    networkVolumeTypes,
    compliance,
  }),
);

export function findDataCenter(id: string): SimDataCenter | undefined {
  return DATA_CENTERS.find((center) => center.id === id);
}
