import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Log } from '../logs/log.ts';
import type { Fetch } from '../platform/http.ts';

/** ENTRYPOINT and CMD of an image. */
export interface ImageCommand {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
}

/** The simulated RunPod (SPEC 11). It has no private door: the app reaches it through the same five addresses. */
export interface SandboxOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** How many times faster than life boots run; money is billed by the clock, not by this. */
  readonly speed: number;
  readonly tokensPerSecond: number;
  readonly balanceUsd: number;
  /** Keys and what they may do; the first `all` key is what the app uses by itself. */
  readonly keys: readonly { readonly key: string; readonly rights: 'all' | 'read-only' | 'invoke-only' }[];
  /** Survives restarts of the process that hosts the sandbox; null = memory only. */
  readonly stateFile: string | null;
  /**
   * Runs pods' entrypoint overrides (the watchdog) as real processes on this machine. A function decides by the argv, so
   * that commands a user typed can be left to the simulation.
   */
  readonly runProcesses: boolean | ((argv: readonly string[]) => boolean);
  /**
   * What an image runs whose scripts this machine has, so that its pods run them as processes too (where `runProcesses`
   * accepts them); null or absent = nothing is known of an image but its name.
   */
  readonly imageCommand?: (image: string) => ImageCommand | null;
  /** A local OpenAI-compatible server that answers instead of the simulated models; null = simulated text. */
  readonly answerFrom: string | null;
  /** The account's request limit on the control plane; absent = 1200. */
  readonly requestsPerMinute?: number;
}

export interface SandboxUrls {
  readonly apiUrl: string;
  readonly invokeUrl: string;
  readonly graphqlUrl: string;
  readonly podUrlTemplate: string;
  readonly lbUrlTemplate: string;
}

/** One misbehaviour; `times` uses it up (absent = until cleared). Matched in order of arming. */
export type Fault =
  | {
      readonly kind: 'no-capacity';
      readonly gpuTypeId?: string;
      readonly cloud?: string;
      readonly times?: number;
    }
  | {
      readonly kind: 'status';
      /** An HTTP method and a path pattern such as `POST /v2/pods` or `GET /v2/pods/*`. */
      readonly route: string;
      readonly status: 401 | 402 | 403 | 404 | 409 | 422 | 429 | 500 | 502 | 503 | 504;
      readonly retryAfterSeconds?: number;
      readonly times?: number;
    }
  /** The call does its work, then answers 5xx, or the connection drops. */
  | {
      readonly kind: 'lost-answer';
      readonly route: string;
      readonly how: '502' | 'reset' | 'hang';
      readonly times?: number;
    }
  | { readonly kind: 'latency'; readonly route: string; readonly ms: number; readonly times?: number }
  /** Lists lag behind creates by this long. */
  | { readonly kind: 'list-lag'; readonly ms: number; readonly times?: number }
  | { readonly kind: 'duplicate-list'; readonly times?: number }
  | { readonly kind: 'slow-boot'; readonly factor: number; readonly times?: number }
  /** Stays at one phase for ever: no progress, no data centre. */
  | {
      readonly kind: 'stuck-boot';
      readonly phase: 'placing' | 'pulling' | 'loading';
      readonly times?: number;
    }
  | { readonly kind: 'crash-loop'; readonly line: string; readonly times?: number }
  /** A start that comes up with no GPU. */
  | { readonly kind: 'zero-gpu'; readonly times?: number }
  /** A stop that answers 200 and does not stop. */
  | { readonly kind: 'phantom-stop'; readonly times?: number }
  /** A start that finds the pod's machine gone: 404, and the pod with it. */
  | { readonly kind: 'ghost'; readonly times?: number }
  /** A log stream that opens and stays silent. */
  | { readonly kind: 'lost-logs'; readonly times?: number }
  /** The start command's JSON form is not understood: passed to the image's entrypoint as it is. */
  | { readonly kind: 'no-entrypoint-override'; readonly times?: number }
  | { readonly kind: 'billing-lag'; readonly ms: number; readonly times?: number };

/** What the simulated cloud charged, to the second; the truth that the app's ledger is compared with. */
export interface SandboxBill {
  readonly totalUsd: number;
  readonly pods: readonly {
    readonly podId: string;
    readonly name: string;
    readonly usd: number;
    readonly computeSeconds: number;
    readonly usdPerHour: number;
    readonly running: boolean;
  }[];
}

export interface Sandbox {
  /** Serves everything on one loopback port (0 = any) and says where. */
  listen(port: number): Promise<SandboxUrls>;
  /** The same answers without a socket, for tests on a manual clock; use `urls()` for the addresses. */
  readonly fetch: Fetch;
  urls(): SandboxUrls;
  /** Opens the control routes under /sandbox/ (docs/sandbox.md) as header `x-sandbox-control`. */
  readonly controlToken: string;
  arm(fault: Fault): void;
  clearFaults(): void;
  bill(): SandboxBill;
  /** Ends listeners, timers and processes; pods stay in the state file. */
  dispose(): Promise<void>;
}
