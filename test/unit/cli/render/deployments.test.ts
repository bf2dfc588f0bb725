import { describe, expect, it } from 'vitest';
import { renderDeployment, renderDeployments } from '../../../../src/main/cli/render/deployments.ts';
import { plain } from '../../../../src/main/cli/render/paint.ts';
import type { DeploymentView } from '../../../../src/shared/model.ts';
import { SAMPLE_NOW, sampleCosts, sampleDeployment, sampleDeployments } from '../../../support/samples.ts';

const options = (width: number) => ({ now: SAMPLE_NOW, width, paint: plain });
const views = sampleDeployments();

describe('list', () => {
  it('shows state, cost and what stops when', () => {
    expect(renderDeployments(views, sampleCosts(), options(Infinity))).toMatchInlineSnapshot(`
      "NAME          STATE                            MODEL                                   GPU                COST     TODAY   IDLE STOP
      qwen3-coder   ◉ Busy, 1 request                Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8   A40             $0.44/h     $0.30   in 11 min
      gemma-3-12b   ◐ Loading weights 0:12 of 0:45   google/gemma-3-12b-it                   RTX A5000       $0.26/h   $0.0095   –
      tiny          ○ Stopped                        Qwen/Qwen3-0.6B                         –           $4.20/month   $0.0500   –
      llama-70b     ▲ No GPU free                    meta-llama/Llama-3.3-70B-Instruct       –                    $0     $0.00   –

      Now $0.70/h, today $2.14, storage at rest $4.20/month (simulated)."
    `);
  });

  it('leaves columns out on a narrow terminal, never the name, state or cost', () => {
    expect(renderDeployments(views, sampleCosts(), options(70))).toMatchInlineSnapshot(`
      "NAME          STATE                                   COST   IDLE STOP
      qwen3-coder   ◉ Busy, 1 request                    $0.44/h   in 11 min
      gemma-3-12b   ◐ Loading weights 0:12 of 0:45       $0.26/h   –
      tiny          ○ Stopped                        $4.20/month   –
      llama-70b     ▲ No GPU free                             $0   –

      Now $0.70/h, today $2.14, storage at rest $4.20/month (simulated)."
    `);
  });

  it('says how to begin when there is nothing', () => {
    expect(renderDeployments([], sampleCosts(), options(80))).toContain('runpod-llm deploy');
  });
});

