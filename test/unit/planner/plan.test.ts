import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanWish } from '../../../src/shared/model.ts';
import { plan } from '../../../src/main/planner/plan.ts';
import type { GpuOffer } from '../../../src/main/planner/types.ts';
import { planSchema, takenOf } from '../../../src/shared/model.ts';
import {
  catalogue,
  deepseekV3,
  exact,
  factsOf,
  gptOss20b,
  inputOf,
  llama70bAwq,
  llama8b,
  NOW,
  offer,
  qwen30bA3b,
  qwen32bFp8,
} from './facts.ts';

const LLAMA = llama8b.model;

describe('a plan', () => {
  it('is what the contract says, cheapest first, with the numbers behind it', () => {
    const made = plan(inputOf({ model: LLAMA, hoursPerDay: 5 }, llama8b));
    expect(planSchema.parse(made)).toEqual(made);
    expect(made.candidates[0]).toMatchObject({
      rank: 1,
      gpuTypeId: 'NVIDIA A40',
      gpuCount: 1,
      usdPerHour: 0.405479,
      parts: { gpuUsdPerHour: 0.4, diskUsdPerHour: 0.005479 },
      usdPerDay: 2.0274,
      usableGiB: 40.39,
      needGiB: 33.91,
      headroomPercent: 16.1,
      tight: false,
      concurrentSequences: 5,
      minCudaVersion: '13.0',
      containerDiskGb: 40,
    });
    const prices = made.candidates.map((candidate) => candidate.usdPerHour);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    expect(made.memory).toMatchObject({ weightsGiB: 14.96, kvGiB: 16, kvBytesPerToken: 131_072 });
    expect(made.factsComplete).toBe(true);
    expect(made.warnings).toEqual([]);
  });

  it('gives the reason against every cheaper way', () => {
    const made = plan(inputOf({ model: LLAMA }, llama8b));
    const best = made.candidates[0]?.parts.gpuUsdPerHour ?? 0;
    const listed = made.rejected.map(
      (entry) => `${entry.gpuName} ${entry.gpuCount} ${entry.cloud} ${entry.code}`,
    );
    const cheaper = catalogue.flatMap(({ name, usdPerHour }) =>
      [1, 2, 4, 8].flatMap((count) =>
        (['SECURE', 'COMMUNITY'] as const)
          .filter((cloud) => (usdPerHour[cloud] ?? Infinity) * count < best)
          .map((cloud) => `${name} ${count} ${cloud}`),
      ),
    );
    expect(cheaper.length).toBeGreaterThan(3);
    for (const way of cheaper) expect(listed.some((line) => line.startsWith(way))).toBe(true);
    expect(made.rejected.find((entry) => entry.gpuName === 'RTX 4090')?.reason).toBe(
      'needs 33.9 GiB, may use 21.5 GiB of its 23.9 GiB: lower --context to 7168.',
    );
  });

  it.each([
    ['the container disk that its weights need', {}, 40, 0],
    ['the one that was chosen', { containerDiskGb: 200 }, 200, 0],
    ['what the server needs beside weights on a network volume', { volume: { networkVolumeId: 'v' } }, 20, 0],
    ['a volume disk where the pod is kept', { onStop: 'keep' as const }, 20, 40],
  ])('prices a pod with %s, as its `cost` will be', (_, wish, containerGb, volumeGb) => {
    const [best] = plan(inputOf({ model: LLAMA, ...wish }, llama8b)).candidates;
    const disk = ((containerGb + volumeGb) * 0.1) / 730;
    expect(best?.usdPerHour).toBeCloseTo(0.4 + disk, 6);
    expect(best?.parts.diskUsdPerHour).toBeCloseTo(disk, 6);
  });

  it('counts the disk against the price limit: nothing dearer than it is ever rented', () => {
    const under = (maxUsdPerHour: number): string[] =>
      plan(inputOf({ model: LLAMA, compute: { maxUsdPerHour } }, llama8b)).candidates.map(
        (each) => each.gpuTypeId,
      );
    expect(under(0.41)).toEqual(['NVIDIA A40']);
    expect(() => under(0.4)).toThrow(/costs at most \$0\.40/);
  });

  it('does not offer more GPUs of a type where fewer fit with room', () => {
    const made = plan(inputOf({ model: LLAMA }, llama8b));
    expect(made.candidates.filter((candidate) => candidate.gpuTypeId === 'NVIDIA A40')).toHaveLength(1);
  });

  it('calls little headroom tight, says so and names the roomy way', () => {
    const facts = factsOf({ ...llamaNumbers, weightGiB: 19.5 });
    const made = plan(inputOf({ model: 'org/model', concurrency: 4 }, facts));
    expect(made.candidates[0]).toMatchObject({ gpuTypeId: 'NVIDIA A40', tight: true });
    expect(made.warnings[0]).toMatch(/tight: \d\.\d %.*RTX A6000 at \$0\.50\/h/);
    expect(
      made.candidates.some((candidate) => candidate.gpuTypeId === 'NVIDIA A40' && candidate.gpuCount === 2),
    ).toBe(true);
  });

  it('decides among equal prices by headroom, then stock, then fewer GPUs', () => {
    const order = (...offers: GpuOffer[]): string[] =>
      plan(inputOf({ model: LLAMA, contextTokens: 8192 }, llama8b, { offers })).candidates.map(
        (candidate) => `${candidate.gpuCount} ${candidate.gpuName}`,
      );
    const a = offer('A', 48, 0.5);
    expect(order(a, offer('B', 80, 0.5))).toEqual(['1 B', '1 A']);
    expect(order({ ...a, stock: 'LOW' }, offer('B', 48, 0.5))).toEqual(['1 B', '1 A']);
    expect(order({ ...a, stock: 'UNKNOWN' }, offer('B', 48, 0.5, { stock: 'LOW' }))).toEqual(['1 B', '1 A']);
    expect(order(offer('C', 48, 0.5), offer('B', 48, 0.5), a)).toEqual(['1 A', '1 B', '1 C']);
  });

  it('keeps a GPU without stock as a last resort', () => {
    const offers = catalogue.map((each) =>
      each.id === 'NVIDIA A40' ? { ...each, stock: 'NONE' as const } : each,
    );
    const made = plan(inputOf({ model: LLAMA }, llama8b, { offers }));
    expect(made.candidates[0]?.gpuTypeId).toBe('NVIDIA RTX A6000');
    expect(made.candidates.at(-1)).toMatchObject({ gpuTypeId: 'NVIDIA A40', stock: 'NONE' });
    expect(made.candidates.at(-1)?.notes).toContain('RunPod shows no stock now: a last resort');
  });

  it('warns when nothing that fits shows stock', () => {
    const offers = catalogue.map((each) => ({ ...each, stock: 'NONE' as const }));
    expect(plan(inputOf({ model: LLAMA }, llama8b, { offers })).warnings.at(-1)).toMatch(/no stock/);
  });

  it('tries what lately had no capacity after the others, for a while', () => {
    const failed = { gpuTypeId: 'NVIDIA A40', dataCenterId: null, outcome: 'no-capacity' } as const;
    const first = (minutesAgo: number): string | undefined =>
      plan(inputOf({ model: LLAMA }, llama8b, { capacity: [{ ...failed, at: NOW - minutesAgo * 60_000 }] }))
        .candidates[0]?.gpuTypeId;
    expect(first(5)).toBe('NVIDIA RTX A6000');
    expect(first(45)).toBe('NVIDIA A40');
  });

  it('follows the user’s own order of GPUs', () => {
    const gpuTypeIds = ['NVIDIA L40S', 'NVIDIA A40'];
    const made = plan(inputOf({ model: LLAMA, compute: { gpuTypeIds } }, llama8b));
    expect(made.candidates.map((candidate) => candidate.gpuTypeId)).toEqual(gpuTypeIds);
    expect(made.rejected.find((entry) => entry.gpuTypeId === 'NVIDIA RTX A6000')?.reason).toBe(
      'would fit, but is not among the GPUs asked for.',
    );
  });

  it('takes Community Cloud only when asked, with its own prices and counts', () => {
    const only = (cloud: 'SECURE' | 'COMMUNITY' | 'ANY'): (string | undefined)[] => {
      const [best] = plan(inputOf({ model: LLAMA, compute: { cloud } }, llama8b)).candidates;
      return [best?.gpuTypeId, best?.cloud];
    };
    expect(only('SECURE')).toEqual(['NVIDIA A40', 'SECURE']);
    expect(only('ANY')).toEqual(['NVIDIA RTX A6000', 'COMMUNITY']);
    expect(only('COMMUNITY')).toEqual(['NVIDIA RTX A6000', 'COMMUNITY']);
  });

  it('keeps to the wished data centres, and orders them by stock', () => {
    const dataCenterIds = ['US-TX-3', 'EU-RO-1'];
    const offers = [
      offer('NVIDIA A40', 48, 0.4, { dataCenters: [{ id: 'CA-MTL-1', stock: 'HIGH' }] }),
      ...catalogue.slice(4),
    ];
    const made = plan(inputOf({ model: LLAMA, compute: { dataCenterIds } }, llama8b, { offers }));
    expect(made.candidates[0]?.dataCenterIds).toEqual(['EU-RO-1', 'US-TX-3']);
    expect(made.rejected.find((entry) => entry.gpuTypeId === 'NVIDIA A40')).toMatchObject({
      code: 'data-center',
      reason: 'not in US-TX-3, EU-RO-1; it is in CA-MTL-1.',
    });
  });

  it('trap 9: uses the CUDA 12.9 image where hosts have no CUDA 13', () => {
    const offers = [
      offer('NVIDIA A40', 48, 0.4, { cudaVersions: ['12.4', '12.9'] }),
      offer('NVIDIA L40S', 48, 0.3, { cudaVersions: ['12.4'] }),
    ];
    const made = plan(inputOf({ model: LLAMA }, llama8b, { offers }));
    expect(made.candidates).toHaveLength(1);
    expect(made.candidates[0]).toMatchObject({
      image: 'vllm/vllm-openai:v0.27.1-cu129',
      minCudaVersion: '12.9',
    });
    expect(made.rejected[0]?.reason).toBe('its hosts have CUDA 12.4 at most; vLLM needs 12.9.');
  });

  it('uses earlier boots for the time to the first token where there are some', () => {
    const boots = (id: string) => ({ medianSeconds: id === 'NVIDIA A40' ? 200 : null, runs: 6 });
    const [first, second] = plan(inputOf({ model: LLAMA }, llama8b, { boots })).candidates;
    expect(first?.secondsToFirstToken).toEqual({ low: 170, high: 250, from: 'history' });
    expect(second?.secondsToFirstToken.from).toBe('table');
  });

  it('warns coding agents away from a short context', () => {
    const made = plan(inputOf({ model: LLAMA, contextTokens: 8192 }, llama8b));
    expect(made.warnings[0]).toMatch(/Coding agents .* 8,192 looks broken/);
  });

  it('says that a gated model needs a token', () => {
    const made = plan(inputOf({ model: LLAMA }, { ...llama8b, gated: true }));
    expect(made.warnings[0]).toMatch(/gated: it needs a Hugging Face token \(HF_TOKEN\)/);
  });
});

