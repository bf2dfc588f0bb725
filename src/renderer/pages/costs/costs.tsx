import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CostSummary } from '../../../shared/model.ts';
import { tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { useCostsAge } from '../../app/costs-age.ts';
import { to } from '../../app/router.ts';
import { useCall } from '../../app/use-call.ts';
import { Button, buttonClass } from '../../components/button.tsx';
import { cell, headCell, numCell, numHead } from '../../components/request-table.tsx';
import { PageBody, PageHead } from '../../components/page.tsx';
import { saveFile } from '../../components/save-file.ts';
import { Loading, Section, Stat, StatRow } from '../../components/surface.tsx';
import { useCosts } from '../../stores/costs.ts';
import { KIND_NAMES } from '../../view/cost-chart.ts';
import { entriesAsCsv } from '../../view/csv.ts';
import { duration, minuteTime, percent, usd, usdPerHour, usdPerMonth } from '../../view/format.ts';
import { AccountSection } from './account-section.tsx';
import { ChartSection } from './chart-section.tsx';
import { words } from './messages.ts';

const MOST_EXPORTED = 100_000;

export default function Costs(): ReactNode {
  const { client } = useApp();
  const summary = useCosts((state) => state.summary);
  const exportCsv = async (): Promise<void> => {
    try {
      const { entries } = await client.call('costs.entries', { limit: MOST_EXPORTED });
      saveFile(summary?.simulated ? 'costs-simulated.csv' : 'costs.csv', entriesAsCsv(entries), 'text/csv');
    } catch (error) {
      tell(error, 'Could not export the costs');
    }
  };
  return (
    <>
      <PageHead title={words.title}>
        <Button icon={<Download size={14} aria-hidden />} onClick={() => void exportCsv()}>
          {words.export}
        </Button>
      </PageHead>
      <PageBody>
        {summary === null ? <Loading what="costs" /> : <Figures summary={summary} />}
        <ChartSection />
        {summary !== null && (
          <>
            <ByDeployment summary={summary} />
            <div className="grid grid-cols-2 gap-4 @max-3xl:grid-cols-1">
              <ByKind summary={summary} />
              <div className="space-y-4">
                <Limits summary={summary} />
                <Sources summary={summary} />
              </div>
            </div>
          </>
        )}
        <AccountSection />
      </PageBody>
    </>
  );
}

function Figures({ summary }: { readonly summary: CostSummary }): ReactNode {
  const age = useCostsAge();
  const runway =
    summary.runwayHours === null ? 'unknown runway' : `lasts ${duration(summary.runwayHours * 3_600_000)}`;
  return (
    <StatRow label={words.stats} columns={6} age={age}>
      <Stat
        label="Now"
        value={usdPerHour(summary.nowUsdPerHour)}
        note={summary.simulated ? 'simulated' : `${usd(summary.nowUsdPerHour * 24)} a day`}
      />
      <Stat label="Today" value={usd(summary.todayUsd)} />
      <Stat label="This month" value={usd(summary.monthUsd)} note={`${usd(summary.totalUsd)} in all`} />
      <Stat
        label="Forecast to month end"
        value={usd(summary.forecastMonthUsd)}
        note="idle storage included"
      />
      <Stat
        label="Balance"
        value={usd(summary.balanceUsd)}
        note={summary.balanceUsd === null ? 'the key does not tell' : runway}
      />
      <Stat label="At rest" value={usdPerMonth(summary.restUsdPerMonth)} note="storage of what is stopped" />
    </StatRow>
  );
}

function ByDeployment({ summary }: { readonly summary: CostSummary }): ReactNode {
  const lines = summary.byDeployment.toSorted((a, b) => b.monthUsd - a.monthUsd);
  return (
    <Section title={words.byDeployment} flush>
      {lines.length === 0 ? (
        <p className="px-4 pb-4 text-soft">{words.none}</p>
      ) : (
        <div className="overflow-x-auto">
          <table className="w-full">
            <thead>
              <tr className="border-y border-line">
                <th scope="col" className={headCell}>
                  Deployment
                </th>
                <th scope="col" className={numHead}>
                  Now
                </th>
                <th scope="col" className={numHead}>
                  Today
                </th>
                <th scope="col" className={numHead}>
                  This month
                </th>
                <th scope="col" className={numHead}>
                  In all
                </th>
                <th scope="col" className={numHead}>
                  Share of month
                </th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={line.deploymentId ?? line.name} className="border-b border-line/60 last:border-b-0">
                  <th scope="row" className={`${cell} font-medium`}>
                    {line.deploymentId === null ? (
                      line.name
                    ) : (
                      <a href={to.deployment(line.name)}>{line.name}</a>
                    )}
                  </th>
                  <td className={numCell}>{usdPerHour(line.nowUsdPerHour)}</td>
                  <td className={numCell}>{usd(line.todayUsd)}</td>
                  <td className={`${numCell} font-semibold`}>{usd(line.monthUsd)}</td>
                  <td className={numCell}>{usd(line.totalUsd)}</td>
                  <td className={numCell}>
                    {summary.monthUsd === 0 ? '–' : percent(line.monthUsd / summary.monthUsd)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function ByKind({ summary }: { readonly summary: CostSummary }): ReactNode {
  const kinds = (['compute', 'serverless', 'disk', 'tokens', 'adjustment'] as const).map((kind) => ({
    kind,
    usd: summary.byKind[kind],
  }));
  const most = Math.max(0.01, ...kinds.map((entry) => entry.usd));
  return (
    <Section title={words.byKind}>
      <dl className="space-y-1.5">
        {kinds.map((entry) => (
          <div key={entry.kind} className="grid grid-cols-[6.5rem_1fr_5rem] items-center gap-3">
            <dt className="text-soft">{KIND_NAMES[entry.kind]}</dt>
            <dd aria-hidden>
              <svg
                viewBox="0 0 100 4"
                preserveAspectRatio="none"
                className="h-1.5 w-full rounded-sm bg-sunken text-chart-1"
              >
                <rect width={Math.max(0, (entry.usd / most) * 100)} height="4" fill="currentColor" />
              </svg>
            </dd>
            <dd className="num text-right">{usd(entry.usd)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Limits({ summary }: { readonly summary: CostSummary }): ReactNode {
  const budget = useCall('settings.get', {}).value?.budget;
  const row = (name: string, spent: number, limit: number | null): ReactNode => (
    <div className="flex items-baseline gap-3">
      <dt className="w-20 text-soft">{name}</dt>
      <dd className="num">
        {limit === null ? (
          words.noLimit
        ) : (
          <>
            {usd(spent)} of {usd(limit)} · {words.tellAt(usd(limit * 0.8))} ·{' '}
            <strong className="text-bad">{words.stopAt(usd(limit))}</strong>
          </>
        )}
      </dd>
    </div>
  );
  return (
    <Section
      title={words.limits}
      aside={
        <a href={to.settings('budget')} className={buttonClass('ghost', 'sm')}>
          {words.edit}
        </a>
      }
    >
      <dl className="space-y-1">
        {row('Today', summary.todayUsd, budget?.usdPerDay ?? null)}
        {row('Month', summary.monthUsd, budget?.usdPerMonth ?? null)}
      </dl>
    </Section>
  );
}

function Sources({ summary }: { readonly summary: CostSummary }): ReactNode {
  const bill = summary.reconciliation;
  return (
    <Section title={words.sources}>
      <p className="num text-soft">
        {words.meter(minuteTime(summary.asOf))}{' '}
        {bill === null
          ? words.notYet
          : `${words.billed(usd(bill.billedUsd), minuteTime(bill.asOf))} ${words.gap(usd(Math.abs(bill.gapUsd)), bill.billedUsd === 0 ? '–' : percent(Math.abs(bill.gapUsd) / bill.billedUsd))}`}
      </p>
    </Section>
  );
}
