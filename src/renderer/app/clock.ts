import { useEffect, useState } from 'react';

/** The renderer's only source of time. */
export const now = (): number => Date.now();

/** Resolves after `ms`, or as soon as the signal fires. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** Runs `task` every `ms` while the page is visible; returns a function that ends it. */
export function every(ms: number, task: () => void): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') task();
  }, ms);
  return () => clearInterval(timer);
}

/** Milliseconds now, renewed every `stepMs`: for elapsed times and ages on the screen. */
export function useNow(stepMs = 1000): number {
  const [value, setValue] = useState(now);
  useEffect(() => every(stepMs, () => setValue(now())), [stepMs]);
  return value;
}