describe('show', () => {
  it('says why it has an image of its own, made or not', () => {
    const view = { ...(views[0] ?? raise()), ownImage: { reference: null, reason: 'a package is missing' } };
    expect(renderDeployment(view, [], options(Infinity))).toContain('made because a package is missing');
  });

  it('tells a running deployment in full', () => {
    const history = [
      { at: '2026-11-24T08:19:00Z', kind: 'pod-created', text: 'Pod rented\u001b[2J', data: {} },
    ];
    const text = renderDeployment(views[0] ?? raise(), history, options(Infinity));
    // The wall clock of the reader's own time zone.
    expect(text.replace(/\d\d:\d\d:00 {2}Pod/, 'HH:MM:00  Pod')).toMatchInlineSnapshot(`
      "qwen3-coder  ◉ Busy, 1 request for 36 min

        Model       Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8 on vllm, context 32k
        Use as      qwen3-coder, coder
        Cost        $0.44/h, today $0.30, in all $12.40
        Pod         podqwen3coder: A40, SECURE, EU-RO-1, RUNNING
        Image       vllm/vllm-openai:v0.27.1
        Watchdog    armed: ends the pod after 30 min without requests; ends in 11 h at the latest
        Unattended  costs at most $0.22 if this computer dies now, ending in 30 min (without tax)
        Idle        after 15 min, the pod is terminated; stops in 11 min

        ✓ Finding GPU      0:20 of 0:20
        ✓ Pulling image    3:10 of 3:10
        ✓ Loading weights  1:02 of 1:02
        ✓ Warming up       0:28 of 0:28

      HISTORY
        24 Nov HH:MM:00  Pod rented"
    `);
  });

  it('shows what the pod of a failed start said last: its log is gone with it', () => {
    const log = Array.from({ length: 12 }, (_, n) => `line ${n}\u001b[2J`);
    const failed = { at: '2026-11-24T08:19:00Z', kind: 'failed', text: 'It failed.', data: { log } };
    const text = renderDeployment(views[0] ?? raise(), [failed], options(Infinity));
    expect(text).toContain('It failed.\n      │ line 4\n');
    expect(text).toContain('│ line 11');
    expect(text).not.toContain('line 3\n');
    expect(text).not.toContain('\u001b[2J');
  });

  it('tells what went wrong and what to do', () => {
    expect(renderDeployment(views[3] ?? raise(), [], options(Infinity))).toMatchInlineSnapshot(`
      "llama-70b  ▲ No GPU free for 60 min
        No NVIDIA H100 80GB HBM3 was free in any data centre (3 candidates tried). (RunPod request req-5c2f)
        Try again later, or allow more GPU types, both clouds or more data centres.

        Model       meta-llama/Llama-3.3-70B-Instruct on vllm, context 32k
        Use as      llama-70b
        Cost        $0, today $0.00, in all $0.00
        Idle        after 15 min, the pod is terminated"
    `);
  });

  it('marks the step at which a start failed', () => {
    const phases = [
      { phase: 'placing', startedAt: '2026-11-24T08:58:00Z', endedAt: '2026-11-24T08:58:20Z' },
      { phase: 'loading', startedAt: '2026-11-24T08:58:20Z', endedAt: '2026-11-24T08:59:20Z' },
    ] as const;
    const view = sampleDeployment({ name: 'x', model: 'a/b' }, SAMPLE_NOW, {
      state: 'failed',
      phases: phases.map((phase) => ({ ...phase, usualSeconds: null, detail: null })),
    });
    const text = renderDeployment(view, [], options(Infinity));
    expect(text).toMatch(/✓ Finding GPU +0:20/);
    expect(text).toMatch(/✗ Loading weights +1:00/);
  });

  it('says plainly that nothing bounds the cost of an unprotected pod', () => {
    const text = renderDeployment(views[1] ?? raise(), [], options(Infinity));
    expect(text).toContain(
      'no bound: it bills until somebody stops it (without the watchdog is not armed yet)',
    );
  });
});

describe('states', () => {
  const problem = (code: string) => ({ problem: { code, message: 'What happened.', advice: 'What to do.' } });
  const looks: readonly (readonly [Partial<DeploymentView>, string])[] = [
    [{ state: 'ready', inFlight: 0 }, '● Ready'],
    [{ state: 'ready', inFlight: 2 }, '◉ Busy, 2 requests'],
    [{ state: 'stopping', stillBilling: true }, '◐ Stopping, still billing'],
    [{ state: 'terminating' }, '◐ Terminating'],
    [{ state: 'failed' }, '✗ Failed'],
    [{ state: 'failed', ...problem('runpod_balance_empty') }, '▲ Balance empty'],
    [
      { state: 'failed', stillBilling: true, ...problem('model_gated') },
      '▲ Licence not accepted, still billing',
    ],
    [{ state: 'stopped', ...problem('budget_exceeded') }, '▲ Budget reached'],
    [{ state: 'stopped' }, '○ Stopped'],
  ];

  it.each(looks)('%j is "%s"', (changes, words) => {
    const view = sampleDeployment({ name: 'x', model: 'a/b' }, SAMPLE_NOW, changes);
    expect(renderDeployments([view], sampleCosts(), options(Infinity))).toContain(`x      ${words}`);
  });

  it('calls a serverless deployment without workers sleeping', () => {
    const spec = { name: 'x', model: 'a/b', mode: 'serverless' } as const;
    const view = sampleDeployment(spec, SAMPLE_NOW, { state: 'sleeping' });
    expect(renderDeployments([view], sampleCosts(), options(Infinity))).toContain('○ Sleeping');
  });
});

function raise(): never {
  throw new Error('The sample is gone');
}
