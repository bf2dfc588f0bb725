import { FileInput } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Plan } from '../../../shared/model.ts';
import { useRoute } from '../../app/router.ts';
import { useCall, type Loaded } from '../../app/use-call.ts';
import { useDebounced } from '../../app/use-debounced.ts';
import { Button } from '../../components/button.tsx';
import { PageHead } from '../../components/page.tsx';
import { deploymentByName, useDeployments } from '../../stores/deployments.ts';
import { replaceDraft, useDraft } from '../../stores/draft.ts';
import { draftPlanWish, judgeDraft } from '../../view/deploy-draft.ts';
import { draftForModel, draftFromSpec } from '../../view/draft-from.ts';
import { AdvancedSection } from './advanced-section.tsx';
import { FileDialog } from './file-dialog.tsx';
import { HardwareSection } from './hardware-section.tsx';
import { words } from './messages.ts';
import { ModelSection } from './model-section.tsx';
import { PriceBar } from './price-bar.tsx';
import { SafetySection } from './safety-section.tsx';

const ASK_AFTER_MS = 300;

export default function Deploy(): ReactNode {
  useDraftFromAddress();
  const [importing, setImporting] = useState(false);
  const draft = useDraft((state) => state.draft);
  const byId = useDeployments((state) => state.byId);
  const typed = draftPlanWish(draft);
  const wish = useDebounced(typed, ASK_AFTER_MS);
  const asked = useCall('plan.make', wish);
  const plan: Loaded<Plan> =
    wish === null ? { ...asked, value: null, problem: null, loading: typed !== null } : asked;
  const current = plan.value?.model === draft.model.trim() ? plan.value : null;
  const judged = judgeDraft(
    draft,
    current,
    Object.values(byId).map((view) => view.name),
  );
  return (
    <>
      <PageHead title={words.title}>
        <Button icon={<FileInput size={14} aria-hidden />} onClick={() => setImporting(true)}>
          {words.file.open}
        </Button>
      </PageHead>
      <div className="min-h-0 grow scroll-pb-36 space-y-4 overflow-y-auto px-5 pt-1 pb-6">
        <ModelSection draft={draft} errors={judged.errors} plan={current} />
        <HardwareSection draft={draft} errors={judged.errors} plan={{ ...plan, value: current }} />
        <SafetySection draft={draft} errors={judged.errors} />
        <AdvancedSection draft={draft} errors={judged.errors} judged={judged} plan={current} />
      </div>
      <PriceBar
        draft={draft}
        judged={judged}
        plan={current}
        refused={plan.loading ? null : (plan.problem?.title ?? null)}
      />
      <FileDialog open={importing} onClose={() => setImporting(false)} />
    </>
  );
}

/** `?model=` begins anew with that model, `?from=` with a copy of a deployment. */
function useDraftFromAddress(): void {
  const route = useRoute();
  const model = route.page === 'deploy' ? route.model : null;
  const from = route.page === 'deploy' ? route.from : null;
  const source = useDeployments((state) => (from === null ? undefined : deploymentByName(state.byId, from)));
  const spec = source?.spec;
  useEffect(() => {
    if (model !== null) replaceDraft(draftForModel(model));
  }, [model]);
  // Once for each that is named: a later change of the original must not undo what was typed.
  const copied = useRef<string>(null);
  useEffect(() => {
    if (spec === undefined || copied.current === from) return;
    copied.current = from;
    replaceDraft(
      draftFromSpec(
        spec,
        Object.values(useDeployments.getState().byId).map((view) => view.name),
      ),
    );
  }, [from, spec]);
}
