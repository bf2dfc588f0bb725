import { delay } from '../app/clock.ts';
import { navigate } from '../app/router.ts';
import type { Client } from './client.ts';
import { createHttpClient } from './http.ts';
import { createIpcClient } from './ipc.ts';

/** The desktop window brings a bridge; anywhere else the page came from the control port. */
export function detectClient(): Client {
  const bridge = window.runpodLlm;
  return bridge === undefined
    ? createHttpClient({
        origin: '',
        fetch: (input, init) => fetch(input, init),
        delay,
        openPage: navigate,
      })
    : createIpcClient(bridge);
}
