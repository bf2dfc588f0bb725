import type { ReactNode } from 'react';
import type { Plan } from '../../../shared/model.ts';
import { CodeBlock } from '../../components/copy-field.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { LinesField, SelectField, SwitchRow, TextField } from '../../components/field.tsx';
import { ScheduleFields } from '../../components/schedule-fields.tsx';
import { changeDraft } from '../../stores/draft.ts';
import { chosenCandidate, type Draft, type DraftErrors, type Judged } from '../../view/deploy-draft.ts';
import { words } from './messages.ts';

interface Props {
  readonly draft: Draft;
  readonly errors: DraftErrors;
}

export function AdvancedSection({
  draft,
  errors,
  judged,
  plan,
}: Props & { readonly judged: Judged; readonly plan: Plan | null }): ReactNode {
  const chosen = chosenCandidate(draft, plan);
  return (
    <div className="rounded-lg border border-line bg-surface px-4 py-1">
      <Disclosure summary={words.advanced}>
        <AdvancedFields draft={draft} errors={errors} />
      </Disclosure>
      <Disclosure summary={words.schedule}>
        <ScheduleFields value={draft.schedule} onChange={(schedule) => changeDraft({ schedule })} />
        {errors.schedule !== undefined && <p className="mt-1 text-sm text-bad">{errors.schedule}</p>}
      </Disclosure>
      <Disclosure summary={words.request}>
        {chosen !== null && (
          <p className="mb-2 text-sm text-soft">
            Image <code className="text-text">{chosen.image}</code>, started with{' '}
            <code className="text-text">{chosen.args.join(' ')}</code>, {chosen.containerDiskGb} GB container
            disk
            {chosen.minCudaVersion !== null && `, CUDA ${chosen.minCudaVersion} or newer`}.
          </p>
        )}
        <CodeBlock label="deployment as JSON" text={JSON.stringify(judged.spec ?? { name: '…' }, null, 2)} />
      </Disclosure>
    </div>
  );
}

function AdvancedFields({ draft, errors }: Props): ReactNode {
  return (
    <div className="grid grid-cols-3 gap-3 @max-5xl:grid-cols-2">
      <TextField
        label="Requests at once"
        inputMode="numeric"
        value={draft.concurrency}
        hint="Of the full context; decides the KV cache."
        error={errors.concurrency ?? null}
        onChange={(event) => changeDraft({ concurrency: event.target.value })}
      />
      <SelectField
        label="KV cache"
        value={draft.kvCacheDtype}
        onChange={(event) => changeDraft({ kvCacheDtype: event.target.value === 'fp8' ? 'fp8' : 'auto' })}
      >
        <option value="auto">As the model</option>
        <option value="fp8">FP8, half the memory</option>
      </SelectField>
      <TextField
        label="Revision"
        placeholder="main"
        value={draft.revision}
        error={errors.revision ?? null}
        onChange={(event) => changeDraft({ revision: event.target.value })}
      />
      <TextField
        label="More names"
        placeholder="coder, gpt-4o"
        hint="Comma separated; clients may use any of them."
        value={draft.aliases}
        error={errors.aliases ?? null}
        onChange={(event) => changeDraft({ aliases: event.target.value })}
      />
      <TextField
        label="Image"
        placeholder="the stock image of the server"
        value={draft.image}
        error={errors.image ?? null}
        spellCheck={false}
        onChange={(event) => changeDraft({ image: event.target.value })}
      />
      <TextField
        label="Container disk"
        unit="GB"
        placeholder="computed"
        inputMode="numeric"
        value={draft.containerDiskGb}
        error={errors.containerDiskGb ?? null}
        onChange={(event) => changeDraft({ containerDiskGb: event.target.value })}
      />
      <TextField
        label="Most a start may cost"
        unit="$"
        inputMode="decimal"
        value={draft.usdPerBoot}
        error={errors.usdPerBoot ?? null}
        onChange={(event) => changeDraft({ usdPerBoot: event.target.value })}
      />
      <SelectField
        label="When stopped"
        value={draft.onStop}
        onChange={(event) => changeDraft({ onStop: event.target.value === 'keep' ? 'keep' : 'terminate' })}
      >
        <option value="terminate">Remove the pod, nothing bills</option>
        <option value="keep">Keep the pod and its disk, disk bills</option>
      </SelectField>
      <div />
      <LinesField
        label="Server arguments, one a line"
        value={draft.extraArgs}
        error={errors.extraArgs ?? null}
        onChange={(event) => changeDraft({ extraArgs: event.target.value })}
      />
      <LinesField
        label="Environment, NAME=value a line"
        value={draft.env}
        error={errors.env ?? null}
        onChange={(event) => changeDraft({ env: event.target.value })}
      />
      <div>
        <SwitchRow
          label="Start on request"
          checked={draft.wakeOnRequest}
          onChange={(wakeOnRequest) => changeDraft({ wakeOnRequest })}
        />
        <SwitchRow
          label="Start with the app"
          checked={draft.autostart}
          onChange={(autostart) => changeDraft({ autostart })}
        />
      </div>
    </div>
  );
}
