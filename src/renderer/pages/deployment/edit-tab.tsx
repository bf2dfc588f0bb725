import { useState, type ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { say, tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { LinesField, SwitchRow, TextField } from '../../components/field.tsx';
import { ScheduleFields } from '../../components/schedule-fields.tsx';
import { Section, Tag } from '../../components/surface.tsx';
import { confirm } from '../../stores/confirm.ts';
import { putDeployment } from '../../stores/deployments.ts';
import { dropQuote } from '../../stores/quotes.ts';
import { editDraft, judgeEdit, type EditChange, type EditDraft } from '../../view/edit-draft.ts';

export function EditTab({ view }: { readonly view: DeploymentView }): ReactNode {
  const { client } = useApp();
  const [draft, setDraft] = useState(() => editDraft(view.spec));
  const [saving, setSaving] = useState(false);
  const change = (part: Partial<EditDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const judged = judgeEdit(view.spec, draft);
  const wiping = view.pod !== null && judged.changes.some((entry) => entry.wipes);
  const locked = view.actions.includes('edit') ? null : 'Not while it is starting or stopping.';

  async function save(): Promise<void> {
    if (judged.spec === null) return;
    const effects = judged.changes
      .filter((entry) => entry.wipes)
      .map((entry) => `${entry.name} becomes ${entry.to}.`);
    const question = {
      title: `Apply and restart ${view.name}?`,
      effects: [...effects, 'The pod is replaced; everything on its container disk is cleared.'],
      verb: 'Apply and restart',
      tone: 'normal' as const,
    };
    if (wiping && !(await confirm(question))) return;
    setSaving(true);
    try {
      putDeployment(await client.call('deployments.edit', { deployment: view.id, spec: judged.spec }));
      dropQuote(view.id);
      say(`${view.name} was changed`);
    } catch (error) {
      tell(error, `Could not change ${view.name}`);
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
            (saving ? 'Being saved.' : judged.changes.length === 0 ? 'Nothing was changed.' : null)
          }
        >
          {wiping ? 'Apply and restart…' : 'Apply'}
        </Button>
        <Button onClick={() => setDraft(editDraft(view.spec))}>Undo changes</Button>
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
    <Section title="What changes">
      <ul className="space-y-1">
        {changes.map((entry) => (
          <li key={entry.name} className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium">{entry.name}</span>
            <del className="text-soft">{entry.from}</del>
            <span aria-hidden>→</span>
            <ins className="no-underline">{entry.to}</ins>
            {entry.wipes && wiping && <Tag tone="warn">restarts the pod, clears its disk</Tag>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

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
      <Section title="Takes effect at once">
        <div className="grid grid-cols-2 gap-3">
          {text('aliases', 'More names', undefined, 'Comma separated.')}
          {text('idleMinutes', 'Idle stop after', 'min')}
          {text('usdPerDay', 'Daily budget', '$', 'Empty = none of its own.')}
          {text('usdPerBoot', 'Most a start may cost', '$')}
          {text('maxUsdPerHour', 'Dearest hardware', '$/h', 'Empty = no limit.')}
        </div>
        <div className="mt-2">
          <SwitchRow
            label="Never stop by itself"
            checked={draft.idleOff}
            onChange={(idleOff) => change({ idleOff })}
          />
          <SwitchRow
            label="Start on request"
            checked={draft.wakeOnRequest}
            onChange={(wakeOnRequest) => change({ wakeOnRequest })}
          />
          <SwitchRow
            label="Start with the app"
            checked={draft.autostart}
            onChange={(autostart) => change({ autostart })}
          />
          <SwitchRow
            label="Keep the pod when stopped"
            hint="Its disk goes on billing at twice the running rate."
            checked={draft.onStop === 'keep'}
            onChange={(keep) => change({ onStop: keep ? 'keep' : 'terminate' })}
          />
        </div>
      </Section>
      <Section title="Replaces the pod">
        <div className="grid grid-cols-2 gap-3">
          {text('model', 'Model')}
          {text('contextTokens', 'Context', 'tokens')}
          {text('concurrency', 'Requests at once')}
          {text('maxHours', 'Watchdog stops it after', 'h')}
        </div>
        <LinesField
          label="Server arguments, one a line"
          className="mt-3"
          rows={4}
          value={draft.extraArgs}
          onChange={(event) => change({ extraArgs: event.target.value })}
        />
        <SwitchRow
          label="Watchdog on the pod"
          checked={draft.watchdog}
          onChange={(watchdog) => change({ watchdog })}
        />
      </Section>
      <Section title="Schedule" className="col-span-full">
        <ScheduleFields value={draft.schedule} onChange={(schedule) => change({ schedule })} />
      </Section>
    </div>
  );
}
