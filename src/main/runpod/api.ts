import type { components, operations } from './generated/openapi.ts';

/** RunPod REST v2 as the app uses it. Types come from RunPod's OpenAPI document; nothing is repeated by hand. */
type Schemas = components['schemas'];

/** What decoding makes sure of beyond the generated types. */
interface DecodedContainer {
  image: string;
  args: string;
  env: Record<string, string>;
  ports: string[];
}

/** A GPU count that RunPod leaves out is its default, 1. */
export type Pod = Schemas['Pod'] & DecodedContainer & { gpu?: { count: number } };
export type PodAction = Schemas['PodAction'];
export type CreatePodRequest = Schemas['CreatePodRequest'];
export type UpdatePodRequest = Schemas['UpdatePodRequest'];
export type Endpoint = Schemas['Endpoint'] & DecodedContainer & { gpu?: { count: number } | null };
export type CreateEndpointRequest = Schemas['CreateEndpointRequest'];
export type UpdateEndpointRequest = Schemas['UpdateEndpointRequest'];
export type WorkerList = Schemas['ListEndpointWorkersResponse'];
export type ReleaseList = Schemas['ListEndpointReleasesResponse'];
export type GpuType = Schemas['GpuType'];
export type DataCenter = Schemas['DataCenter'];
export type Template = Schemas['Template'] & DecodedContainer;
export type CreateTemplateRequest = Schemas['CreateTemplateRequest'];
export type Registry = Schemas['Registry'];
export type CreateRegistryRequest = Schemas['CreateRegistryRequest'];
export type NetworkVolume = Schemas['NetworkVolume'];
export type CreateNetworkVolumeRequest = Schemas['CreateNetworkVolumeRequest'];
export type UpdateNetworkVolumeRequest = Schemas['UpdateNetworkVolumeRequest'];
export type PodBilling = Schemas['ListPodBillingResponse'];
export type ServerlessBilling = Schemas['ListServerlessBillingResponse'];
export type NetworkVolumeBilling = Schemas['ListNetworkVolumeBillingResponse'];
export type PublicEndpointBilling = Schemas['ListEndpointBillingResponse'];

export type GpuQuery = NonNullable<operations['listGpuTypes']['parameters']['query']>;
export type DataCenterQuery = NonNullable<operations['listDataCenters']['parameters']['query']>;
export type PodBillingQuery = NonNullable<operations['listPodBilling']['parameters']['query']>;
export type ServerlessBillingQuery = NonNullable<operations['listServerlessBilling']['parameters']['query']>;
export type NetworkVolumeBillingQuery = NonNullable<
  operations['listNetworkVolumeBilling']['parameters']['query']
>;
export type PublicEndpointBillingQuery = NonNullable<
  operations['listEndpointBilling']['parameters']['query']
>;

export interface PodLogLine {
  /** Opaque; hand it back to resume. */
  readonly id: string;
  readonly source: 'container' | 'system';
  readonly line: string;
  readonly ts: string;
}

export interface LogOptions {
  readonly source?: 'container' | 'system';
  /** Lines before now; 0 = live only. */
  readonly tail?: number;
  readonly since?: string;
  readonly lastEventId?: string;
}

export interface Balance {
  readonly balanceUsd: number | null;
  readonly spendUsdPerHour: number | null;
  readonly spendLimitUsdPerHour: number | null;
  /** RunPod's id of the account; null or absent = not told. */
  readonly accountId?: string | null;
}

/** What the last answers said about the account's request limits. */
export interface RateState {
  readonly windows: readonly {
    readonly name: string;
    readonly left: number;
    readonly resetSeconds: number;
  }[];
}

/**
 * Every call takes a signal and throws AppError with a code of shared/errors.ts and RunPod's request id; when the signal
 * fires it throws an AbortError, and what a write had done by then is unknown.
 * GETs and DELETEs are retried on 5xx and network errors; a POST or PATCH only on 429, never on 5xx or a lost connection
 * (FACTS 1): a lost create is the caller's to look up by name. DELETE and `terminate` treat 404 as done.
 *
 * `details` of an error: `status`, `route`; `mayHaveHappened: true` on a POST or PATCH whose outcome is unknown (5xx, lost
 * connection, unreadable answer), `false` where it surely never left this machine; `ambiguous: true` on a 400 or 403 to a create or action, which can be about this
 * candidate or about every one (trap 5); `fields` and `violations` as RunPod named them.
 */
