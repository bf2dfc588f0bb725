import { Fragment, useState, type ReactNode } from 'react';
import { takenOf, type Plan, type PlanCandidate, type Stock } from '../../../shared/model.ts';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { MemoryBar, MemoryLegend } from '../../components/memory-bar.tsx';
import { cell, headCell, numCell, numHead } from '../../components/request-table.tsx';
import { Tag } from '../../components/surface.tsx';
import { changeDraft } from '../../stores/draft.ts';
import { candidateKey, choicesOf, chosenCandidate, type Draft } from '../../view/deploy-draft.ts';
import { durationRange, priceUp, usd } from '../../view/format.ts';
import { memoryBar } from '../../view/memory-bar.ts';
import { words } from './messages.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { CoreText } from '../../components/core-text.tsx';

const STOCK_TONES: Readonly<Record<Stock, 'ok' | 'warn' | 'bad' | undefined>> = {
  HIGH: 'ok',
  MEDIUM: undefined,
  LOW: 'warn',
  NONE: 'bad',
  UNKNOWN: undefined,
};

/** The cheapest few are what most choose among; the page goes on below them. */
const FIRST = 6;

export function CandidateTable({ draft, plan }: { readonly draft: Draft; readonly plan: Plan }): ReactNode {
  const chosen = chosenCandidate(draft, plan);
  const choices = choicesOf(plan);
  const [all, setAll] = useState(false);
  const few = plan.candidates.length <= FIRST + 2;
  const shown = plan.candidates.filter(
    (candidate, index) => all || index < FIRST || few || candidate === chosen || candidate === takenOf(plan),
  );
  const more = plan.candidates.length - shown.length;
  return (
    <>
      <ScrollRegion
        className="overflow-x-auto border-t border-line"

        label={words.hardware.caption}
      >
        <table className="w-full">
          <caption className="sr-only">{words.hardware.caption}</caption>
          <thead>
            <tr className="border-b border-line">
              <th scope="col" className={headCell}>
                {words.table.hardware}
              </th>
              <th scope="col" className={numHead}>
                {words.table.price}
              </th>
              <th scope="col" className={headCell}>
                <span className="flex flex-wrap items-center gap-x-3">
                  {words.table.memory} <MemoryLegend />
                </span>
              </th>
              <th scope="col" className={headCell}>
                {words.table.stock}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((candidate) => (
              <Row
                key={candidateKey(candidate)}
                candidate={candidate}
                plan={plan}
                checked={candidate === chosen}
                recommended={candidate === takenOf(plan)}
                later={!choices.includes(candidate)}
              />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {more > 0 && (
        <div className="border-t border-line px-4 py-1.5">
          <Button size="sm" look="ghost" onClick={() => setAll(true)}>
            {words.hardware.more(more)}
          </Button>
        </div>
      )}
    </>
  );
}

function Row({
  candidate,
  plan,
  checked,
  recommended,
  later,
}: {
  readonly candidate: PlanCandidate;
  readonly plan: Plan;
  readonly checked: boolean;
  readonly recommended: boolean;
  /** Of the kind that mode `auto` may change to, and does not begin with. */
  readonly later: boolean;
}): ReactNode {
  const tone = STOCK_TONES[candidate.stock];
  const gpus = `${candidate.gpuCount > 1 ? `${candidate.gpuCount} × ` : ''}${candidate.gpuName}`;
  const { low, high, from } = candidate.secondsToFirstToken;
  return (
    <tr className={checked ? 'bg-accent-soft' : 'hover:bg-sunken/70'}>
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- the radio's label is the name of the hardware */}
      <th scope="row" className={`${cell} font-normal`}>
        <label className={cx('flex items-start gap-2.5', later ? 'text-soft' : 'cursor-pointer')}>
          <input
            type="radio"
            name="candidate"
            className="mt-1 size-4 accent-accent"
            checked={checked}
            disabled={later}
            onChange={() => changeDraft({ chosen: candidateKey(candidate), fallbackUsd: null })}
          />
          <span>
            <span className="font-medium">{gpus}</span>{' '}
            {recommended && <Tag tone="accent">{words.table.cheapest}</Tag>}
            <span className="block max-w-64 text-sm whitespace-normal text-soft">
              {candidate.kind === 'serverless'
                ? words.table.serverless
                : candidate.cloud === 'SECURE'
                  ? words.table.secure
                  : words.table.community}
              {/* The others’ notes would make the table long; they come with the choice. */}
              {checked &&
                candidate.notes.map((note) => (
                  <Fragment key={note}>
                    {' '}
                    · <CoreText text={note} />
                  </Fragment>
                ))}
            </span>
          </span>
        </label>
      </th>
      <td className={numCell}>
        <span className="font-semibold">{priceUp(candidate.usdPerHour)}</span>
        {candidate.kind === 'serverless' && (
          <span className="block text-sm text-soft">{words.table.whileRunning}</span>
        )}
        <span className="block text-sm text-soft">
          {usd(candidate.usdPerDay)} {words.table.aDay}
        </span>
      </td>
      <td className={`${cell} w-1/3 min-w-36`}>
        <MemoryBar look={memoryBar(plan.memory, candidate)} tight={candidate.tight} />
      </td>
      <td className={cell}>
        <Tag {...(tone === undefined ? {} : { tone })}>{words.stock[candidate.stock]}</Tag>
        <span
          className="num block text-sm text-soft"
          title={from === 'history' ? words.bar.history : words.bar.table}
        >
          {durationRange(low * 1000, high * 1000)} {words.table.toStart}
        </span>
      </td>
    </tr>
  );
}
