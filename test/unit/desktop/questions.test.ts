import { describe, expect, it } from 'vitest';
import {
  quitQuestion,
  startQuestion,
  stopAllQuestion,
  stopQuestion,
} from '../../../src/main/desktop/system/questions.ts';
import { de } from '../../../src/main/desktop/words/de.ts';
import { en } from '../../../src/main/desktop/words/en.ts';
import type { DeploymentView } from '../../../src/shared/model.ts';
import { sampleDeployments } from '../../support/samples.ts';

const [ready, loading, stopped] = sampleDeployments() as [DeploymentView, DeploymentView, DeploymentView];

describe('starting', () => {
  it('asks only above two dollars an hour, and when no price is known', () => {
    expect(startQuestion(stopped, 2, en)).toBeNull();
    expect(startQuestion(stopped, 2.01, en)?.title).toBe('Start tiny for $2.01/h?');
    expect(startQuestion(stopped, 2.01, en)?.detail).toMatch(/\$48\.24/);
    expect(startQuestion(stopped, null, en)?.title).toMatch(/without knowing/);
    expect(startQuestion(stopped, undefined, en)).not.toBeNull();
  });
});

describe('stopping', () => {
  it('asks only when something is lost by it', () => {
    expect(stopQuestion({ ...ready, inFlight: 0 }, en)).toBeNull();
    expect(stopQuestion(ready, en)?.detail).toBe('1 running request is cut off.');
    expect(stopQuestion(loading, en)?.detail).toMatch(/start under way/);
  });

  it('names what ends, and has nothing to ask when nothing runs', () => {
    expect(stopAllQuestion([stopped], en)).toBeNull();
    const question = stopAllQuestion([ready, loading, stopped], en);
    expect(question?.title).toBe('Stop all 2 running deployments?');
    expect(question?.detail.split('\n')).toHaveLength(2);
    expect(question?.buttons[0]?.label).toBe('Stop all, save $0.70/h');
  });
});

describe('quitting', () => {
  it('asks only while something bills, with the cost per hour and the most it can come to', () => {
    expect(quitQuestion([stopped], false, en)).toBeNull();
    const question = quitQuestion([ready], false, en);
    expect(question?.title).toBe('Pods cost $0.44/h. Stop them before quitting?');
    expect(question?.detail).toMatch(/at most \$0\.22/);
    expect(question?.detail).not.toMatch(/simulated/);
    expect(question?.buttons.map(({ answer }) => answer)).toEqual(['stop', 'keep', 'cancel']);
    expect(quitQuestion([ready], true, en)?.detail).toMatch(/simulated/);
  });

  it('does not put a figure on what nothing stops', () => {
    expect(quitQuestion([ready, loading], false, en)?.detail).toMatch(/no watchdog/);
  });

  it('counts what may still be billing although it should not', () => {
    expect(quitQuestion([{ ...stopped, stillBilling: true }], false, en)).not.toBeNull();
  });

  it('leaves everything as it is by the last button, in every language', () => {
    for (const words of [en, de]) {
      expect(quitQuestion([ready], false, words)?.buttons.at(-1)).toEqual({
        label: words.cancel,
        answer: 'cancel',
      });
    }
  });
});
