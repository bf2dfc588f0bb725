import type { VolumeView } from '../../../../src/shared/volumes.ts';
import { describe, expect, it } from 'vitest';
import { renderConnectOverview, renderClient } from '../../../../src/main/cli/render/connect.ts';
import { renderCosts, renderEntries, renderShares } from '../../../../src/main/cli/render/costs.ts';
import { renderError, renderErrorJson } from '../../../../src/main/cli/render/errors.ts';
import { createPaint, plain } from '../../../../src/main/cli/render/paint.ts';
import {
  renderDoctor,
  renderKeyCheck,
  renderModels,
  renderRadar,
  renderSecrets,
  renderStatus,
} from '../../../../src/main/cli/render/status.ts';
import { CLIENTS } from '../../../../src/shared/clients/clients.ts';
import { AppError } from '../../../../src/shared/errors.ts';
import {
  SAMPLE_NOW,
  sampleCosts,
  sampleCostShares,
  sampleEntries,
  sampleKeyCheck,
  sampleRadar,
  sampleSecrets,
  sampleStatus,
  sampleVolume,
} from '../../../support/samples.ts';

const table = { width: Infinity, paint: plain };

describe('costs', () => {
  it('shows sums, shares and what they are based on', () => {
    expect(
      renderCosts(
        { ...sampleCosts(), reconciliation: null, simulated: false },
        { ...table, now: SAMPLE_NOW, volumes: [] },
      ),
    ).toMatchInlineSnapshot(`
      "Now         $0.70/h, storage at rest $4.20/month
      Today       $2.14
      This month  $31.20, at this pace $41.80
      In all      $104.55
      Balance     $18.40, 26 h 18 min at what runs now
      Unattended  at most $0.35 if this computer dies now, until 30 min from now (without tax)

      DEPLOYMENT                     NOW     TODAY    MONTH   IN ALL
      qwen3-coder                $0.44/h     $0.30   $26.78   $94.10
      (not under a deployment)   $0.00/h   $0.0500    $1.10   $10.45

      By kind: compute $100.10, disk $4.45

      Measured by this app; RunPod’s bill has not been asked for yet."
    `);
  });

  it('says whom it was spent for, and how the paid hours were used', () => {
    const shares = sampleCostShares(SAMPLE_NOW, 'project');
    const text = renderShares(shares, { ...table, width: 200 });
    expect(text).toContain('PROJECT');
    expect(text).toContain('(nobody: starts by hand');
    expect(text).toMatch(/Since .*: \$[\d.]+ \(simulated\)\. .* h of hardware: serving \d+ %/);
    const none = { busy: 0, boot: 0, idle: 0, nobody: 0 };
    expect(renderShares({ ...shares, hours: none, simulated: false }, table)).not.toContain('hardware');
    expect(renderShares({ ...shares, rows: [] }, table)).toBe('Nothing was spent in this time.');
  });

  it('tells storage that RunPod has not told of yet', () => {
    const text = renderCosts(
      { ...sampleCosts(), restUsdPerMonth: null },
      { ...table, now: SAMPLE_NOW, volumes: [] },
    );
    expect(text).toContain('storage at rest not known yet');
  });

  it('tells simulated money, and money that cannot be told', () => {
    const text = renderCosts(
      { ...sampleCosts(), balanceUsd: null, unattended: { usd: null, until: null, excludes: [] } },
      { ...table, now: SAMPLE_NOW, volumes: [] },
    );
    expect(text).toContain('Simulated money');
    expect(text).toContain('not told by this key');
    expect(text).toContain('no bound');
  });

  it('shows the gap to RunPod’s bill', () => {
    expect(
      renderCosts({ ...sampleCosts(), simulated: false }, { ...table, now: SAMPLE_NOW, volumes: [] }),
    ).toMatch(/bill up to .*: \$30\.90; measured \$31\.05, difference \$0\.15\./);
  });

  it('tells what network volumes cost, or that it cannot be told', () => {
    const volumes = (known: VolumeView[] | null): string =>
      renderCosts(sampleCosts(), { ...table, now: SAMPLE_NOW, volumes: known });
    expect(volumes([sampleVolume(), sampleVolume()])).toContain(
      'Volumes     $4.20/month for 2 network volumes, used or not\n',
    );
    expect(volumes(null)).toContain('Volumes     cannot be told now\n');
    expect(volumes([])).not.toContain('Volumes');
  });

  it('lists entries, marking the estimated', () => {
    const [entry] = sampleEntries();
    if (entry === undefined) throw new Error('The sample is gone');
    const text = renderEntries([entry, { ...entry, estimated: true, deploymentName: null }], table);
    expect(text).toContain('still open');
    expect(text).toContain('~$0.30');
    expect(renderEntries([], table)).toBe('The ledger is empty.');
  });
});

describe('status', () => {
  it('says where things are', () => {
    expect(renderStatus(sampleStatus(), SAMPLE_NOW, plain)).toMatchInlineSnapshot(`
      "Running     version 0.1.0, for 2 h
      Cloud       sandbox (simulated, costs nothing)
      Endpoint    http://127.0.0.1:27182/v1
      Local key   ends in 3f9a; print it with: runpod-llm key show
      Control     http://127.0.0.1:27183
      Deployments 4
      Keychain    available
      Data        /home/dev/.local/share/runpod-llm-manager"
    `);
  });

  it('says what is wrong', () => {
    const text = renderStatus(
      {
        ...sampleStatus(),
        simulated: false,
        configProblem: 'llm_config.json: line 3 is not JSON.',
        exposure: 'The proxy listens on 0.0.0.0.',
        runpod: {
          reachable: false,
          keyPresent: true,
          problem: { code: 'runpod_key_invalid', message: 'The key was refused.', advice: 'Make a new one.' },
        },
        keychain: { available: false, reason: 'no Secret Service' },
        proxy: { url: 'http://127.0.0.1:27182/v1', keyHint: '3f9a', listening: false },
      },
      SAMPLE_NOW,
      plain,
    );
    expect(text).toContain('The key was refused. Make a new one.');
    expect(text).toContain('not available: no Secret Service');
    expect(text).toContain('Endpoint    not listening');
    expect(text).toContain('warning: llm_config.json: line 3 is not JSON.');
    expect(text).toContain('warning: The proxy listens on 0.0.0.0.');
  });
});

