import type { Random } from '../platform/random.ts';
import type { Intent } from './events.ts';
import type { DeploymentStore } from './store.ts';

const INSTALLATION_BYTES = 5;

/** What tells this installation's pods from those of the same user's other computers; made once. */
export function installationId(store: DeploymentStore, random: Random, now: number): string {
  const known = store.meta('installation');
  if (known !== null) return known.value;
  const made = random.hex(INSTALLATION_BYTES);
  store.setMeta('installation', made, now);
  return made;
}

/**
 * Calls cut off by the end of the last run. Only a create leaves a question, which its deployment looks into; ends are
 * in the record and are sent again; a pod of a deployment that is gone is found by its name and ended as an orphan.
 * Returns the creates to look into, by deployment.
 */
export function recoverIntents(
  store: DeploymentStore,
  deploymentIds: ReadonlySet<string>,
  now: number,
): ReadonlyMap<string, Intent> {
  const creates = new Map<string, Intent>();
  for (const intent of store.openIntents()) {
    const { deploymentId, kind, id } = intent;
    const asks = kind === 'create' || kind === 'create-endpoint';
    if (asks && deploymentIds.has(deploymentId) && !creates.has(deploymentId)) {
      creates.set(deploymentId, intent);
    } else {
      store.closeIntent(id, 'cut off', now);
    }
  }
  return creates;
}
