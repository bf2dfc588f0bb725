import { useEffect, useMemo, useState } from 'react';
import { delay } from './clock.ts';

/** The value once it has stayed the same for `ms`. Values are plain data: equal ones count as the same. */
export function useDebounced<T>(value: T, ms: number): T {
  const key = JSON.stringify(value);
  const [settled, setSettled] = useState(key);
  useEffect(() => {
    const leaving = new AbortController();
    void delay(ms, leaving.signal).then(() => {
      if (!leaving.signal.aborted) setSettled(key);
    });
    return () => leaving.abort();
  }, [key, ms]);
  return useMemo((): T => JSON.parse(settled), [settled]);
}
