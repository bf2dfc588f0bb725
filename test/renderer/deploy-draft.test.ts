import { describe, expect, it } from 'vitest';
import {
  allowedUnder,
  candidateKey,
  chosenCandidate,
  draftPlanWish,
  EMPTY_DRAFT,
  judgeDraft,
  keptWorkers,
  mostMachines,
  priceRose,
  type Draft,
} from '../../src/renderer/view/deploy-draft.ts';
import {
  draftForModel,
  draftFromFile,
  draftFromSpec,
  hardwareLimits,
} from '../../src/renderer/view/draft-from.ts';
import { editChanges, editDraft, judgeEdit } from '../../src/renderer/view/edit-draft.ts';
import { memoryBar } from '../../src/renderer/view/memory-bar.ts';
import { deploymentSpecSchema, planRequestSchema } from '../../src/shared/model.ts';
import { RECIPES } from '../../src/shared/recipes.ts';
import { sampleDeployment, samplePlan } from '../support/samples.ts';

const plan = samplePlan();
const draft = (change: Partial<Draft> = {}): Draft => ({ ...EMPTY_DRAFT, model: 'Qwen/Qwen3-8B', ...change });

describe('a draft', () => {
  it('becomes a deployment that rents the chosen hardware and nothing dearer', () => {
    const { spec, errors } = judgeDraft(draft(), plan, []);
    expect(errors).toEqual({});
    expect(spec).toMatchObject({
      name: 'qwen3-8b',
      model: 'Qwen/Qwen3-8B',
      compute: { gpuTypeIds: ['NVIDIA RTX A5000'], gpuCount: 1, cloud: 'SECURE', maxUsdPerHour: 0.26 },
      idle: { policy: 'fixed', minutes: 15 },
      watchdog: { enabled: true },
    });
  });

  it('allows the dearer ones only up to what was agreed', () => {
    const agreed = judgeDraft(draft({ fallbackUsd: 0.44 }), plan, []).spec;
    expect(agreed?.compute).toMatchObject({
      gpuTypeIds: ['NVIDIA RTX A5000', 'NVIDIA A40'],
      maxUsdPerHour: 0.44,
    });
    const chosen = chosenCandidate(draft(), plan);
    expect(chosen && allowedUnder(draft({ fallbackUsd: 0.3 }), plan, chosen).candidates).toHaveLength(1);
  });

  it('forgets a choice that is no longer offered', () => {
    const second = plan.candidates[1];
    if (second === undefined) throw new Error('two candidates are needed');
    expect(chosenCandidate(draft({ chosen: candidateKey(second) }), plan)).toBe(second);
    expect(chosenCandidate(draft({ chosen: 'pod|gone|1|SECURE' }), plan)).toBe(plan.candidates[0]);
    expect(chosenCandidate(draft(), { ...plan, candidates: [], takes: null })).toBeNull();
  });

  it('in mode auto stands for what the deployment begins with, though the other kind is cheaper', () => {
    const [pod, second] = plan.candidates;
    if (pod === undefined || second === undefined) throw new Error('two candidates are needed');
    const worker = { ...pod, kind: 'serverless' as const, usdPerHour: 0.11 };
    const mixed = { ...plan, candidates: [worker, pod, second], takes: 1 };
    const auto = draft({ mode: 'auto', chosen: candidateKey(worker), fallbackUsd: 0.44 });
    expect(chosenCandidate(auto, mixed)).toBe(pod);
    expect(allowedUnder(auto, mixed, pod).candidates).toEqual([pod, second]);
  });

  it('lets an endpoint have all its workers at the price of one', () => {
    const [pod] = plan.candidates;
    if (pod === undefined) throw new Error('a candidate is needed');
    const worker = { ...pod, kind: 'serverless' as const, usdPerHour: 0.69 };
    const endpoints = { ...plan, candidates: [worker], takes: 0 };
    const { spec } = judgeDraft(draft({ mode: 'serverless' }), endpoints, []);
    expect(spec?.serverless.maxWorkers).toBe(2);
    expect(spec?.compute.maxUsdPerHour).toBe(1.38);
  });

  it.each([
    [{ model: '' }, 'model'],
    [{ model: 'has spaces' }, 'model'],
    [{ name: 'Has Capitals' }, 'name'],
    [{ name: 'taken' }, 'name'],
    [{ concurrency: '0' }, 'concurrency'],
    [{ idleMinutes: '-5' }, 'idleMinutes'],
    [{ idleMinutes: 'soon' }, 'idleMinutes'],
    [{ usdPerDay: '-1' }, 'usdPerDay'],
    [{ maxHours: '0' }, 'maxHours'],
    [{ hoursPerDay: '25' }, 'hoursPerDay'],
    [{ image: 'NOT an image' }, 'image'],
    [{ env: 'no equals sign' }, 'env'],
    [{ env: '1BAD=x' }, 'env'],
    [{ containerDiskGb: '1.5' }, 'containerDiskGb'],
  ] satisfies [Partial<Draft>, keyof Draft][])('with %j is refused at its field', (change, field) => {
    const { spec, errors } = judgeDraft(draft(change), plan, ['taken']);
    expect(spec).toBeNull();
    expect(Object.keys(errors)).toEqual([field]);
    expect(errors[field]).toMatch(/\.$/);
  });

  it('keeps lists and variables as typed', () => {
    const { spec } = judgeDraft(
      draft({ aliases: 'coder, gpt-4o ,', extraArgs: '--a\n\n --b=1 ', env: 'A=1\nB=x=y' }),
      plan,
      [],
    );
    expect(spec).toMatchObject({
      aliases: ['coder', 'gpt-4o'],
      extraArgs: ['--a', '--b=1'],
      env: { A: '1', B: 'x=y' },
    });
  });

  it('asks the planner only what the planner understands', () => {
    expect(draftPlanWish(EMPTY_DRAFT)).toBeNull();
    expect(
      planRequestSchema.safeParse(draftPlanWish(draft({ concurrency: 'x', hoursPerDay: '99' }))).success,
    ).toBe(true);
  });

  it('on a volume runs where the volume is, on Secure Cloud, and is planned there', () => {
    const volume = { id: 'vol1', dataCenterId: 'EU-RO-1' };
    const onVolume = draft({ volume, cloud: 'ANY' });
    const here = { cloud: 'SECURE', dataCenterIds: ['EU-RO-1'] };
    expect(draftPlanWish(onVolume)?.compute).toMatchObject(here);
    expect(judgeDraft(onVolume, plan, []).spec).toMatchObject({
      volume: { networkVolumeId: 'vol1', path: '/workspace' },
      compute: here,
    });
  });

  it('keeps the volume of a copy with its path, until another one or none is chosen', () => {
    const base = deploymentSpecSchema.parse({
      name: 'a',
      model: 'a/b',
      volume: { networkVolumeId: 'vol1', path: '/weights' },
    });
    const copy = draftFromFile(base);
    expect(judgeDraft(copy, null, []).spec?.volume).toEqual({ networkVolumeId: 'vol1', path: '/weights' });
    expect(judgeDraft({ ...copy, volume: null }, null, []).spec?.volume).toBeNull();
    const other = { ...copy, volume: { id: 'vol2', dataCenterId: 'EU-SE-1' } };
    expect(judgeDraft(other, null, []).spec?.volume).toEqual({ networkVolumeId: 'vol2', path: '/workspace' });
  });

  it.each([
    [{ ownImage: 'always' }, { ownImage: 'always' }],
    [{ dataCenters: ' EU-RO-1, US-KS-2 ,' }, { compute: { dataCenterIds: ['EU-RO-1', 'US-KS-2'] } }],
    [{ idlePolicy: 'computed' }, { idle: { policy: 'computed', minutes: 15 } }],
    [
      { endpointType: 'LOAD_BALANCER', minWorkers: '1', maxWorkers: '3', workerIdleSeconds: '5' },
      { serverless: { type: 'LOAD_BALANCER', minWorkers: 1, maxWorkers: 3, idleTimeoutSeconds: 5 } },
    ],
  ] as const)('%j is what is stored', (change, expected) => {
    expect(judgeDraft(draft(change), plan, []).spec).toMatchObject(expected);
  });

  it.each([
    [{ minWorkers: '3' }, 'minWorkers'],
    [{ maxWorkers: '' }, 'maxWorkers'],
    [{ workerIdleSeconds: 'soon' }, 'workerIdleSeconds'],
  ] as const)('%j is refused at its field', (change, field) => {
    expect(Object.keys(judgeDraft(draft({ mode: 'serverless', ...change }), plan, []).errors)).toEqual([
      field,
    ]);
  });

  it('has a load balancer before Ollama, and no cloud of an endpoint’s own', () => {
    const wish = draft({ backend: 'ollama', model: 'qwen3:8b', mode: 'serverless', cloud: 'COMMUNITY' });
    expect(judgeDraft(wish, null, []).spec).toMatchObject({
      serverless: { type: 'LOAD_BALANCER' },
      compute: { cloud: 'SECURE' },
    });
    expect(draftPlanWish(wish)?.compute).toMatchObject({ cloud: 'SECURE' });
  });

  it('asks the planner with an image of its own only where no image is named', () => {
    expect(draftPlanWish(draft({ ownImage: 'always' }))).toMatchObject({ ownImage: 'always' });
    expect(draftPlanWish(draft({ ownImage: 'always', image: 'me/llm:1' }))).not.toHaveProperty('ownImage');
  });

  it('counts the workers it may have and those it keeps up', () => {
    const [pod] = plan.candidates;
    if (pod === undefined) throw new Error('a candidate is needed');
    const worker = { ...pod, kind: 'serverless' as const };
    const many = draft({ maxWorkers: '4', minWorkers: '2' });
    expect([mostMachines(many, pod), mostMachines(many, worker), keptWorkers(many)]).toEqual([1, 4, 2]);
    expect(mostMachines(draft({ maxWorkers: 'x' }), worker)).toBe(1);
  });

  it('copies a deployment under another name', () => {
    const { spec } = sampleDeployment({
      name: 'coder',
      model: 'Qwen/Qwen3-8B',
      env: { A: '1' },
      idle: { policy: 'off' },
    });
    expect(judgeDraft(draftFromSpec(spec, ['coder']), plan, ['coder']).spec).toMatchObject({
      name: 'coder-2',
      env: { A: '1' },
      idle: { policy: 'off' },
    });
  });

  it('keeps what a file says beyond the form, and its limits', () => {
    const spec = deploymentSpecSchema.parse({
      name: 'mine',
      model: 'Qwen/Qwen3-8B',
      templateId: 'tpl123',
      volume: { networkVolumeId: 'vol1' },
      watchdog: { graceMinutes: 33 },
      compute: { gpuTypeIds: ['NVIDIA A40'], dataCenterIds: ['EU-SE-1'], maxUsdPerHour: 0.44 },
      schedule: { hours: [{ from: '08:00', to: '18:00' }], onSleep: 'stop' },
    });
    const imported = draftFromFile(spec);
    expect(draftPlanWish(imported)?.compute).toMatchObject({
      gpuTypeIds: ['NVIDIA A40'],
      dataCenterIds: ['EU-SE-1'],
    });
    expect(imported.only && hardwareLimits(imported.only)).toBe('NVIDIA A40');
    expect(imported.dataCenters).toBe('EU-SE-1');
    expect(judgeDraft(imported, null, []).spec).toMatchObject({
      name: 'mine',
      templateId: 'tpl123',
      volume: { networkVolumeId: 'vol1' },
      watchdog: { graceMinutes: 33 },
      compute: { gpuTypeIds: ['NVIDIA A40'], dataCenterIds: ['EU-SE-1'] },
      schedule: spec.schedule,
    });
    expect(judgeDraft({ ...imported, only: null }, null, []).spec?.compute.gpuTypeIds).toEqual([]);
  });

  it('copies a deployment without the names it answers to', () => {
    const { spec } = sampleDeployment({ name: 'coder', model: 'Qwen/Qwen3-8B', aliases: ['gpt-4o'] });
    expect(draftFromSpec(spec, ['coder', 'coder-2'])).toMatchObject({ name: 'coder-3', aliases: '' });
  });

  it('begins a recipe with the context that suits it', () => {
    for (const recipe of RECIPES) {
      expect(draftForModel(recipe.model).contextTokens).toBe(recipe.contextTokens);
      expect(judgeDraft(draftForModel(recipe.model), plan, []).errors).toEqual({});
    }
  });

  it('asks again when the price rose by more than 2 %', () => {
    const shown = plan.candidates[0];
    if (shown === undefined) throw new Error('a candidate is needed');
    expect(priceRose(shown, { ...shown, usdPerHour: shown.usdPerHour * 1.01 })).toBe(false);
    expect(priceRose(shown, { ...shown, usdPerHour: shown.usdPerHour * 1.03 })).toBe(true);
    expect(priceRose(shown, undefined)).toBe(true);
  });
});

