import type { ReactNode } from 'react';
import type { CostSummary } from '../../../shared/model.ts';
import { useCostsAge } from '../../app/costs-age.ts';
import { PageBody, PageHead } from '../../components/page.tsx';
import { Loading, Section, Stat, StatRow } from '../../components/surface.tsx';
import { useCosts } from '../../stores/costs.ts';
import { words as view } from '../../view/messages.ts';
import { duration, minuteTime, percent, usd, usdPerHour, usdPerMonth } from '../../view/format.ts';
import { allStaysOnUsd } from '../../view/month-ahead.ts';
import { AccountSection } from './account-section.tsx';
import { ChartSection } from './chart-section.tsx';
import { ExportMenu } from './export-menu.tsx';
import { LimitsSection } from './limits-section.tsx';
import { words } from './messages.ts';
import { RunwaySection } from './runway-section.tsx';
import { SharesSection } from './shares-section.tsx';

export default function Costs(): ReactNode {
  const summary = useCosts((state) => state.summary);
  return (
    <>
      <PageHead title={words.title}>
        <ExportMenu />
      </PageHead>
      <PageBody>
        {summary === null ? <Loading what={words.title} /> : <Figures summary={summary} />}
        <ChartSection />
        <SharesSection />
        {summary !== null && (
          <>
            <div className="grid grid-cols-2 gap-4 @max-3xl:grid-cols-1">
              <ByKind summary={summary} />
              <div className="space-y-4">
                <LimitsSection summary={summary} />
                <RunwaySection summary={summary} />
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
  return (
    <StatRow label={words.stats} columns={6} age={age}>
      <Stat
        label={words.columns.now}
        value={usdPerHour(summary.nowUsdPerHour)}
        note={summary.simulated ? words.simulated : words.perDay(usd(summary.nowUsdPerHour * 24))}
      />
      <Stat label={words.today} value={usd(summary.todayUsd)} />
      <Stat label={words.thisMonth} value={usd(summary.monthUsd)} note={words.inAll(usd(summary.totalUsd))} />
      <Stat label={words.forecast} value={usd(summary.forecastMonthUsd)} note={forecastNote(summary)} />
      <Stat label={words.balance} value={usd(summary.balanceUsd)} note={balanceNote(summary)} />
      <Stat
        label={words.columns.rest}
        value={summary.restUsdPerMonth === null ? '–' : usdPerMonth(summary.restUsdPerMonth)}
        note={words.restNote}
      />
    </StatRow>
  );
}

function ByKind({ summary }: { readonly summary: CostSummary }): ReactNode {
  const kinds = (['compute', 'serverless', 'disk', 'volume', 'tokens', 'adjustment'] as const).map(
    (kind) => ({
      kind,
      usd: summary.byKind[kind],
    }),
  );
  const most = Math.max(0.01, ...kinds.map((entry) => entry.usd));
  return (
    <Section title={words.byKind}>
      <dl className="space-y-1.5">
        {kinds.map((entry) => (
          <div key={entry.kind} className="grid grid-cols-[11rem_1fr_5rem] items-center gap-3">
            <dt className="text-soft">{view.costKinds[entry.kind]}</dt>
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

function Sources({ summary }: { readonly summary: CostSummary }): ReactNode {
  const bill = summary.reconciliation;
  return (
    <Section title={words.sources}>
      {summary.stopsSaved !== undefined && summary.stopsSaved.stops > 0 && (
        <p className="num mb-2">
          <strong className="text-ok">{words.saved(usd(summary.stopsSaved.usd))}</strong>{' '}
          {words.savedHow(summary.stopsSaved.stops, duration(summary.stopsSaved.hours * 3_600_000))}
        </p>
      )}
      <p className="num text-soft">
        {words.meter(minuteTime(summary.asOf))}{' '}
        {bill === null
          ? words.notYet
          : `${words.billed(usd(bill.billedUsd), minuteTime(bill.asOf))} ${words.gap(usd(Math.abs(bill.gapUsd)), bill.billedUsd === 0 ? '–' : percent(Math.abs(bill.gapUsd) / bill.billedUsd))}`}
      </p>
    </Section>
  );
}

function balanceNote({ balanceUsd, runwayHours }: CostSummary): string {
  if (balanceUsd === null) return words.noBalance;
  if (balanceUsd <= 0) return words.runway.empty;
  return runwayHours === null ? words.runwayUnknown : words.lasts(duration(runwayHours * 3_600_000));
}

/** What the rest of the month adds at the rate of late, and what it comes to if all that runs stays on. */
function forecastNote(summary: CostSummary): string {
  const rest = summary.forecastMonthUsd - summary.monthUsd;
  const usual = rest > 0 ? words.stillToCome(usd(rest)) : words.nothingToCome;
  return summary.nowUsdPerHour > 0 ? `${usual} · ${words.staysOn(usd(allStaysOnUsd(summary)))}` : usual;
}
