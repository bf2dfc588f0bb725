import { upToCents } from '../../shared/money.ts';
import { GIB } from './memory.ts';

/** Numbers as they stand in sentences. */
export const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

export const tokens = (count: number): string => count.toLocaleString('en-US');

/** A price, up to the cent: what is told is never less than what is billed. */
export const usd = (amount: number): string =>
  `$${amount < 0.1 && amount > 0 ? amount.toFixed(4) : upToCents(amount).toFixed(2)}/h`;

export const gpus = (count: number): string => (count === 1 ? '1 GPU' : `${count} GPUs`);
