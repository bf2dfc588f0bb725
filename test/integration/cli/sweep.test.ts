import { describe, expect, it } from 'vitest';
import { methods } from '../../../src/shared/api.ts';
import type { Sweep, SweepThing } from '../../../src/shared/model.ts';
import { commandLine, fakeInstance } from '../../support/command-line.ts';
import { sampleRadar, sampleSweep } from '../../support/samples.ts';

const named = (calls: readonly { readonly name: string }[]): string[] => calls.map(({ name }) => name);
/** A sweep of the sample's foreign pod, come so far. */
const come = (state: Sweep['state'], thing: Partial<SweepThing>): Sweep => {
  const sweep = sampleSweep(['podtest2']);
  return { ...sweep, state, things: sweep.things.map((each) => ({ ...each, ...thing })) };
};

describe('radar sweep', () => {
  it('shows what goes with its price and loss, asks where others’ things are named, and tells what came of it', async () => {
    const instance = await fakeInstance();
    const { code, out, err, questions } = await commandLine(['radar', 'sweep', 'podtest2'], {
      ...instance,
      answers: ['y'],
    });
    expect(code).toBe(0);
    expect(err).toMatch(
      /pod +podtest2 +test-2 +stop +not this app’s +\$0\.44\/h .*\$317\.20\/month +container disk of 20 GB/,
    );
    expect(err).toContain('1 thing to sweep, saves $317.20 a month (simulated).');
    expect(err).toContain('Undo it before with: runpod-llm radar undo');
    expect(questions).toEqual(['Sweep 1 thing? [y/N] ']);
    expect(out).toContain('done');
    expect(out).toContain('1 thing done, saves $317.20 a month (simulated).');
    expect(instance.fake.calls.find(({ name }) => name === 'radar.sweep')?.input).toEqual({
      ids: ['podtest2'],
      undoSeconds: 10,
      fingerprint: 'sweep-1',
    });
  });

  it('does nothing without a yes', async () => {
    const instance = await fakeInstance();
    for (const more of [{ answers: ['n'] }, {}]) {
      const { code } = await commandLine(['radar', 'sweep', 'podtest2'], { ...instance, ...more });
      expect(code).toBe(4);
    }
    expect(named(instance.fake.calls)).not.toContain('radar.sweep');
  });

  it('with --yes asks nothing; --json is the sweep as it ended', async () => {
    const words = ['radar', 'sweep', 'podtest2', '--yes', '--undo-seconds', '0', '--json'];
    const result = await commandLine(words, await fakeInstance());
    expect([result.code, result.err]).toEqual([0, '']);
    expect(methods['radar.sweep'].output.parse(result.json())).toMatchObject({
      state: 'ended',
      things: [{ state: 'done' }],
    });
  });

  it('without names takes nothing of others', async () => {
    const { code, out } = await commandLine(['radar', 'sweep'], await fakeInstance());
    expect(code).toBe(0);
    expect(out).toBe('There is nothing of this computer’s left over.\n');
  });

  it('says why a thing is refused', async () => {
    const instance = await fakeInstance();
    instance.fake.reply('radar.sweepPreview', async () => ({
      simulated: true,
      things: [],
      refused: [
        { kind: 'pod', id: 'p1', name: 'coder', reason: 'in-use', why: 'The deployment "coder" has it.' },
      ],
      savesUsdPerMonth: 0,
      fingerprint: 'f',
    }));
    const { code, err } = await commandLine(['radar', 'sweep', 'p1', '--yes'], instance);
    expect(code).toBe(4);
    expect(err).toContain('Nothing can be swept. coder: The deployment "coder" has it.');
  });

  it('counts down where somebody watches, and Ctrl-C undoes it', async () => {
    const instance = await fakeInstance();
    const left = new AbortController();
    instance.fake.reply('radar.sweeps', async () => {
      left.abort();
      return { sweeps: [come('pending', {})] };
    });
    const { code, out, err } = await commandLine(['radar', 'sweep', 'podtest2', '--yes'], {
      ...instance,
      interactive: true,
      signal: left.signal,
    });
    expect(err).toContain('Sweeping 1 thing in 10 s. Ctrl-C undoes it.');
    expect(out).toBe('Undone. Nothing was sent to RunPod.\n');
    expect(code).toBe(4);
    expect(named(instance.fake.calls)).toContain('radar.undo');
  });

  it.each<[string, Sweep, number, RegExp]>([
    [
      'left',
      come('ended', { state: 'left', reason: 'running', why: 'It is RUNNING now.' }),
      1,
      /left.*It is RUNNING now\.[^]*1 left as it is\./,
    ],
    [
      'not confirmed',
      come('working', { state: 'billing', why: 'RunPod has trouble.' }),
      1,
      /still billing[^]*the app keeps trying/,
    ],
    ['undone from elsewhere', come('undone', {}), 4, /It was undone/],
  ])('what was %s is no success', async (_, sweep, expected, text) => {
    const instance = await fakeInstance();
    instance.fake.reply('radar.sweeps', async () => ({ sweeps: [sweep] }));
    const { code, out } = await commandLine(['radar', 'sweep', 'podtest2', '--yes'], instance);
    expect(out).toMatch(text);
    expect(code).toBe(expected);
  });

  it('radar undo and radar sweeps', async () => {
    const instance = await fakeInstance();
    expect((await commandLine(['radar', 'undo'], instance)).out).toBe(
      'Undone. Nothing was sent to RunPod.\n',
    );
    expect((await commandLine(['radar', 'sweeps'], instance)).out).toContain('no sweep so far');
    await commandLine(['radar', 'sweep', 'podtest2', '--yes'], instance);
    expect((await commandLine(['radar', 'sweeps'], instance)).out).toMatch(/swp_1 .*ended[^]*done/);
  });
});

describe('radar adopt', () => {
  it.each<['pod' | 'endpoint' | 'network-volume', number]>([
    ['pod', 0],
    ['endpoint', 0],
    ['network-volume', 2],
  ])('finds out by itself what is adopted: a %s', async (kind, expected) => {
    const instance = await fakeInstance();
    const radar = sampleRadar();
    instance.fake.reply('radar.scan', async () => ({
      ...radar,
      items: radar.items.map((item) => ({ ...item, kind })),
    }));
    const { code } = await commandLine(['radar', 'adopt', 'podtest2', 'mine'], instance);
    expect(code).toBe(expected);
    const asked = instance.fake.calls.filter(({ name }) => name === 'radar.adopt').map(({ input }) => input);
    expect(asked).toEqual(expected === 0 ? [{ kind, id: 'podtest2', name: 'mine' }] : []);
  });
});

describe('what the key may not see', () => {
  it.each<[ReturnType<typeof sampleRadar>['unseen'], string]>([
    [
      ['endpoints', 'network-volumes'],
      'RunPod did not let this key see endpoints and network volumes; there may be more.',
    ],
    [['workers'], 'RunPod did not let this key see what endpoints cost now; it may be more.'],
  ])('%j is said by radar and by stop-all', async (unseen, text) => {
    const instance = await fakeInstance();
    instance.fake.reply('radar.scan', async () => ({ ...sampleRadar(), items: [], unseen }));
    const { out } = await commandLine(['radar'], instance);
    expect(out).toBe(`Nothing that this key may see runs or rests in the account. ${text}\n`);
    expect((await commandLine(['stop-all'], instance)).err).toContain(text);
    expect((await commandLine(['stop-all', '--json'], instance)).err).toBe('');
  });
});
