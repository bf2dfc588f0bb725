import { isGuarded } from '../../shared/guarded.ts';
import type { MethodName } from '../../shared/api.ts';
import type { Client } from '../api/client.ts';
import { confirm, type ConfirmRequest } from '../stores/confirm.ts';

/** Asks before a call, unless the desktop's main process will ask by itself: one question, not two. */
export function askFirst(client: Client, method: MethodName, request: ConfirmRequest): Promise<boolean> {
  return client.body === 'desktop' && isGuarded(method) ? Promise.resolve(true) : confirm(request);
}
