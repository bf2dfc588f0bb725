import { GIB } from './memory.ts';

/** Numbers as they stand in sentences. */
export const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

export const tokens = (count: number): string => count.toLocaleString('en-US');

export const usd = (amount: number): string => `$${amount.toFixed(amount < 0.1 && amount > 0 ? 4 : 2)}/h`;

export const gpus = (count: number): string => (count === 1 ? '1 GPU' : `${count} GPUs`);