const llamaNumbers = {
  layers: 32,
  hidden: 4096,
  mlp: 14_336,
  vocab: 128_256,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
};

describe('heads and blocks', () => {
  const only = [offer('NVIDIA A40', 48, 0.4)];
  const reasons = (facts: typeof llama8b, wish = {}): string[] =>
    plan(
      inputOf(
        {
          model: facts.model,
          contextTokens: 8192,
          concurrency: 1,
          compute: { gpuTypeIds: ['NVIDIA A40'] },
          ...wish,
        },
        facts,
        {
          offers: only,
        },
      ),
    ).rejected.map((entry) => `${entry.gpuCount}: ${entry.reason}`);

  it('splits only what divides', () => {
    const qwen7b = factsOf({ ...llamaNumbers, weightGiB: 14, heads: 28, kvHeads: 4 });
    expect(reasons(qwen7b)).toEqual(['8: its 28 attention heads cannot be split over 8 GPUs.']);
    expect(reasons(factsOf({ ...llamaNumbers, weightGiB: 14, heads: 32, kvHeads: 10 }))).toContain(
      '4: its 10 KV heads cannot be split over 4 GPUs.',
    );
  });

  it('keeps quantised blocks whole (Qwen3-30B-A3B-FP8 on 4 GPUs)', () => {
    const facts = {
      ...qwen30bA3b,
      quantization: exact('fp8' as const),
      quantizationBlock: exact(128),
      expertIntermediateSize: exact(768),
      weightBytes: exact(31e9),
    };
    expect(reasons(facts)).toEqual([
      '4: its MLP of width 768, quantised in blocks of 128, cannot be split over 4 GPUs.',
      '8: its MLP of width 768, quantised in blocks of 128, cannot be split over 8 GPUs.',
    ]);
  });

  it('lets Ollama spread layers over any number of GPUs', () => {
    const facts = factsOf({ ...llamaNumbers, weightGiB: 60, heads: 28, kvHeads: 4, quantization: 'gguf' });
    const made = plan(
      inputOf({ model: 'big:70b', backend: 'ollama', contextTokens: 8192, compute: { gpuCount: 3 } }, facts, {
        offers: only,
      }),
    );
    expect(made.candidates[0]).toMatchObject({
      gpuCount: 3,
      image: 'ollama/ollama:0.33.0',
      args: [],
      minCudaVersion: null,
    });
  });
});

