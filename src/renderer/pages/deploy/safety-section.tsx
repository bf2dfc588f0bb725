import type { ReactNode } from 'react';
import { SwitchRow, TextField } from '../../components/field.tsx';
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
        <TextField
          label={w.idle}
          className="w-56"
          unit={w.idleUnit}
          inputMode="numeric"
          value={draft.idleOff ? '' : draft.idleMinutes}
          disabled={draft.idleOff}
          error={draft.idleOff ? null : (errors.idleMinutes ?? null)}
          onChange={(event) => changeDraft({ idleMinutes: event.target.value })}
        />
        <label className="mt-[1.7rem] flex h-[2.15rem] items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={draft.idleOff}
            onChange={(event) => changeDraft({ idleOff: event.target.checked })}
          />
          {w.never}
        </label>
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
      <div className="mt-1 max-w-2xl">
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
