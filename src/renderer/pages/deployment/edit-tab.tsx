import { useState, type ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { say, tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { LinesField, SelectField, SwitchRow, TextField } from '../../components/field.tsx';
import { ScheduleFields } from '../../components/schedule-fields.tsx';
import { Section, Tag } from '../../components/surface.tsx';
import { confirm } from '../../stores/confirm.ts';
import { putDeployment } from '../../stores/deployments.ts';
import { dropQuote } from '../../stores/quotes.ts';
import { editDraft, judgeEdit, type EditChange, type EditDraft } from '../../view/edit-draft.ts';
import { words } from './messages.ts';

export function EditTab({ view }: { readonly view: DeploymentView }): ReactNode {
  const { client } = useApp();
  const [draft, setDraft] = useState(() => editDraft(view.spec));
  const [saving, setSaving] = useState(false);
  const change = (part: Partial<EditDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const judged = judgeEdit(view.spec, draft);
  const wiping = view.pod !== null && judged.changes.some((entry) => entry.wipes);
  const locked = view.actions.includes('edit') ? null : words.edit.notNow;

  async function save(): Promise<void> {
    if (judged.spec === null) return;
    const effects = judged.changes
      .filter((entry) => entry.wipes)
      .map((entry) => words.edit.becomes(entry.name, entry.to));
    const question = {
      title: words.edit.restartTitle(view.name),
      effects: [...effects, words.edit.replaced],
      verb: words.edit.restartVerb,
      tone: 'normal' as const,
    };
    if (wiping && !(await confirm(question))) return;
    setSaving(true);
    try {
      putDeployment(await client.call('deployments.edit', { deployment: view.id, spec: judged.spec }));
      dropQuote(view.id);
      say(words.edit.changed(view.name));
    } catch (error) {
      tell(error, words.edit.failed(view.name));
    } finally {
      setSaving(false);
    }
  }

  return (
    <form
      className="space-y-4 px-5 py-4"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <EditFields draft={draft} change={change} />
      <Changes changes={judged.changes} error={judged.error} wiping={wiping} />
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          blocked={
            locked ??
            judged.error ??
            (saving ? words.edit.saving : judged.changes.length === 0 ? words.edit.nothing : null)
          }
        >
          {wiping ? words.edit.restartAsk : words.edit.apply}
        </Button>
        <Button onClick={() => setDraft(editDraft(view.spec))}>{words.edit.undo}</Button>
      </div>
    </form>
  );
}

function Changes({
  changes,
  error,
  wiping,
}: {
  readonly changes: readonly EditChange[];
  readonly error: string | null;
  readonly wiping: boolean;
}): ReactNode {
  if (error !== null) return <p className="text-bad">{error}</p>;
  if (changes.length === 0) return null;
  return (
    <Section title={words.edit.changes}>
      <ul className="space-y-1">
        {changes.map((entry) => (
          <li key={entry.name} className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium">{entry.name}</span>
            <del className="text-soft">{entry.from}</del>
            <span aria-hidden>→</span>
            <ins className="no-underline">{entry.to}</ins>
            {entry.wipes && wiping && <Tag tone="warn">{words.edit.wipes}</Tag>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

const IDLE_POLICIES = ['fixed', 'computed', 'off'] as const;
const OWN_IMAGES = ['auto', 'always', 'never'] as const;
const asPolicy = (value: string): EditDraft['idlePolicy'] =>
  IDLE_POLICIES.find((policy) => policy === value) ?? 'fixed';
const asOwnImage = (value: string): EditDraft['ownImage'] =>
  OWN_IMAGES.find((choice) => choice === value) ?? 'auto';

function EditFields({
  draft,
  change,
}: {
  readonly draft: EditDraft;
  readonly change: (part: Partial<EditDraft>) => void;
}): ReactNode {
  const text = (
    key: Exclude<keyof EditDraft, 'schedule'>,
    label: string,
    unit?: string,
    hint?: string,
  ): ReactNode => (
    <TextField
      label={label}
      {...(unit === undefined ? {} : { unit })}
      {...(hint === undefined ? {} : { hint })}
      value={String(draft[key])}
      onChange={(event) => change({ [key]: event.target.value })}
    />
  );
  return (
    <div className="grid grid-cols-2 gap-4 @max-3xl:grid-cols-1">
      <Section title={words.edit.atOnce}>
        <div className="grid grid-cols-2 gap-3">
          {text('aliases', words.edit.aliases, undefined, words.edit.commas)}
          <SelectField
            label={words.edit.policy}
            value={draft.idlePolicy}
            onChange={(event) => change({ idlePolicy: asPolicy(event.target.value) })}
          >
            {IDLE_POLICIES.map((policy) => (
              <option key={policy} value={policy}>
                {words.edit.policies[policy]}
              </option>
            ))}
          </SelectField>
          {draft.idlePolicy !== 'off' && text('idleMinutes', words.edit.idle, 'min')}
          {text('usdPerDay', words.edit.perDay, '$', words.edit.noOwn)}
          {text('usdPerBoot', words.edit.perBoot, '$')}
          {text('maxUsdPerHour', words.edit.dearest, '$/h', words.edit.noLimit)}
        </div>
        <div className="mt-2">
          <SwitchRow
            label={words.edit.wake}
            checked={draft.wakeOnRequest}
            onChange={(wakeOnRequest) => change({ wakeOnRequest })}
          />
          <SwitchRow
            label={words.edit.autostart}
            checked={draft.autostart}
            onChange={(autostart) => change({ autostart })}
          />
          <SwitchRow
            label={words.edit.keep}
            hint={words.edit.keepHint}
            checked={draft.onStop === 'keep'}
            onChange={(keep) => change({ onStop: keep ? 'keep' : 'terminate' })}
          />
        </div>
      </Section>
      <Section title={words.edit.replaces}>
        <div className="grid grid-cols-2 gap-3">
          {text('model', words.edit.model)}
          {text('contextTokens', words.edit.context, words.edit.tokens)}
          {text('concurrency', words.edit.concurrency)}
          {text('maxHours', words.edit.deadline, 'h')}
          {text('image', words.edit.image, undefined, words.edit.imageHint)}
          <SelectField
            label={words.edit.ownImage}
            value={draft.ownImage}
            disabled={draft.image.trim() !== ''}
            onChange={(event) => change({ ownImage: asOwnImage(event.target.value) })}
          >
            {OWN_IMAGES.map((choice) => (
              <option key={choice} value={choice}>
                {words.edit.ownImages[choice]}
              </option>
            ))}
          </SelectField>
          {text('containerDiskGb', words.edit.disk, 'GB', words.edit.diskHint)}
        </div>
        <LinesField
          label={words.edit.args}
          className="mt-3"
          rows={4}
          value={draft.extraArgs}
          onChange={(event) => change({ extraArgs: event.target.value })}
        />
        <LinesField
          label={words.edit.env}
          className="mt-3"
          rows={3}
          value={draft.env}
          onChange={(event) => change({ env: event.target.value })}
        />
        <SwitchRow
          label={words.edit.watchdog}
          checked={draft.watchdog}
          onChange={(watchdog) => change({ watchdog })}
        />
      </Section>
      <Section title={words.edit.schedule} className="col-span-full">
        <ScheduleFields value={draft.schedule} onChange={(schedule) => change({ schedule })} />
      </Section>
    </div>
  );
}