describe('architectures', () => {
  it('tells FP8 on an older card to run slower, and refuses an fp8 cache there', () => {
    const wish = { model: qwen32bFp8.model, contextTokens: 8192, concurrency: 1 };
    const made = plan(inputOf(wish, qwen32bFp8));
    const a6000 = made.candidates.find((candidate) => candidate.gpuTypeId === 'NVIDIA RTX A6000');
    expect(a6000?.notes[0]).toMatch(/^FP8 weights are unpacked on the fly/);
    const cached = plan(
      inputOf(
        {
          ...wish,
          kvCacheDtype: 'fp8',
          compute: { gpuTypeIds: ['NVIDIA RTX A6000', 'NVIDIA H100 80GB HBM3'] },
        },
        qwen32bFp8,
      ),
    );
    expect(cached.candidates.map((candidate) => candidate.gpuTypeId)).toEqual(['NVIDIA H100 80GB HBM3']);
    expect(cached.rejected.find((entry) => entry.gpuTypeId === 'NVIDIA RTX A6000')?.reason).toBe(
      'has compute capability 8.6; an fp8 KV cache needs 8.9.',
    );
  });

  it('sends AMD cards to Ollama’s ROCm image and keeps them from vLLM', () => {
    const wish = {
      model: 'big:70b',
      backend: 'ollama' as const,
      compute: { gpuTypeIds: ['AMD Instinct MI300X OAM'] },
    };
    const facts = { ...llama8b, quantization: exact('gguf' as const) };
    expect(plan(inputOf(wish, facts)).candidates[0]?.image).toBe('ollama/ollama:0.33.0-rocm');
    const rejected = plan(inputOf({ model: deepseekV3.model, concurrency: 1 }, deepseekV3)).rejected;
    expect(rejected.find((entry) => entry.gpuTypeId === 'AMD Instinct MI300X OAM')?.reason).toMatch(
      /built for CUDA/,
    );
  });

  it('offers a card it does not know, with a note', () => {
    const offers = [offer('NVIDIA GeForce RTX 6090', 48, 0.2)];
    const [best] = plan(inputOf({ model: LLAMA }, llama8b, { offers })).candidates;
    expect(best?.notes[0]).toMatch(/^unknown to this version/);
  });
});

