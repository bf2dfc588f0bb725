import { Rocket } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { Plan, PlanCandidate } from '../../../shared/model.ts';
import { upToCents } from '../../../shared/money.ts';
import { tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { navigate, to } from '../../app/router.ts';
import { Button, SpendButton } from '../../components/button.tsx';
import { putDeployment } from '../../stores/deployments.ts';
import { replaceDraft } from '../../stores/draft.ts';
import {
  allowedUnder,
  candidateKey,
  chosenCandidate,
  draftPlanWish,
  keptWorkers,
  mostMachines,
  EMPTY_DRAFT,
  priceRose,
  type Draft,
  type Judged,
} from '../../view/deploy-draft.ts';
import { durationRange, perHourExact, priceOf, priceUp, priceUpRange, usd } from '../../view/format.ts';
import { words } from './messages.ts';

interface Props {
  readonly draft: Draft;
  readonly judged: Judged;
  readonly plan: Plan | null;
  /** Why there is no price for what was asked; null = there is one, or it is being asked for. */
  readonly refused: string | null;
}

/** What it costs, always in sight, and the one button that spends. */
export function PriceBar({ draft, judged, plan, refused }: Props): ReactNode {
  const chosen = chosenCandidate(draft, plan);
  const deploy = useDeploy({ draft, judged, plan });
  const complaint = draft.model === '' ? null : (Object.values(judged.errors)[0] ?? null);
  return (
    <footer className="shrink-0 border-t border-line bg-surface px-5 py-3 shadow-[0_-4px_16px_rgb(0_0_0/0.05)]">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="num min-w-0 shrink grow basis-72" aria-live="polite">
          {deploy.change !== null ? (
            <p className="font-medium text-warn">{deploy.change}</p>
          ) : complaint !== null ? (
            <p className="text-bad">{complaint}</p>
          ) : (
            chosen !== null && plan !== null && <Sums draft={draft} chosen={chosen} plan={plan} />
          )}
        </div>
        {draft.model !== '' && (
          <Button look="ghost" onClick={() => replaceDraft(EMPTY_DRAFT)}>
            {words.bar.cancel}
          </Button>
        )}
        <SpendButton
          look="primary"
          icon={<Rocket size={15} aria-hidden />}
          verb={words.bar.verb}
          usdPerHour={chosen === null || plan === null ? null : priceRange(draft, plan, chosen)}
          blocked={
            deploy.busy ? words.bar.busy : judged.spec === null ? (complaint ?? words.bar.noModel) : refused
          }
          onClick={deploy.run}
        />
      </div>
    </footer>
  );
}

function priceRange(draft: Draft, plan: Plan, chosen: PlanCandidate): string {
  const { maxUsdPerHour } = allowedUnder(draft, plan, chosen);
  const kept = chosen.kind === 'pod' ? 0 : keptWorkers(draft);
  if (kept > 0) return words.workers.keptPrice(priceUpRange(chosen.usdPerHour * kept, maxUsdPerHour * kept));
  return priceOf(chosen.kind, priceUpRange(chosen.usdPerHour, maxUsdPerHour));
}

/** `$0.40/h GPU + $0.0055/h disk = $0.4055/h`: exact, where the button rounds up (UX 3.4 C). */
function priceParts({ parts, usdPerHour }: PlanCandidate): string {
  const sum = perHourExact(usdPerHour);
  return words.bar.parts(perHourExact(parts.gpuUsdPerHour), perHourExact(parts.diskUsdPerHour), sum);
}

function Sums({
  draft,
  chosen,
  plan,
}: {
  readonly draft: Draft;
  readonly chosen: PlanCandidate;
  readonly plan: Plan;
}): ReactNode {
  const { low, high, from } = chosen.secondsToFirstToken;
  const workers = mostMachines(draft, chosen);
  const kept = chosen.kind === 'pod' ? 0 : keptWorkers(draft);
  return (
    <>
      <p className="font-medium">
        {kept > 0 ? (
          <strong className="text-warn">
            {words.workers.keptCost(kept, `${usd(chosen.usdPerHour * kept)}/h`)}
          </strong>
        ) : (
          `${chosen.kind === 'pod' ? priceParts(chosen) : words.bar.idle} · ${words.bar.perDay(usd(chosen.usdPerDay), draft.hoursPerDay || '0')}`
        )}
        {plan.simulated && <span className="text-soft"> {words.bar.simulated}</span>}
      </p>
      <p className="text-sm text-soft">
        {words.bar.ready(durationRange(low * 1000, high * 1000))},{' '}
        {from === 'history' ? words.bar.history : words.bar.table} ·{' '}
        {chosen.kind === 'pod'
          ? words.bar.perBoot(usd(Number(draft.usdPerBoot) || null))
          : words.bar.workers(workers, `${usd(chosen.usdPerHour * workers)}/h`)}
      </p>
    </>
  );
}

/** Reads the price again at the click: a higher one asks for a second click (UX 3.4 C). */
function useDeploy({ draft, judged, plan }: Omit<Props, 'refused'>): {
  readonly busy: boolean;
  readonly change: string | null;
  readonly run: () => void;
} {
  const { client } = useApp();
  const [busy, setBusy] = useState(false);
  const [change, setChange] = useState<{
    readonly text: string;
    readonly key: string;
    readonly usd: number;
  } | null>(null);

  const shown = chosenCandidate(draft, plan);
  const shownKey = shown === null ? null : candidateKey(shown);

  async function attempt(): Promise<void> {
    const wish = draftPlanWish(draft);
    if (wish === null || shown === null || judged.spec === null) return;
    const fresh = await client.call('plan.make', wish);
    const now = fresh.candidates.find((candidate) => candidateKey(candidate) === candidateKey(shown));
    const accepted =
      change !== null &&
      now !== undefined &&
      change.key === candidateKey(now) &&
      now.usdPerHour <= change.usd;
    if (priceRose(shown, now) && !accepted) {
      setChange({
        text:
          now === undefined
            ? words.bar.gone
            : words.bar.rose(priceUp(shown.usdPerHour), priceUp(now.usdPerHour)),
        key: candidateKey(shown),
        usd: now?.usdPerHour ?? 0,
      });
      return;
    }
    const spec = accepted
      ? {
          ...judged.spec,
          compute: {
            ...judged.spec.compute,
            maxUsdPerHour: upToCents(now.usdPerHour * mostMachines(draft, now)),
          },
        }
      : judged.spec;
    const view = await client.call('deployments.create', { spec, start: true });
    putDeployment(view);
    replaceDraft(EMPTY_DRAFT);
    navigate(to.deployment(view.name));
  }

  return {
    busy,
    // A change told about one choice says nothing about another.
    change: change !== null && shownKey === change.key ? change.text : null,
    run() {
      setBusy(true);
      attempt()
        .catch((error: unknown) => tell(error, words.bar.failed))
        .finally(() => setBusy(false));
    },
  };
}
