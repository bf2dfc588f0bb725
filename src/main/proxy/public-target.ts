import { AppError } from '../../shared/errors.ts';
import type { PublicPrice } from '../costs/public-prices.ts';
import type { Clock } from '../platform/clock.ts';
import { nameOfTarget, type UserTargetConfig } from '../../shared/targets.ts';
import type { Lease, Payment, Target, TargetState, Upstream } from '../target.ts';

/** How RunPod's public endpoints are reached and paid for. */
export interface PublicAccess {
  readonly clock: Clock;
  /** RunPod's own host: the only one its key is sent to. */
  readonly invokeUrl: string;
  readonly simulated: boolean;
  readonly key: () => Promise<string | null>;
  /** Why nothing may be spent now; null = it may. */
  readonly refusal: (targetId: string) => AppError | null;
}

const NO_LEASE: Lease = { end: () => {} };
/** Where RunPod does not tell: no more than its smallest. */
const USUAL_CONTEXT_TOKENS = 32_768;
/** The key may be replaced while the app runs. */
const KEY_AGE_MS = 30_000;

/** One of the models RunPod hosts for everybody (FACTS 6): always there, paid for by the token, with the account's key. */
export class PublicTarget implements Target {
  readonly id: string;
  readonly name: string;
  readonly models: readonly string[];
  readonly contextTokens: number;
  readonly simulated: boolean;
  readonly payment: Payment;
  readonly fingerprint: string;
  readonly #access: PublicAccess;
  readonly #price: PublicPrice;
  #upstream: Upstream | null = null;
  #askedAt = -Infinity;

  constructor(config: UserTargetConfig, price: PublicPrice, access: PublicAccess) {
    const { usdPerMillionInput, usdPerMillionOutput } = price;
    this.name = nameOfTarget(config);
    this.id = `public_${this.name}`;
    this.models = [...new Set([this.name, price.id, ...config.models])];
    this.contextTokens = config.contextTokens ?? price.contextTokens ?? USUAL_CONTEXT_TOKENS;
    this.simulated = access.simulated;
    this.payment = { kind: 'tokens', usdPerMillionInput, usdPerMillionOutput };
    this.fingerprint = `public ${price.slug} ${price.model}`;
    this.#access = access;
    this.#price = price;
  }

  state(): TargetState {
    return 'ready';
  }

  /** null while its key is not known afresh, and while nothing may be spent: `ensureReady` says what is wrong. */
  upstream(): Upstream | null {
    const isFresh = this.#access.clock.monotonic() - this.#askedAt < KEY_AGE_MS;
    return isFresh && this.refusal() === null ? this.#upstream : null;
  }

  /** @throws AppError budget_exceeded, runpod_key_missing */
  async ensureReady(): Promise<Upstream> {
    const refusal = this.refusal();
    if (refusal !== null) throw refusal;
    const key = await this.#access.key();
    if (key === null) {
      throw new AppError('runpod_key_missing', `${this.name} is RunPod's, and there is no RunPod key.`);
    }
    const authorization = `Bearer ${key}`;
    // The same object as long as nothing changes: what is known of a server hangs on it.
    if (this.#upstream?.headers['authorization'] !== authorization)
      this.#upstream = this.#newUpstream(authorization);
    this.#askedAt = this.#access.clock.monotonic();
    return this.#upstream;
  }

  refusal(): AppError | null {
    return this.#access.refusal(this.id);
  }
  lease(): Lease {
    return NO_LEASE;
  }
  reportUnreachable(): void {}

  #newUpstream(authorization: string): Upstream {
    const { slug, model } = this.#price;
    return {
      baseUrl: `${this.#access.invokeUrl}/${slug}/openai/v1`,
      headers: { authorization },
      account: 'runpod',
      servedModel: model,
      fingerprint: this.fingerprint,
    };
  }
}