describe('serverless', () => {
  it('prices workers by the share of time they are awake', () => {
    const wish = { model: LLAMA, mode: 'serverless' as const, hoursPerDay: 10 };
    const [best] = plan(inputOf(wish, llama8b, { busyShare: 0.2 })).candidates;
    expect(best).toMatchObject({
      kind: 'serverless',
      gpuTypeId: 'NVIDIA RTX A6000',
      usdPerHour: 1.22,
      parts: { gpuUsdPerHour: 1.22, diskUsdPerHour: 0 },
      usdPerDay: 2.44,
      image: 'runpod/worker-v1-vllm:v2.25.2',
      args: [],
      stock: 'UNKNOWN',
    });
    expect(best?.notes).toContain('counted as awake for 20 % of the hours of use');
  });

  it('names the cards of a pool that must be left out', () => {
    const pooled = { pool: 'AMPERE_16', usdPerHour: { SECURE: null, COMMUNITY: null, serverless: 0.58 } };
    const offers = [offer('NVIDIA RTX A4000', 16, null, pooled), offer('NVIDIA RTX A4500', 20, null, pooled)];
    const wish = { model: 'org/model', mode: 'serverless' as const, contextTokens: 4096, concurrency: 1 };
    const facts = factsOf({ ...llamaNumbers, weightGiB: 13 });
    const made = plan(inputOf({ ...wish, compute: { gpuCount: 1 } }, facts, { offers }));
    expect(made.candidates.map((candidate) => candidate.gpuTypeId)).toEqual(['NVIDIA RTX A4500']);
    expect(made.candidates[0]?.notes).toContain('pool AMPERE_16: exclude NVIDIA RTX A4000');
  });

  it('weighs both kinds against each other in mode auto', () => {
    const first = (busyShare: number): string | undefined =>
      plan(inputOf({ model: LLAMA, mode: 'auto' }, llama8b, { busyShare })).candidates[0]?.kind;
    expect(first(0.1)).toBe('serverless');
    expect(first(0.9)).toBe('pod');
  });

  it('says which of them a deployment takes: in mode auto it begins as a pod unless told otherwise', () => {
    const auto = { model: LLAMA, mode: 'auto' as const };
    const made = plan(inputOf(auto, llama8b, { busyShare: 0.1 }));
    expect(made.candidates[0]?.kind).toBe('serverless');
    const pods = plan(inputOf({ ...auto, mode: 'pod' }, llama8b, { busyShare: 0.1 }));
    expect(takenOf(made)).toEqual({ ...takenOf(pods), rank: (made.takes ?? 0) + 1 });
    const later = plan(inputOf(auto, llama8b, { busyShare: 0.1, runsOn: 'serverless' }));
    expect(later.takes).toBe(0);
    expect(plan(inputOf({ ...auto, mode: 'serverless' }, llama8b)).takes).toBe(0);
  });

  it('lists what is taken though two dozen of the other kind are cheaper', () => {
    const worker = { pool: 'P', usdPerHour: { SECURE: null, COMMUNITY: null, serverless: 0.1 } };
    const offers = [
      ...Array.from({ length: 30 }, (_, n) => offer(`Card ${n}`, 80, null, worker)),
      offer('NVIDIA A40', 48, 0.4),
    ];
    const made = plan(inputOf({ model: LLAMA, mode: 'auto' }, llama8b, { offers }));
    expect(made.takes).toBe(24);
    expect(takenOf(made)).toMatchObject({ kind: 'pod', gpuTypeId: 'NVIDIA A40', rank: 25 });
    const none = plan(inputOf({ model: LLAMA, mode: 'auto' }, llama8b, { offers: offers.slice(0, 30) }));
    expect(none.takes).toBeNull();
  });

  const gguf = (gigabytes: number) => ({
    ...llama8b,
    quantization: exact('gguf' as const),
    weightBytes: exact(gigabytes * 1e9),
  });
  const ollama = { model: 'llama3.1:8b', backend: 'ollama', mode: 'serverless' } as const;

  it('tells what a cold start costs, by where its weights come from', () => {
    const note = (wish: Partial<PlanWish>): string =>
      plan(inputOf({ ...ollama, ...wish }, gguf(5))).candidates[0]?.notes.find((text) =>
        text.startsWith('a cold start'),
      ) ?? '';
    expect(note({})).toMatch(
      /^a cold start costs \$[\d.]+ to \$[\d.]+: a worker bills for 13 to 58 s while it fetches and loads 5\.0 GB$/,
    );
    expect(note({ volume: { networkVolumeId: 'v' } })).toMatch(
      /18 to 45 s while it reads from the volume 5\.0 GB$/,
    );
    expect(note({ image: 'me/x:1' })).toMatch(/8 to 33 s while it loads 5\.0 GB$/);
  });

  it('warns of a fetch at every cold start, in numbers, and names what would spare it', () => {
    const warned = (gigabytes: number, wish: Partial<PlanWish> = {}): string =>
      plan(inputOf({ ...ollama, ...wish }, gguf(gigabytes))).warnings.find((text) =>
        text.startsWith('Every'),
      ) ?? '';
    expect(warned(5)).toBe('');
    const text = warned(16);
    expect(text).toMatch(
      /^Every cold start fetches 16\.0 GB again: 16 to 80 s of a worker that bills, \$[\d.]+ to \$[\d.]+ each time\. Instead: /,
    );
    expect(text).toContain('build llama3.1:8b --backend ollama --target load-balancer --bake');
    expect(text).toContain('a network volume of 20 GB ($1.40 a month), 45 to 100 s');
    expect(text).toMatch(/a pod, which keeps them loaded: .+ at \$[\d.]+\/h\.$/);
    expect(warned(16, { volume: { networkVolumeId: 'v' } })).toBe('');
    expect(warned(16, { mode: 'auto' })).toBe('');
  });

  it('says in mode auto that a cloud is for pods alone', () => {
    const wish = { ...ollama, mode: 'auto', compute: { cloud: 'COMMUNITY' } } as const;
    expect(plan(inputOf(wish, gguf(5))).warnings.join(' ')).toContain('Community Cloud is for its pods');
  });

  it('plans both kinds for Ollama in mode auto', () => {
    const facts = { ...llama8b, quantization: exact('gguf' as const) };
    const made = plan(inputOf({ model: 'llama3.1:8b', backend: 'ollama', mode: 'auto' }, facts));
    const kinds = new Set(made.candidates.map((candidate) => candidate.kind));
    expect(kinds).toEqual(new Set(['pod', 'serverless']));
    for (const { image } of made.candidates) expect(image).toMatch(/^ollama\/ollama:0\.33\.0/);
  });
});

