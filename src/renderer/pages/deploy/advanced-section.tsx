import type { ReactNode } from 'react';
import type { Plan } from '../../../shared/model.ts';
import { CodeBlock } from '../../components/copy-field.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { LinesField, SelectField, SwitchRow, TextField } from '../../components/field.tsx';
import { ScheduleFields } from '../../components/schedule-fields.tsx';
import { changeDraft } from '../../stores/draft.ts';
import { chosenCandidate, type Draft, type DraftErrors, type Judged } from '../../view/deploy-draft.ts';
import { words } from './messages.ts';
import { VolumeSection } from './volume-section.tsx';

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
      <VolumeSection draft={draft} />
      <Disclosure summary={words.schedule}>
        <ScheduleFields value={draft.schedule} onChange={(schedule) => changeDraft({ schedule })} />
        {errors.schedule !== undefined && <p className="mt-1 text-sm text-bad">{errors.schedule}</p>}
      </Disclosure>
      <Disclosure summary={words.request}>
        {chosen !== null && (
          <p className="mb-2 text-sm text-soft">
            {words.starts.image} <code className="text-text">{chosen.image}</code>, {words.starts.with}{' '}
            <code className="text-text">{chosen.args.join(' ')}</code>,{' '}
            {words.starts.disk(chosen.containerDiskGb)}
            {chosen.minCudaVersion !== null && `, ${words.starts.cuda(chosen.minCudaVersion)}`}.
          </p>
        )}
        <CodeBlock label={words.fields.asJson} text={JSON.stringify(judged.spec ?? { name: '…' }, null, 2)} />
      </Disclosure>
    </div>
  );
}

const asOwnImage = (value: string): Draft['ownImage'] =>
  value === 'always' || value === 'never' ? value : 'auto';

function AdvancedFields({ draft, errors }: Props): ReactNode {
  return (
    <div className="grid grid-cols-3 gap-3 @max-5xl:grid-cols-2">
      <TextField
        label={words.fields.concurrency}
        inputMode="numeric"
        value={draft.concurrency}
        hint={words.fields.concurrencyHint}
        error={errors.concurrency ?? null}
        onChange={(event) => changeDraft({ concurrency: event.target.value })}
      />
      <SelectField
        label={words.fields.kvCache}
        value={draft.kvCacheDtype}
        onChange={(event) => changeDraft({ kvCacheDtype: event.target.value === 'fp8' ? 'fp8' : 'auto' })}
      >
        <option value="auto">{words.fields.kvAuto}</option>
        <option value="fp8">{words.fields.kvFp8}</option>
      </SelectField>
      <TextField
        label={words.fields.revision}
        placeholder="main"
        value={draft.revision}
        error={errors.revision ?? null}
        onChange={(event) => changeDraft({ revision: event.target.value })}
      />
      <TextField
        label={words.fields.aliases}
        placeholder="coder, gpt-4o"
        hint={words.fields.aliasesHint}
        value={draft.aliases}
        error={errors.aliases ?? null}
        onChange={(event) => changeDraft({ aliases: event.target.value })}
      />
      <TextField
        label={words.fields.image}
        placeholder={words.fields.imageHint}
        value={draft.image}
        error={errors.image ?? null}
        spellCheck={false}
        hint={draft.image.trim() === '' ? undefined : words.fields.privateImage}
        onChange={(event) => changeDraft({ image: event.target.value })}
      />
      <SelectField
        label={words.fields.ownImage}
        value={draft.ownImage}
        disabled={draft.image.trim() !== ''}
        hint={draft.image.trim() === '' ? words.fields.ownImageHint : words.fields.ownImageOver}
        onChange={(event) => changeDraft({ ownImage: asOwnImage(event.target.value) })}
      >
        <option value="auto">{words.fields.ownImages.auto}</option>
        <option value="always">{words.fields.ownImages.always}</option>
        <option value="never">{words.fields.ownImages.never}</option>
      </SelectField>
      <TextField
        label={words.fields.dataCenters}
        placeholder="EU-RO-1, US-KS-2"
        disabled={draft.volume !== null && draft.volume.dataCenterId !== null}
        hint={draft.volume === null ? words.fields.dataCentersHint : words.fields.dataCentersByVolume}
        value={draft.dataCenters}
        error={errors.dataCenters ?? null}
        spellCheck={false}
        onChange={(event) => changeDraft({ dataCenters: event.target.value })}
      />
      <TextField
        label={words.fields.disk}
        unit="GB"
        placeholder={words.fields.computed}
        inputMode="numeric"
        value={draft.containerDiskGb}
        error={errors.containerDiskGb ?? null}
        onChange={(event) => changeDraft({ containerDiskGb: event.target.value })}
      />
      <TextField
        label={words.fields.perBoot}
        unit="$"
        inputMode="decimal"
        value={draft.usdPerBoot}
        error={errors.usdPerBoot ?? null}
        onChange={(event) => changeDraft({ usdPerBoot: event.target.value })}
      />
      <SelectField
        label={words.fields.onStop}
        value={draft.onStop}
        onChange={(event) => changeDraft({ onStop: event.target.value === 'keep' ? 'keep' : 'terminate' })}
      >
        <option value="terminate">{words.fields.terminate}</option>
        <option value="keep">{words.fields.keep}</option>
      </SelectField>
      <LinesField
        label={words.fields.args}
        value={draft.extraArgs}
        error={errors.extraArgs ?? null}
        onChange={(event) => changeDraft({ extraArgs: event.target.value })}
      />
      <LinesField
        label={words.fields.env}
        value={draft.env}
        error={errors.env ?? null}
        onChange={(event) => changeDraft({ env: event.target.value })}
      />
      <div>
        <SwitchRow
          label={words.fields.wake}
          checked={draft.wakeOnRequest}
          onChange={(wakeOnRequest) => changeDraft({ wakeOnRequest })}
        />
        <SwitchRow
          label={words.fields.autostart}
          checked={draft.autostart}
          onChange={(autostart) => changeDraft({ autostart })}
        />
      </div>
    </div>
  );
}