export interface RunPodApi {
  readonly pods: {
    list(signal: AbortSignal): Promise<Pod[]>;
    get(id: string, signal: AbortSignal): Promise<Pod>;
    create(body: CreatePodRequest, signal: AbortSignal): Promise<Pod>;
    update(id: string, body: UpdatePodRequest, signal: AbortSignal): Promise<Pod>;
    /** `absent` = RunPod did not know it any more: it ended before, nobody knows when. */
    delete(id: string, signal: AbortSignal): Promise<'ended' | 'absent'>;
    /** `terminate` answers nothing. */
    action(id: string, action: PodAction, signal: AbortSignal): Promise<Pod | null>;
    /** One connection's lines; ends when RunPod closes it. Callers reconnect with the last id. */
    logs(id: string, options: LogOptions, signal: AbortSignal): AsyncIterable<PodLogLine>;
  };
  readonly serverless: {
    list(signal: AbortSignal): Promise<Endpoint[]>;
    get(id: string, signal: AbortSignal): Promise<Endpoint>;
    create(body: CreateEndpointRequest, signal: AbortSignal): Promise<Endpoint>;
    update(id: string, body: UpdateEndpointRequest, signal: AbortSignal): Promise<Endpoint>;
    delete(id: string, signal: AbortSignal): Promise<void>;
    workers(id: string, signal: AbortSignal): Promise<WorkerList>;
    releases(id: string, signal: AbortSignal): Promise<ReleaseList>;
    workerLogs(
      id: string,
      workerId: string,
      options: LogOptions,
      signal: AbortSignal,
    ): AsyncIterable<PodLogLine>;
  };
  readonly catalog: {
    gpus(query: GpuQuery, signal: AbortSignal): Promise<GpuType[]>;
    dataCenters(query: DataCenterQuery, signal: AbortSignal): Promise<DataCenter[]>;
    templates(source: 'official' | 'verified' | 'community', signal: AbortSignal): Promise<Template[]>;
  };
  readonly templates: {
    list(signal: AbortSignal): Promise<Template[]>;
    get(id: string, signal: AbortSignal): Promise<Template>;
    create(body: CreateTemplateRequest, signal: AbortSignal): Promise<Template>;
    delete(id: string, signal: AbortSignal): Promise<void>;
  };
  readonly registries: {
    list(signal: AbortSignal): Promise<Registry[]>;
    create(body: CreateRegistryRequest, signal: AbortSignal): Promise<Registry>;
    delete(id: string, signal: AbortSignal): Promise<void>;
  };
  readonly networkVolumes: {
    list(signal: AbortSignal): Promise<NetworkVolume[]>;
    get(id: string, signal: AbortSignal): Promise<NetworkVolume>;
    create(body: CreateNetworkVolumeRequest, signal: AbortSignal): Promise<NetworkVolume>;
    update(id: string, body: UpdateNetworkVolumeRequest, signal: AbortSignal): Promise<NetworkVolume>;
    delete(id: string, signal: AbortSignal): Promise<void>;
  };
  readonly billing: {
    pods(query: PodBillingQuery, signal: AbortSignal): Promise<PodBilling>;
    serverless(query: ServerlessBillingQuery, signal: AbortSignal): Promise<ServerlessBilling>;
    networkVolumes(query: NetworkVolumeBillingQuery, signal: AbortSignal): Promise<NetworkVolumeBilling>;
    /** Spend on RunPod-hosted public endpoints, not on the user's serverless ones. */
    publicEndpoints(query: PublicEndpointBillingQuery, signal: AbortSignal): Promise<PublicEndpointBilling>;
  };
  /** GraphQL, optional; null fields where the key does not tell or the adapter is switched off. */
  balance(signal: AbortSignal): Promise<Balance>;
  rates(): RateState;
  /** Cloud clock minus local clock in ms, from answers' Date headers; 0 until known. Good to about half a second. */
  clockOffsetMs(): number;
}
