import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/main/deployments/events.ts';
import { recoverIntents } from '../../../src/main/deployments/recovery.ts';
import { DeploymentStore } from '../../../src/main/deployments/store.ts';
import { openDb } from '../../../src/main/platform/db.ts';

const intent = (id: string, kind: Intent['kind'], deploymentId: string, sentAt: number): Intent => ({
  id,
  deploymentId,
  kind,
  podName: `rplm-0123456789-${deploymentId}-${id}`,
  podId: kind === 'create' ? null : 'pod1',
  launch: null,
  sentAt,
});

describe('calls that the end of the last run cut off (SPEC 2.3)', () => {
  const db = openDb(':memory:');
  const store = new DeploymentStore(db);
  const open = [
    intent('ends', 'terminate', 'dep_1', 1),
    intent('stops', 'stop', 'dep_2', 2),
    intent('starts', 'start', 'dep_2', 3),
    intent('first', 'create', 'dep_1', 4),
    intent('second', 'create', 'dep_1', 5),
    intent('gone', 'create', 'dep_9', 6),
  ];
  for (const each of open) store.openIntent(each);
  const creates = recoverIntents(store, new Set(['dep_1', 'dep_2']), 7);

  it('leave one create a deployment to look into, the earliest', () => {
    expect([...creates].map(([id, found]) => [id, found.id])).toEqual([['dep_1', 'first']]);
  });

  it('are over otherwise: ends are sent again, and what is left of a deployment that is gone is an orphan', () => {
    expect(store.openIntents().map(({ id }) => id)).toEqual(['first']);
    expect(
      db.all('SELECT id, outcome FROM deployment_intents WHERE outcome IS NOT NULL ORDER BY sent_at'),
    ).toEqual(['ends', 'stops', 'starts', 'second', 'gone'].map((id) => ({ id, outcome: 'cut off' })));
  });
});
