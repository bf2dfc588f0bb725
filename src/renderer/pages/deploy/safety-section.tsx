import type { ReactNode } from 'react';
import { SelectField, SwitchRow, TextField } from '../../components/field.tsx';
import { Section } from '../../components/surface.tsx';
import { changeDraft } from '../../stores/draft.ts';
import type { Draft, DraftErrors } from '../../view/deploy-draft.ts';
import { words } from './messages.ts';

export function SafetySection({
  draft,
  errors,
}: {
  readonly draft: Draft;
  readonly errors: DraftErrors;
}): ReactNode {
  const w = words.safety;
  return (
    <Section title={`3 · ${w.title}`}>
      <div className="flex flex-wrap items-start gap-x-6 gap-y-3">
        <SelectField
          label={w.policy}
          className="w-80"
          value={draft.idlePolicy}
          hint={draft.idlePolicy === 'computed' ? w.computedHint : undefined}
          onChange={(event) => changeDraft({ idlePolicy: asPolicy(event.target.value) })}
        >
          <option value="fixed">{w.policies.fixed}</option>
          <option value="computed">{w.policies.computed}</option>
          <option value="off">{w.policies.off}</option>
        </SelectField>
        {draft.idlePolicy !== 'off' && (
          <TextField
            label={draft.idlePolicy === 'fixed' ? w.idle : w.idleAtFirst}
            className="w-56"
            unit={w.idleUnit}
            inputMode="numeric"
            value={draft.idleMinutes}
            error={errors.idleMinutes ?? null}
            onChange={(event) => changeDraft({ idleMinutes: event.target.value })}
          />
        )}
        <TextField
          label={w.budget}
          className="w-44"
          unit={words.dollarsADay}
          inputMode="decimal"
          value={draft.usdPerDay}
          hint={w.budgetHint}
          error={errors.usdPerDay ?? null}
          onChange={(event) => changeDraft({ usdPerDay: event.target.value })}
        />
        <TextField
          label={w.deadline}
          className="w-40"
          unit="h"
          inputMode="decimal"
          value={draft.maxHours}
          error={errors.maxHours ?? null}
          onChange={(event) => changeDraft({ maxHours: event.target.value })}
        />
      </div>
      <div className="mt-1 max-w-xl">
        <SwitchRow
          label={w.guard}
          hint={draft.watchdog ? w.guardHint : w.guardOff}
          checked={draft.watchdog}
          onChange={(watchdog) => changeDraft({ watchdog })}
        />
      </div>
    </Section>
  );
}

const asPolicy = (value: string): Draft['idlePolicy'] =>
  value === 'computed' || value === 'off' ? value : 'fixed';