describe('thin facts', () => {
  it('estimates from the name, and says that it is an estimate', () => {
    const made = plan(inputOf({ model: 'someone/New-14B-AWQ' }, null));
    expect(made.factsComplete).toBe(false);
    expect(made.memory.weightsGiB).toBeCloseTo((14e9 * 4.4) / 8 / 2 ** 30, 1);
    expect(made.warnings.join(' ')).toMatch(/estimate.*guessed: layers/);
    expect(made.facts.every((fact) => fact.provenance === 'guessed')).toBe(true);
  });

  it('calls a plan an estimate when one of its numbers is a guess', () => {
    const kvHeads = { value: 8, provenance: 'guessed' as const, source: 'its bigger sibling' };
    const made = plan(inputOf({ model: LLAMA }, { ...llama8b, kvHeads }));
    expect(made.factsComplete).toBe(false);
    expect(made.warnings.join(' ')).toContain('guessed: kvHeads');
  });

  it('lets a chosen GPU through unjudged when nothing is known at all', () => {
    const made = plan(inputOf({ model: 'someone/mystery', compute: { gpuTypeIds: ['NVIDIA A40'] } }, null));
    expect(made.candidates).toHaveLength(1);
    expect(made.candidates[0]).toMatchObject({
      gpuCount: 1,
      needGiB: 0,
      tight: true,
      concurrentSequences: 0,
    });
    expect(made.warnings[0]).toMatch(/whether it fits is NOT checked/);
    expect(made.facts).toEqual([]);
  });
});