describe('small pages', () => {
  it('doctor', () => {
    expect(
      renderDoctor(
        [
          { name: 'port', status: 'ok', detail: 'free', advice: null },
          { name: 'key', status: 'fail', detail: 'refused', advice: 'Make a new one.' },
          { name: 'docker', status: 'skip', detail: 'not asked for', advice: null },
        ],
        plain,
      ),
    ).toMatchInlineSnapshot(`
      "✓ port: free
      ✗ key: refused
          Make a new one.
      ○ docker: not asked for"
    `);
  });

  it('models', () => {
    const models = [{ id: 'coder', state: 'ready', deployment: 'qwen3-coder', contextTokens: 32_768 }];
    expect(renderModels(models, table)).toMatchInlineSnapshot(`
      "MODEL   STATE   CONTEXT   DEPLOYMENT
      coder   ready     32768   qwen3-coder"
    `);
    expect(renderModels([], table)).toContain('runpod-llm deploy');
  });

  it('keys', () => {
    expect(renderSecrets(sampleSecrets(), table)).toMatchInlineSnapshot(`
      "KEY               SET   ENDS IN   FROM
      runpod            no    –         –
      proxy             yes   3f9a      generated
      hf                yes   Qz1x      environment
      docker-username   no    –         –
      docker-token      no    –         –"
    `);
    expect(renderKeyCheck(sampleKeyCheck(), plain)).toMatchInlineSnapshot(`
      "✓ pods: yes (read and write)
      ▲ serverless: read-only (endpoints cannot be made)
      ✓ billing: yes (read)
      Balance $18.40"
    `);
  });

  it('radar', () => {
    expect(renderRadar(sampleRadar(), table)).toMatchInlineSnapshot(`
      "KIND   ID              NAME               STATUS    WHOSE             NOW       AT REST   NOTE
      pod    podqwen3coder   rplm-qwen3-coder   RUNNING   qwen3-coder   $0.44/h   $0.00/month
      pod    podtest2        test-2             RUNNING   foreign       $0.44/h   $4.00/month   not made by this app

      1 thing under no deployment, $0.44/h and $4.00 a month at rest. Stop one with: runpod-llm radar stop <kind> <id>"
    `);
    expect(renderRadar({ ...sampleRadar(), items: [] }, table)).toContain('Nothing');
    const volumes = sampleRadar()
      .items.slice(1)
      .map((item) => ({
        ...item,
        kind: 'network-volume' as const,
        usdPerHour: 0,
        usdPerMonthAtRest: 1.68,
        actions: ['terminate' as const],
      }));
    expect(renderRadar({ ...sampleRadar(), items: volumes }, table)).toContain(
      '1 thing under no deployment, $1.68 a month at rest. Delete one with: runpod-llm radar terminate <kind> <id>',
    );
  });

  it('connect', () => {
    const overview = {
      baseUrl: 'http://127.0.0.1:27182/v1',
      keyHint: '3f9a',
      models: ['coder'],
      running: true,
    };
    expect(renderConnectOverview(overview, CLIENTS.slice(0, 2), plain)).toMatchInlineSnapshot(`
      "Base URL  http://127.0.0.1:27182/v1
      API key   ends in 3f9a; print it with: runpod-llm key show
      Models    coder

      Show one with: runpod-llm connect <client>
        curl  curl (code)
        env   Any OpenAI-compatible tool (environment)"
    `);
    const idle = renderConnectOverview(
      { ...overview, keyHint: null, models: [], running: false },
      CLIENTS,
      plain,
    );
    expect(idle).toContain('not running; start it with: runpod-llm serve');
  });

  it('warns of a context that is too small for the client', () => {
    const claude = CLIENTS.find((client) => client.id === 'claude-code');
    if (claude === undefined) throw new Error('The client is gone');
    const facts = {
      baseUrl: 'http://127.0.0.1:27182/v1',
      model: 'coder',
      contextTokens: 32_768,
      key: 'k',
      shellKey: 'k',
    };
    expect(renderClient(claude, facts, plain)).toContain(
      'It wants 65536 tokens of context; coder has 32768.',
    );
    expect(renderClient(claude, { ...facts, contextTokens: 131_072 }, plain)).not.toContain('It wants');
  });
});

describe('errors', () => {
  const error = new AppError('no_gpu_capacity', 'No A40\nis free.\u001b]0;title\u0007', {
    requestId: 'req-1',
    details: { tried: 3 },
  });

  it('are a line on what happened and a line on what to do', () => {
    expect(renderError(error, plain)).toMatchInlineSnapshot(`
      "error: No A40 is free. (RunPod request req-1)
        Allow a higher price, more GPU types, both clouds or more data centres, or wait until one is free."
    `);
    expect(renderError(error, createPaint(true))).toContain('\u001b[31merror:\u001b[39m');
  });

  it('keep their code for programs', () => {
    expect(JSON.parse(renderErrorJson(error))).toMatchObject({
      error: { code: 'no_gpu_capacity', requestId: 'req-1', details: { tried: 3 } },
    });
  });
});
