import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextState, TRANSITIONS, TRIGGERS, type Trigger } from '../../../src/main/deployments/machine.ts';
import { deploymentStateSchema, type DeploymentState } from '../../../src/shared/model.ts';

const STATES = deploymentStateSchema.options;
const BOOTING: readonly DeploymentState[] = ['placing', 'pulling', 'loading', 'warming'];

describe('the life cycle table', () => {
  it('has a row for every state and a cell for every trigger', () => {
    expect(Object.keys(TRANSITIONS).sort()).toEqual([...STATES].sort());
    for (const row of Object.values(TRANSITIONS))
      expect(Object.keys(row).sort()).toEqual([...TRIGGERS].sort());
  });

  it('reads as this, cell by cell', () => {
    const table = Object.fromEntries(
      STATES.map((state) => [
        state,
        TRIGGERS.filter((trigger) => nextState(state, trigger) !== state).map(
          (trigger) => `${trigger} → ${nextState(state, trigger) ?? 'never'}`,
        ),
      ]),
    );
    expect(table).toEqual({
      stopped: [
        'wanted → placing',
        'placed → never',
        'replaced → never',
        'ending → stopping',
        'removing → terminating',
        'failed → never',
      ],
      building: [
        'image-settled → placing',
        'placed → never',
        'replaced → never',
        'ending → stopping',
        'removing → terminating',
        'failed → failed',
        'lost → stopped',
        'slept → sleeping',
      ],
      placing: [
        'image-wanted → building',
        'placed → pulling',
        'ending → stopping',
        'removing → terminating',
        'failed → failed',
        'lost → stopped',
        'slept → sleeping',
      ],
      pulling: [
        'placed → never',
        'container-up → loading',
        'server-up → warming',
        'proved → ready',
        'replaced → placing',
        'ending → stopping',
        'ended → never',
        'removing → terminating',
        'failed → failed',
        'lost → stopped',
        'slept → sleeping',
      ],
      loading: [
        'placed → never',
        'server-up → warming',
        'proved → ready',
        'replaced → placing',
        'ending → stopping',
        'ended → never',
        'removing → terminating',
        'failed → failed',
        'lost → stopped',
        'slept → sleeping',
      ],
      warming: [
        'placed → never',
        'proved → ready',
        'doubted → loading',
        'replaced → placing',
        'ending → stopping',
        'ended → never',
        'removing → terminating',
        'failed → failed',
        'lost → stopped',
        'slept → sleeping',
      ],
      ready: [
        'placed → never',
        'doubted → loading',
        'replaced → placing',
        'ending → stopping',
        'ended → never',
        'removing → terminating',
        'failed → failed',
        'lost → stopped',
        'slept → sleeping',
      ],
      sleeping: [
        'wanted → placing',
        'proved → ready',
        'replaced → placing',
        'ending → stopping',
        'removing → terminating',
        'failed → failed',
        'lost → stopped',
        'stirred → pulling',
      ],
      stopping: [
        'wanted → placing',
        'replaced → never',
        'ended → stopped',
        'removing → terminating',
        'lost → stopped',
      ],
      terminating: ['wanted → never', 'replaced → never'],
      failed: ['wanted → placing', 'replaced → never', 'ending → stopping', 'removing → terminating'],
    });
  });

  it.each(STATES)('lets people stop and remove a deployment that is %s', (state) => {
    expect(nextState(state, 'removing')).toBe('terminating');
    expect(nextState(state, 'ending')).toBe(state === 'terminating' ? 'terminating' : 'stopping');
  });

  it.each(BOOTING)('leaves %s for failure, loss or another pod', (state) => {
    expect(nextState(state, 'failed')).toBe('failed');
    expect(nextState(state, 'lost')).toBe('stopped');
    expect(nextState(state, 'replaced')).toBe('placing');
  });

  it('reaches every state from stopped, and terminating from everywhere', () => {
    const reach = (from: DeploymentState): Set<DeploymentState> => {
      const seen = new Set([from]);
      for (const state of seen) {
        for (const trigger of TRIGGERS) seen.add(nextState(state, trigger) ?? state);
      }
      return seen;
    };
    expect([...reach('stopped')].sort()).toEqual([...STATES].sort());
    for (const state of STATES) expect(reach(state)).toContain('terminating');
    expect([...reach('terminating')]).toEqual(['terminating']);
  });

  it('never goes back to a boot from stopping or failed but by somebody’s wish', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<DeploymentState>('stopping', 'failed', 'stopped'),
        fc.array(fc.constantFrom<Trigger>(...TRIGGERS.filter((trigger) => trigger !== 'wanted'))),
        (from, triggers) => {
          let state = from;
          for (const trigger of triggers) state = nextState(state, trigger) ?? state;
          expect([...BOOTING, 'ready']).not.toContain(state);
        },
      ),
    );
  });
});
