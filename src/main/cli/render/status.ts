import type {
  AppStatus,
  KeyCheck,
  Radar,
  RadarItem,
  RadarPart,
  SecretStatus,
} from '../../../shared/model.ts';
import { formatUsd, formatUsdPerHour } from '../../../shared/money.ts';
import type { MethodOutput } from '../../../shared/api.ts';
import type { Paint } from './paint.ts';
import { renderTable, type TableOptions } from './table.ts';
import { baseUrl, duration, plural } from './words.ts';

export function renderStatus(status: AppStatus, now: number, paint: Paint): string {
  const cloud = status.simulated ? paint.yellow('sandbox (simulated, costs nothing)') : 'RunPod';
  const lines: [string, string][] = [
    ['Running', `version ${status.version}, for ${duration(now - Date.parse(status.startedAt))}`],
    ['Cloud', cloud],
    ['Endpoint', status.proxy.listening ? baseUrl(status.proxy.url) : 'not listening'],
    ['Local key', `ends in ${status.proxy.keyHint}; print it with: runpod-llm key show`],
    ['Control', status.control.url],
    ['Deployments', String(status.deployments)],
    [
      'Keychain',
      status.keychain.available ? 'available' : `not available: ${status.keychain.reason ?? 'unknown'}`,
    ],
    ['Data', status.dataDir],
  ];
  if (!status.simulated) lines.splice(2, 0, ['RunPod', runpodText(status)]);
  const text = lines.map(([name, value]) => `${paint.dim(name.padEnd(11))} ${value}`);
  const { storageProblem } = status;
  if (storageProblem !== null) {
    text.push(`${paint.red('trouble:')} ${storageProblem.message} ${storageProblem.advice}`);
  }
  for (const warning of [status.configProblem, status.exposure]) {
    if (warning !== null) text.push(`${paint.yellow('warning:')} ${warning}`);
  }
  return text.join('\n');
}

function runpodText({ runpod }: AppStatus): string {
  if (!runpod.keyPresent) return 'no key; set one with: runpod-llm key set runpod';
  if (runpod.problem !== null) return `${runpod.problem.message} ${runpod.problem.advice}`;
  return runpod.reachable ? 'reachable' : 'not reachable';
}

export function renderDoctor(checks: MethodOutput<'app.doctor'>['checks'], paint: Paint): string {
  const marks = { ok: paint.green('✓'), warn: paint.yellow('▲'), fail: paint.red('✗'), skip: paint.dim('○') };
  return checks
    .flatMap(({ name, status, detail, advice }) => {
      const line = `${marks[status]} ${name}: ${detail}`;
      return advice === null ? [line] : [line, `    ${advice}`];
    })
    .join('\n');
}

export function renderModels(models: MethodOutput<'models.list'>['models'], options: TableOptions): string {
  if (models.length === 0) return 'No models. Deploy one with: runpod-llm deploy Qwen/Qwen3-8B';
  return renderTable(
    [
      { header: 'MODEL', cell: (model) => model.id, shrinkTo: 20 },
      { header: 'STATE', cell: (model) => model.state },
      { header: 'CONTEXT', cell: (model) => String(model.contextTokens), align: 'right' },
      { header: 'DEPLOYMENT', cell: (model) => model.deployment ?? '–' },
    ],
    models,
    options,
  );
}

export function renderSecrets(secrets: readonly SecretStatus[], options: TableOptions): string {
  return renderTable(
    [
      { header: 'KEY', cell: (secret) => secret.name },
      { header: 'SET', cell: (secret) => (secret.present ? 'yes' : 'no') },
      { header: 'ENDS IN', cell: (secret) => secret.hint ?? '–' },
      { header: 'FROM', cell: (secret) => (secret.source === 'none' ? '–' : secret.source) },
    ],
    secrets,
    options,
  );
}

export function renderConfig(values: MethodOutput<'config.show'>['values'], options: TableOptions): string {
  return renderTable(
    [
      { header: 'NAME', cell: ({ path }) => path },
      { header: 'VALUE', cell: ({ value }) => configText(value), shrinkTo: 16 },
      { header: 'FROM', cell: ({ source }) => source, shrinkTo: 16 },
    ],
    values,
    options,
  );
}

