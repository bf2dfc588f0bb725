import { useState, type ReactNode } from 'react';
import type { ImagePlan } from '../../../shared/images.ts';
import { tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { navigate, to } from '../../app/router.ts';
import { useCall } from '../../app/use-call.ts';
import { useDebounced } from '../../app/use-debounced.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { LinesField, SelectField, TextField } from '../../components/field.tsx';
import { ProblemPanel, Tag } from '../../components/surface.tsx';
import { bytes } from '../../view/format.ts';
import { EMPTY_IMAGE, judgeImage, type ImageDraft } from '../../view/image-draft.ts';
import { words } from './messages.ts';
import { CoreText } from '../../components/core-text.tsx';

const ASK_AFTER_MS = 300;

export function BuildDialog({
  open,
  onClose,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Dialog open={open} onClose={onClose} title={words.build} width="lg" className="mt-[5vh]">
      {open && <BuildForm onClose={onClose} />}
    </Dialog>
  );
}

function BuildForm({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { client } = useApp();
  const [draft, setDraft] = useState<ImageDraft>(EMPTY_IMAGE);
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<ImageDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const judged = judgeImage(draft);
  const asked = useDebounced(judged.request, ASK_AFTER_MS);
  const plan = useCall('images.plan', asked);
  const blocked = busy ? words.beingStarted : (Object.values(judged.errors)[0] ?? null);

  const build = async (push: boolean): Promise<void> => {
    if (judged.request === null) return;
    setBusy(true);
    try {
      const begun = await client.call('images.build', { request: judged.request, push });
      onClose();
      navigate(to.images(begun.id));
    } catch (error) {
      setBusy(false);
      tell(error, words.cannot.build);
    }
  };
  return (
    <div className="max-h-[80vh] space-y-4 overflow-y-auto px-5 pt-3 pb-5">
      <Fields draft={draft} errors={judged.errors} change={change} />
      {plan.problem !== null && asked !== null && (
        <ProblemPanel problem={plan.problem} onRetry={plan.reload} />
      )}
      {plan.value !== null && asked !== null && <PlanView plan={plan.value} draft={draft} change={change} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button blocked={blocked} onClick={() => void build(true)}>
          {words.buildAndPush}
        </Button>
        <Button look="primary" blocked={blocked} onClick={() => void build(false)}>
          {words.buildVerb}
        </Button>
      </div>
    </div>
  );
}

function Fields({
  draft,
  errors,
  change,
}: {
  readonly draft: ImageDraft;
  readonly errors: Readonly<Record<string, string>>;
  readonly change: (part: Partial<ImageDraft>) => void;
}): ReactNode {
  const shown = (field: string): string | null => (draft.model === '' ? null : (errors[field] ?? null));
  return (
    <div className="grid grid-cols-2 gap-3">
      <TextField
        data-first-focus
        label={words.model}
        value={draft.model}
        placeholder="Qwen/Qwen3-8B"
        spellCheck={false}
        error={shown('model')}
        onChange={(event) => change({ model: event.target.value })}
      />
      <TextField
        label={words.repository}
        value={draft.repository}
        placeholder="ghcr.io/me/llm"
        spellCheck={false}
        error={shown('repository')}
        onChange={(event) => change({ repository: event.target.value })}
      />
      <SelectField
        label={words.server}
        value={draft.backend}
        onChange={(event) => change({ backend: event.target.value === 'ollama' ? 'ollama' : 'vllm' })}
      >
        <option value="vllm">vLLM</option>
        <option value="ollama">Ollama</option>
      </SelectField>
      <SelectField
        label={words.madeFor}
        value={draft.target}
        onChange={(event) => change({ target: asTarget(event.target.value) })}
      >
        <option value="pod">{words.forPod}</option>
        <option value="queue">{words.forQueue}</option>
        <option value="load-balancer">{words.forBalancer}</option>
      </SelectField>
      <SelectField
        label={words.weights}
        value={draft.weights}
        hint={words.weightsHint}
        onChange={(event) => change({ weights: event.target.value === 'baked' ? 'baked' : 'download' })}
      >
        <option value="download">{words.downloaded}</option>
        <option value="baked">{words.baked}</option>
      </SelectField>
      <TextField
        label={words.base}
        value={draft.base}
        placeholder={words.baseHint}
        spellCheck={false}
        error={shown('base')}
        onChange={(event) => change({ base: event.target.value })}
      />
      <LinesField
        label={words.args}
        value={draft.args}
        error={shown('args')}
        onChange={(event) => change({ args: event.target.value })}
      />
      <LinesField
        label={words.packages}
        value={draft.packages}
        error={shown('packages')}
        onChange={(event) => change({ packages: event.target.value })}
      />
    </div>
  );
}

const asTarget = (value: string): ImageDraft['target'] =>
  value === 'queue' || value === 'load-balancer' ? value : 'pod';

/** The tag, where it exists already, and the Dockerfile, which can be edited. */
function PlanView({
  plan,
  draft,
  change,
}: {
  readonly plan: ImagePlan;
  readonly draft: ImageDraft;
  readonly change: (part: Partial<ImageDraft>) => void;
}): ReactNode {
  return (
    <div className="space-y-2 rounded-lg border border-line p-3">
      <p className="flex flex-wrap items-center gap-2">
        <code className="break-all">{plan.reference}</code>
        {plan.exists.local && <Tag tone="ok">{words.onMachine}</Tag>}
        {plan.exists.remote === true && <Tag tone="ok">{words.inRegistry}</Tag>}
        <span className="num text-sm text-soft">
          {words.context} {bytes(plan.contextBytes)}
        </span>
      </p>
      {plan.notes.map((note) => (
        <p key={note} className="text-sm text-soft">
          <CoreText text={note} />
        </p>
      ))}
      <Disclosure summary={draft.dockerfile === null ? words.dockerfile : words.dockerfileEdited}>
        <LinesField
          label={words.dockerfile}
          rows={14}
          value={draft.dockerfile ?? plan.dockerfile}
          onChange={(event) => change({ dockerfile: event.target.value })}
        />
        {draft.dockerfile !== null && (
          <Button size="sm" className="mt-2" onClick={() => change({ dockerfile: null })}>
            {words.generated}
          </Button>
        )}
      </Disclosure>
    </div>
  );
}
