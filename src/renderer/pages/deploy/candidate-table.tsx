import type { ReactNode } from 'react';
import type { Plan, PlanCandidate, Stock } from '../../../shared/model.ts';
import { MemoryBar, MemoryLegend } from '../../components/memory-bar.tsx';
import { cell, headCell, numCell, numHead } from '../../components/request-table.tsx';
import { Tag } from '../../components/surface.tsx';
import { changeDraft } from '../../stores/draft.ts';
import { candidateKey, chosenCandidate, type Draft } from '../../view/deploy-draft.ts';
import { durationRange, usd, usdPerHour } from '../../view/format.ts';
import { memoryBar } from '../../view/memory-bar.ts';
import { words } from './messages.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';

const STOCK: Readonly<Record<Stock, { readonly word: string; readonly tone?: 'ok' | 'warn' | 'bad' }>> = {
  HIGH: { word: 'High', tone: 'ok' },
  MEDIUM: { word: 'Medium' },
  LOW: { word: 'Low', tone: 'warn' },
  NONE: { word: 'None', tone: 'bad' },
  UNKNOWN: { word: 'Unknown' },
};

export function CandidateTable({ draft, plan }: { readonly draft: Draft; readonly plan: Plan }): ReactNode {
  const chosen = chosenCandidate(draft, plan);
  return (
    <ScrollRegion
      className="overflow-x-auto border-t border-line"

      label={words.hardware.caption}
    >
      <table className="w-full">
        <caption className="sr-only">{words.hardware.caption}</caption>
        <thead>
          <tr className="border-b border-line">
            <th scope="col" className={headCell}>
              Hardware
            </th>
            <th scope="col" className={numHead}>
              Price
            </th>
            <th scope="col" className={headCell}>
              <span className="flex flex-wrap items-center gap-x-3">
                Memory of one GPU <MemoryLegend />
              </span>
            </th>
            <th scope="col" className={headCell}>
              Stock, start
            </th>
          </tr>
        </thead>
        <tbody>
          {plan.candidates.map((candidate) => (
            <Row
              key={candidateKey(candidate)}
              candidate={candidate}
              plan={plan}
              checked={candidate === chosen}
              recommended={candidate === plan.candidates[0]}
            />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function Row({
  candidate,
  plan,
  checked,
  recommended,
}: {
  readonly candidate: PlanCandidate;
  readonly plan: Plan;
  readonly checked: boolean;
  readonly recommended: boolean;
}): ReactNode {
  const stock = STOCK[candidate.stock];
  const gpus = `${candidate.gpuCount > 1 ? `${candidate.gpuCount} × ` : ''}${candidate.gpuName}`;
  const { low, high, from } = candidate.secondsToFirstToken;
  return (
    <tr className={checked ? 'bg-accent-soft' : 'hover:bg-sunken/70'}>
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- the radio's label is the name of the hardware */}
      <th scope="row" className={`${cell} font-normal`}>
        <label className="flex cursor-pointer items-start gap-2.5">
          <input
            type="radio"
            name="candidate"
            className="mt-1 size-4 accent-accent"
            checked={checked}
            onChange={() => changeDraft({ chosen: candidateKey(candidate), fallbackUsd: null })}
          />
          <span>
            <span className="font-medium">{gpus}</span>{' '}
            {recommended && <Tag tone="accent">cheapest that fits</Tag>}
            <span className="block max-w-64 text-sm whitespace-normal text-soft">
              {candidate.kind === 'serverless'
                ? 'serverless'
                : candidate.cloud === 'SECURE'
                  ? 'secure cloud'
                  : 'community cloud'}
              {/* The others’ notes would make the table long; they come with the choice. */}
              {checked && candidate.notes.map((note) => ` · ${note}`)}
            </span>
          </span>
        </label>
      </th>
      <td className={numCell}>
        <span className="font-semibold">{usdPerHour(candidate.usdPerHour)}</span>
        <span className="block text-sm text-soft">{usd(candidate.usdPerDay)} a day</span>
      </td>
      <td className={`${cell} w-1/3 min-w-36`}>
        <MemoryBar look={memoryBar(plan.memory, candidate)} tight={candidate.tight} />
      </td>
      <td className={cell}>
        <Tag {...(stock.tone === undefined ? {} : { tone: stock.tone })}>{stock.word}</Tag>
        <span
          className="num block text-sm text-soft"
          title={from === 'history' ? words.bar.history : words.bar.table}
        >
          {durationRange(low * 1000, high * 1000)} to start
        </span>
      </td>
    </tr>
  );
}