describe('the memory bar', () => {
  it('divides what one GPU needs as the plan divides the whole, within its length', () => {
    const look = memoryBar(plan.memory, { usableGiB: 44.2, needGiB: 21.3 });
    expect(look.fits).toBe(true);
    expect(look.freeGiB).toBeCloseTo(22.9);
    expect(look.segments.reduce((sum, segment) => sum + segment.gib, 0)).toBeCloseTo(21.3);
    const last = look.segments.at(-1);
    expect((last?.start ?? 0) + (last?.share ?? 0)).toBeCloseTo(21.3 / 44.2);
  });

  it('fills the bar and says so when it does not fit', () => {
    const look = memoryBar(plan.memory, { usableGiB: 10, needGiB: 21.3 });
    expect(look).toMatchObject({ fits: false, freeGiB: 0 });
    expect(look.segments.reduce((sum, segment) => sum + segment.share, 0)).toBeCloseTo(1);
  });
});

describe('an edit', () => {
  const { spec } = sampleDeployment({ name: 'coder', model: 'Qwen/Qwen3-8B' });

  it('unchanged changes nothing', () => {
    const judged = judgeEdit(spec, editDraft(spec));
    expect(judged.spec).toEqual(spec);
    expect(judged.changes).toEqual([]);
  });

  it('tells which changes replace the pod', () => {
    const judged = judgeEdit(spec, { ...editDraft(spec), contextTokens: '65536', idleMinutes: '30' });
    expect(judged.changes).toEqual([
      { name: 'Context', from: '32768', to: '65536', wipes: true },
      { name: 'Idle stop', from: 'policy fixed, minutes 15', to: 'policy fixed, minutes 30', wipes: false },
    ]);
    expect(judged.spec && editChanges(judged.spec, judged.spec)).toEqual([]);
  });

  it('names the field that is wrong', () => {
    expect(judgeEdit(spec, { ...editDraft(spec), concurrency: 'many' }).error).toMatch(/^concurrency/);
  });
});
