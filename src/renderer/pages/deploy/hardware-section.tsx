import type { ReactNode } from 'react';
import { takenOf, type Plan } from '../../../shared/model.ts';
import { upToCents } from '../../../shared/money.ts';
import type { Loaded } from '../../app/use-call.ts';
import { Button } from '../../components/button.tsx';
import { SelectField, TextField } from '../../components/field.tsx';
import { Loading, ProblemPanel, Section } from '../../components/surface.tsx';
import { changeDraft } from '../../stores/draft.ts';
import { choicesOf, chosenCandidate, type Draft, type DraftErrors } from '../../view/deploy-draft.ts';
import { hardwareLimits } from '../../view/draft-from.ts';
import { minuteTime, priceUp } from '../../view/format.ts';
import { CandidateTable } from './candidate-table.tsx';
import { words } from './messages.ts';
import { WorkerFields } from './worker-fields.tsx';
import { PlanDetails } from './plan-details.tsx';

export function HardwareSection({
  draft,
  errors,
  plan,
}: {
  readonly draft: Draft;
  readonly errors: DraftErrors;
  readonly plan: Loaded<Plan>;
}): ReactNode {
  const w = words.hardware;
  const value = plan.value;
  return (
    <Section
      title={`2 · ${w.title}`}
      aside={value !== null && <PricesAsOf plan={value} loading={plan.loading} />}
      flush
    >
      <div className="flex flex-wrap gap-3 px-4 pb-3">
        <SelectField
          label={w.mode}
          className="w-64"
          value={draft.mode}
          onChange={(event) =>
            changeDraft({ mode: asMode(event.target.value), chosen: null, fallbackUsd: null })
          }
        >
          <option value="pod">{words.modes.pod}</option>
          <option value="serverless">{words.modes.serverless}</option>
          <option value="auto">{words.modes.auto}</option>
        </SelectField>
        {draft.mode !== 'serverless' && (
          <SelectField
            label={w.cloud}
            className="w-32"
            value={draft.cloud}
            onChange={(event) =>
              changeDraft({ cloud: asCloud(event.target.value), chosen: null, fallbackUsd: null })
            }
          >
            <option value="SECURE">{words.clouds.secure}</option>
            <option value="COMMUNITY">{words.clouds.community}</option>
            <option value="ANY">{words.clouds.any}</option>
          </SelectField>
        )}
        <TextField
          label={w.hours}
          className="w-36"
          unit={words.hoursADay}
          inputMode="decimal"
          value={draft.hoursPerDay}
          error={errors.hoursPerDay ?? null}
          onChange={(event) => changeDraft({ hoursPerDay: event.target.value })}
        />
        {value !== null && <Fallback draft={draft} plan={value} />}
      </div>
      {draft.mode !== 'pod' && <WorkerFields draft={draft} errors={errors} />}
      {draft.only !== null && <Limits only={draft.only} />}
      {plan.problem !== null && value === null && (
        <div className="px-4 pb-4">
          <ProblemPanel problem={plan.problem} onRetry={plan.reload} />
        </div>
      )}
      {plan.loading && value === null && <Loading what={w.asking} />}
      {!plan.loading && value === null && plan.problem === null && (
        <p className="px-4 pb-5 text-soft">{w.choose}</p>
      )}
      {value !== null && <Choices draft={draft} plan={value} loading={plan.loading} />}
    </Section>
  );
}

function PricesAsOf({ plan, loading }: { readonly plan: Plan; readonly loading: boolean }): ReactNode {
  return (
    <span className="num text-sm text-faint">
      {loading ? words.hardware.asking : `${words.pricesAsOf} ${minuteTime(plan.pricesAsOf)}`}
    </span>
  );
}

function Choices({
  draft,
  plan,
  loading,
}: {
  readonly draft: Draft;
  readonly plan: Plan;
  readonly loading: boolean;
}): ReactNode {
  return (
    <div aria-busy={loading}>
      <Begins plan={plan} />
      {plan.candidates.length > 0 ? (
        <CandidateTable draft={draft} plan={plan} />
      ) : (
        <p role="status" className="border-t border-line px-4 py-4 font-medium">
          {words.hardware.none} <span className="font-normal text-soft">{plan.rejected[0]?.reason}</span>
        </p>
      )}
      <PlanDetails plan={plan} />
    </div>
  );
}

/** Mode `auto` weighs both kinds, and begins with one. */
function Begins({ plan }: { readonly plan: Plan }): ReactNode {
  const taken = takenOf(plan);
  if (taken === null || choicesOf(plan).length === plan.candidates.length) return null;
  return <p className="px-4 pb-3 text-sm text-soft">{words.table.begins(taken.kind)}</p>;
}

/** A file or a copied deployment narrows the choice; a click widens it again. */
function Limits({ only }: { readonly only: NonNullable<Draft['only']> }): ReactNode {
  return (
    <p className="flex flex-wrap items-center gap-2 px-4 pb-3 text-sm">
      <span className="text-soft">{words.hardware.only(hardwareLimits(only))}</span>
      <Button size="sm" onClick={() => changeDraft({ only: null, chosen: null, fallbackUsd: null })}>
        {words.hardware.any}
      </Button>
    </p>
  );
}

/** What may be rented instead when the chosen hardware is taken: never dearer than said here. */
function Fallback({ draft, plan }: { readonly draft: Draft; readonly plan: Plan }): ReactNode {
  const chosen = chosenCandidate(draft, plan);
  if (chosen === null) return null;
  const prices = [
    ...new Set(
      choicesOf(plan)
        .filter((candidate) => candidate !== chosen && candidate.usdPerHour >= chosen.usdPerHour)
        .map((candidate) => upToCents(candidate.usdPerHour)),
    ),
  ].slice(0, 5);
  return (
    <SelectField
      label={words.hardware.fallback}
      className="w-56"
      value={draft.fallbackUsd ?? ''}
      onChange={(event) =>
        changeDraft({ fallbackUsd: event.target.value === '' ? null : Number(event.target.value) })
      }
    >
      <option value="">{words.hardware.fallbackNone}</option>
      {prices.concat(agreed(draft, prices)).map((price) => (
        <option key={price} value={price}>
          {words.hardware.fallbackUpTo(priceUp(price))}
        </option>
      ))}
    </SelectField>
  );
}

/** A price that came with a file is kept though no candidate has it. */
const agreed = (draft: Draft, prices: readonly number[]): number[] =>
  draft.fallbackUsd === null || prices.includes(draft.fallbackUsd) ? [] : [draft.fallbackUsd];

const asMode = (value: string): Draft['mode'] => (value === 'serverless' || value === 'auto' ? value : 'pod');
const asCloud = (value: string): Draft['cloud'] =>
  value === 'COMMUNITY' || value === 'ANY' ? value : 'SECURE';
