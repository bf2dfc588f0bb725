import { useEffect, useState } from 'react';
import { delay } from './clock.ts';

/** The value once it has stayed the same for `ms`. Compared as JSON, so that a fresh but equal object is the same. */
export function useDebounced<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    const leaving = new AbortController();
    void delay(ms, leaving.signal).then(() => {
      if (!leaving.signal.aborted) setSettled(value);
    });
    return () => leaving.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key stands for the value
  }, [key, ms]);
  return settled;
}