describe('properties', () => {
  const gpu = fc.record({
    id: fc.constantFrom(...catalogue.map((each) => each.id)),
    price: fc.integer({ min: 10, max: 900 }).map((cents) => cents / 100),
    maxCount: fc.constantFrom(1, 2, 4, 8),
  });
  const offers = fc.uniqueArray(gpu, { selector: (each) => each.id, minLength: 1, maxLength: 6 }).map((all) =>
    all.map(({ id, price, maxCount }) => {
      const known = catalogue.find((each) => each.id === id);
      return offer(id, known?.memoryGb ?? 24, price, {
        manufacturer: known?.manufacturer ?? 'NVIDIA',
        maxCount: { SECURE: maxCount, COMMUNITY: 0 },
      });
    }),
  );
  const facts = fc.constantFrom(llama8b, llama70bAwq, gptOss20b, qwen30bA3b, qwen32bFp8);
  const load = fc.record({
    contextTokens: fc.integer({ min: 1024, max: 32_768 }),
    concurrency: fc.integer({ min: 1, max: 16 }),
  });

  const bestPrice = (all: readonly GpuOffer[], model: typeof llama8b, wish: object): number => {
    try {
      return (
        plan(inputOf({ model: model.model, ...wish }, model, { offers: all })).candidates[0]?.usdPerHour ??
        NaN
      );
    } catch {
      return Infinity;
    }
  };

  it('never recommends what does not fit, and every candidate carries the load', () => {
    fc.assert(
      fc.property(offers, facts, load, (all, model, wish) => {
        let candidates;
        try {
          candidates = plan(inputOf({ model: model.model, ...wish }, model, { offers: all })).candidates;
        } catch {
          return;
        }
        for (const candidate of candidates) {
          expect(candidate.headroomPercent).toBeGreaterThanOrEqual(0);
          expect(candidate.needGiB).toBeLessThanOrEqual(candidate.usableGiB);
          expect(candidate.concurrentSequences).toBeGreaterThanOrEqual(wish.concurrency);
        }
      }),
    );
  });

  it('never gets dearer by one more GPU type, nor cheaper by more load', () => {
    fc.assert(
      fc.property(offers, facts, load, (all, model, wish) => {
        const best = bestPrice(all, model, wish);
        expect(bestPrice(all.slice(1), model, wish)).toBeGreaterThanOrEqual(best);
        expect(bestPrice(all, model, { ...wish, concurrency: wish.concurrency + 1 })).toBeGreaterThanOrEqual(
          best,
        );
        expect(
          bestPrice(all, model, {
            ...wish,
            contextTokens: wish.contextTokens * 2 > 32_768 ? 32_768 : wish.contextTokens * 2,
          }),
        ).toBeGreaterThanOrEqual(best);
      }),
    );
  });

  it('gives a reason for every cheaper combination it does not offer', () => {
    fc.assert(
      fc.property(offers, facts, load, (all, model, wish) => {
        let made;
        try {
          made = plan(inputOf({ model: model.model, ...wish }, model, { offers: all }));
        } catch {
          return;
        }
        const best = made.candidates[0]?.parts.gpuUsdPerHour ?? 0;
        const cheaper = all.flatMap((each) =>
          [1, 2, 4, 8].filter((count) => (each.usdPerHour.SECURE ?? Infinity) * count < best - 1e-9),
        );
        expect(made.rejected).toHaveLength(cheaper.length);
      }),
    );
  });
});