/** Text as it is, everything else as JSON. */
function configText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function renderKeyCheck(check: KeyCheck, paint: Paint): string {
  const marks = {
    yes: paint.green('✓'),
    no: paint.red('✗'),
    'read-only': paint.yellow('▲'),
    unknown: paint.dim('?'),
  };
  const lines = check.rights.map(
    ({ area, allowed, detail }) => `${marks[allowed]} ${area}: ${allowed} (${detail})`,
  );
  if (check.balanceUsd !== null) lines.push(`Balance ${formatUsd(check.balanceUsd)}`);
  if (check.problem !== null) lines.push(`${paint.red(check.problem.message)} ${check.problem.advice}`);
  return lines.join('\n');
}

export function renderRadar(radar: Radar, options: TableOptions): string {
  const hidden = unseenText(radar);
  if (radar.items.length === 0) {
    return hidden === ''
      ? 'Nothing runs or rests in the account.'
      : `Nothing that this key may see runs or rests in the account. ${hidden}`;
  }
  const table = renderTable(
    [
      { header: 'KIND', cell: (item) => item.kind },
      { header: 'ID', cell: (item) => item.id },
      { header: 'NAME', cell: (item) => item.name, shrinkTo: 12 },
      { header: 'STATUS', cell: (item) => item.status, drop: 1 },
      {
        header: 'WHOSE',
        cell: (item) => item.deployment ?? item.ownership,
        style: (text, item) => (item.ownership === 'known' ? text : options.paint.yellow(text)),
      },
      { header: 'NOW', cell: (item) => formatUsdPerHour(item.usdPerHour), align: 'right' },
      {
        header: 'AT REST',
        cell: (item) => `${formatUsd(item.usdPerMonthAtRest)}/month`,
        align: 'right',
        drop: 2,
      },
      { header: 'NOTE', cell: (item) => item.note ?? '', shrinkTo: 10, drop: 3 },
    ],
    radar.items,
    options,
  );
  return [table, '', radarAdvice(radar), ...(hidden === '' ? [] : [options.paint.yellow(hidden)])].join('\n');
}

/** What the key may not see, so that nobody takes the rest for everything; empty = it sees all. */
export function unseenText({ unseen }: Pick<Radar, 'unseen'>): string {
  const parts = unseen.filter((part) => part !== 'workers' && part !== 'prices').map((part) => PARTS[part]);
  const more =
    parts.length === 0 ? [] : [`RunPod did not let this key see ${parts.join(' and ')}; there may be more.`];
  const priced =
    parts.length === unseen.length
      ? []
      : ['RunPod did not let this key see what endpoints cost now; it may be more.'];
  return [...more, ...priced].join(' ');
}

const PARTS: Readonly<Record<RadarPart, string>> = {
  pods: 'pods',
  endpoints: 'endpoints',
  'network-volumes': 'network volumes',
  workers: 'workers',
  prices: 'prices',
};

function radarAdvice({ items }: Radar): string {
  const strange = items.filter((item) => item.ownership !== 'known');
  if (strange.length === 0) return 'Everything here belongs to a deployment.';
  const own = items.filter(({ sweep }) => sweep?.isLeftover === true).length;
  const sweep = own === 0 ? '' : ` ${own} of them left over by this computer: runpod-llm radar sweep`;
  return `${plural(strange.length, 'thing')} under no deployment, ${billText(strange)}. ${wayOut(strange)}${sweep}`;
}

/** A volume cannot be stopped. */
function wayOut(items: readonly RadarItem[]): string {
  return items.some((item) => item.actions.includes('stop'))
    ? 'Stop one with: runpod-llm radar stop <kind> <id>'
    : 'Delete one with: runpod-llm radar terminate <kind> <id>';
}

/** What things cost together, now and at rest. */
export function billText(items: readonly RadarItem[]): string {
  const usdPerHour = items.reduce((sum, item) => sum + item.usdPerHour, 0);
  const atRest = items.reduce((sum, item) => sum + item.usdPerMonthAtRest, 0);
  const rest = `${formatUsd(atRest)} a month at rest`;
  if (atRest === 0) return formatUsdPerHour(usdPerHour);
  return usdPerHour === 0 ? rest : `${formatUsdPerHour(usdPerHour)} and ${rest}`;
}
