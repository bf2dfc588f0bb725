import { useState, type ReactNode } from 'react';
import type { CostGrouping, CostShare, CostShares } from '../../../shared/costs.ts';
import { to } from '../../app/router.ts';
import { useCall } from '../../app/use-call.ts';
import { Choice, labelled } from '../../components/choice.tsx';
import { cell, headCell, numCell, numHead } from '../../components/request-table.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Loading, ProblemPanel, Section } from '../../components/surface.tsx';
import { count, decimal, duration, percent, usd } from '../../view/format.ts';
import { words } from './messages.ts';

const GROUPS = ['deployment', 'model', 'key', 'project'] as const satisfies readonly CostGrouping[];
const SPANS = ['today', 'month'] as const;

/** Whom the money was spent for, with the starts they caused and the idle time behind them. */
export function SharesSection(): ReactNode {
  const [by, setBy] = useState<CostGrouping>('deployment');
  const [span, setSpan] = useState<'today' | 'month'>('month');
  const shares = useCall('costs.shares', { by, span });
  return (
    <Section
      title={words.shares.title}
      aside={
        <span className="flex flex-wrap justify-end gap-2 py-1.5">
          <Choice
            label={words.span}
            options={labelled(SPANS, words.shares)}
            value={span}
            onChange={setSpan}
          />
          <Choice label={words.split} options={labelled(GROUPS, words.shares)} value={by} onChange={setBy} />
        </span>
      }
      flush
    >
      {shares.problem !== null && (
        <div className="px-4 pb-4">
          <ProblemPanel problem={shares.problem} onRetry={shares.reload} />
        </div>
      )}
      {shares.value === null && shares.problem === null && <Loading what={words.sharesWhat} />}
      {by === 'project' && <p className="px-4 pb-3 text-sm text-soft">{words.shares.projectText}</p>}
      {shares.value !== null && shares.value.rows.length === 0 && (
        <p className="px-4 pb-4 text-soft">{words.nothing}</p>
      )}
      {shares.value !== null && shares.value.rows.length > 0 && <Table shares={shares.value} />}
    </Section>
  );
}

function Table({ shares }: { readonly shares: CostShares }): ReactNode {
  const w = words.shares;
  const head = [w.requests, w.tokens, w.busy, w.boot, w.idle, w.all, w.share, w.perMillion, w.elsewhere];
  const { hours } = shares;
  const total = hours.busy + hours.boot + hours.idle + hours.nobody;
  return (
    <>
      <ScrollRegion className="overflow-x-auto" label={words.sharesTable(w.title)}>
        <table className="w-full">
          <thead>
            <tr className="border-y border-line">
              <th scope="col" className={headCell}>
                {w[shares.by]}
              </th>
              {head.map((name) => (
                <th key={name} scope="col" className={numHead}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shares.rows.map((row) => (
              <Row key={row.name ?? ''} row={row} shares={shares} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {total > 0 && (
        <p className="num border-t border-line px-4 py-2.5 text-sm text-soft">
          {w.hours(hardwareTime(total))} {w.hoursOf('serving', percent(hours.busy / total))},{' '}
          {w.hoursOf('starting', percent(hours.boot / total))},{' '}
          {w.hoursOf(words.idleBehind, percent(hours.idle / total))},{' '}
          {w.hoursOf(words.forNobody, percent(hours.nobody / total))}.
        </p>
      )}
    </>
  );
}

function Row({ row, shares }: { readonly row: CostShare; readonly shares: CostShares }): ReactNode {
  const w = words.shares;
  const name = row.name === null ? w.nobody : row.name;
  return (
    <tr className="border-b border-line/60 last:border-b-0">
      <th scope="row" className={`${cell} font-medium`} title={row.name === null ? w.nobodyText : undefined}>
        {shares.by === 'deployment' && row.name !== null ? (
          <a href={to.deployment(row.name)}>{name}</a>
        ) : (
          name
        )}
      </th>
      <td className={numCell}>{count(row.requests)}</td>
      <td className={numCell}>
        {count(row.inputTokens)} → {count(row.outputTokens)}
      </td>
      <td className={numCell}>{usd(row.busyUsd)}</td>
      <td className={numCell}>{usd(row.bootUsd)}</td>
      <td className={numCell}>{usd(row.idleUsd)}</td>
      <td className={`${numCell} font-semibold`}>{usd(row.usd)}</td>
      <td className={numCell}>{shares.usd === 0 ? '–' : percent(row.usd / shares.usd)}</td>
      <td className={numCell}>{row.usdPerMillionTokens === null ? '–' : usd(row.usdPerMillionTokens)}</td>
      <td className={numCell}>{row.publicUsd === null ? '–' : usd(row.publicUsd)}</td>
    </tr>
  );
}

/** `61.5 h`; less than an hour in minutes or seconds. */
const hardwareTime = (hours: number): string =>
  hours < 1 ? duration(hours * 3_600_000) : `${decimal(hours.toFixed(1))} h`;
