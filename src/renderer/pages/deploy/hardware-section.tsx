import type { ReactNode } from 'react';
import type { Plan } from '../../../shared/model.ts';
import type { Loaded } from '../../app/use-call.ts';
import { SelectField, TextField } from '../../components/field.tsx';
import { Loading, ProblemPanel, Section } from '../../components/surface.tsx';
import { changeDraft } from '../../stores/draft.ts';
import { chosenCandidate, type Draft, type DraftErrors } from '../../view/deploy-draft.ts';
import { minuteTime, priceUp } from '../../view/format.ts';
import { CandidateTable } from './candidate-table.tsx';
import { words } from './messages.ts';
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
      aside={
        value !== null && (
          <span className="num text-sm text-faint">prices as of {minuteTime(value.pricesAsOf)}</span>
        )
      }
      flush
    >
      <div className="flex flex-wrap gap-3 px-4 pb-3">
        <SelectField
          label={w.mode}
          className="w-48"
          value={draft.mode}
          onChange={(event) =>
            changeDraft({ mode: asMode(event.target.value), chosen: null, fallbackUsd: null })
          }
        >
          <option value="pod">Pod, by the hour</option>
          <option value="serverless">Serverless, by the second</option>
          <option value="auto">Whichever is cheaper</option>
        </SelectField>
        <SelectField
          label={w.cloud}
          className="w-32"
          value={draft.cloud}
          onChange={(event) =>
            changeDraft({ cloud: asCloud(event.target.value), chosen: null, fallbackUsd: null })
          }
        >
          <option value="SECURE">Secure</option>
          <option value="COMMUNITY">Community</option>
          <option value="ANY">Either</option>
        </SelectField>
        <TextField
          label={w.hours}
          className="w-36"
          unit="h a day"
          inputMode="decimal"
          value={draft.hoursPerDay}
          error={errors.hoursPerDay ?? null}
          onChange={(event) => changeDraft({ hoursPerDay: event.target.value })}
        />
        {value !== null && <Fallback draft={draft} plan={value} />}
      </div>
      {plan.problem !== null && value === null && (
        <div className="px-4 pb-4">
          <ProblemPanel problem={plan.problem} onRetry={plan.reload} />
        </div>
      )}
      {plan.loading && value === null && <Loading what={w.asking} />}
      {!plan.loading && value === null && plan.problem === null && (
        <p className="px-4 pb-5 text-soft">{w.choose}</p>
      )}
      {value !== null && (
        <div className={plan.loading ? 'opacity-60' : ''} aria-busy={plan.loading}>
          {value.candidates.length > 0 ? (
            <CandidateTable draft={draft} plan={value} />
          ) : (
            <p role="status" className="border-t border-line px-4 py-4 font-medium">
              {w.none} <span className="font-normal text-soft">{value.rejected[0]?.reason}</span>
            </p>
          )}
          <PlanDetails plan={value} />
        </div>
      )}
    </Section>
  );
}

/** What may be rented instead when the chosen hardware is taken: never dearer than said here. */
function Fallback({ draft, plan }: { readonly draft: Draft; readonly plan: Plan }): ReactNode {
  const chosen = chosenCandidate(draft, plan);
  if (chosen === null) return null;
  const prices = [
    ...new Set(
      plan.candidates
        .filter((candidate) => candidate !== chosen && candidate.usdPerHour >= chosen.usdPerHour)
        .map((candidate) => Math.ceil(candidate.usdPerHour * 100 - 1e-9) / 100),
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
      {prices.map((price) => (
        <option key={price} value={price}>
          {words.hardware.fallbackUpTo(priceUp(price))}
        </option>
      ))}
    </SelectField>
  );
}

const asMode = (value: string): Draft['mode'] => (value === 'serverless' || value === 'auto' ? value : 'pod');
const asCloud = (value: string): Draft['cloud'] =>
  value === 'COMMUNITY' || value === 'ANY' ? value : 'SECURE';
