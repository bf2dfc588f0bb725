import { describe, expect, it } from 'vitest';
import { adviseVolume } from '../../../src/main/volumes/volume-advice.ts';
import { modelOfVolume, volumeName } from '../../../src/main/volumes/volume-name.ts';

const INPUT = {
  model: 'Qwen/Qwen3-8B',
  weightBytes: 16.4e9,
  usdPerHour: 0.4,
  loadedSeconds: null,
  startsLastMonth: 40,
};

describe('whether a volume for weights pays', () => {
  it('not for what a volume reads as slowly as the hub sends it', () => {
    const advice = adviseVolume(INPUT);
    expect(advice).toMatchObject({ sizeGb: 24, pays: false, paysFromStarts: null });
    expect(advice.usdPerMonth).toBeCloseTo(1.68);
    expect(advice.why).toBe(
      'Fetching and loading the weights takes about 55 s; from a network volume about 55 s. A volume of 24 GB costs $1.68 a month, used or not: it would save nothing.',
    );
  });

  it('from so many starts on that saved compute is more than its price', () => {
    const slow = { ...INPUT, usdPerHour: 2, loadedSeconds: 355 };
    const saved = ((355 - 55) * 2) / 3600;
    const enough = Math.ceil(1.68 / saved);
    expect(adviseVolume({ ...slow, startsLastMonth: enough - 1 })).toMatchObject({
      paysFromStarts: enough,
      pays: false,
    });
    const advice = adviseVolume({ ...slow, startsLastMonth: enough });
    expect(advice).toMatchObject({ pays: true, loadSeconds: { without: 355, with: 55, from: 'history' } });
    expect(advice.why).toContain(`it pays from ${enough} starts a month on`);
  });

  it('is never smaller than RunPod sells', () => {
    expect(adviseVolume({ ...INPUT, weightBytes: 1e9 })).toMatchObject({
      sizeGb: 10,
      usdPerMonth: expect.closeTo(0.7, 9),
    });
  });
});

describe('the name of a volume', () => {
  it.each(['Qwen/Qwen3-8B', 'qwen3:8b', 'meta-llama/Llama-3.1-8B-Instruct', 'hf.co/a/b:Q4_K_M'])(
    'tells its model again: %s',
    (model) => {
      expect(modelOfVolume(volumeName(model))).toBe(model);
      expect(volumeName(model)).toMatch(/^rplm-cache-[\w.-]+$/);
    },
  );

  it('of others tells nothing', () => {
    expect(modelOfVolume('my-dataset')).toBeNull();
    expect(modelOfVolume('rplm-cache-')).toBeNull();
  });
});
