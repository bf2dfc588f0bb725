import { STORAGE_USD_PER_GB_MONTH } from '../../shared/money.ts';

/** List prices at RunPod (FACTS 2.8, 6). A pod's real rate is the `cost` RunPod tells; disks: shared/money.ts. */

/** RunPod sells volumes up to 4096 GB as 4 TB. */
const GB_PER_TB = 1024;

/** A network volume bills whether anything uses it or not. The price of the faster tier is not published. */
export function networkVolumeUsdPerMonth(sizeGb: number): number {
  const first = Math.min(sizeGb, GB_PER_TB);
  const price = STORAGE_USD_PER_GB_MONTH;
  return first * price.networkVolumeFirstTb + (sizeGb - first) * price.networkVolumeBeyond;
}

export interface TokenPrice {
  readonly usdPerMillionInput: number;
  readonly usdPerMillionOutput: number;
}

/** Price of a request at a public API. */
export function tokensUsd(
  tokens: { readonly input: number; readonly output: number },
  price: TokenPrice,
): number {
  return (tokens.input * price.usdPerMillionInput + tokens.output * price.usdPerMillionOutput) / 1_000_000;
}
