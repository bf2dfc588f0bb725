import { useState, type ReactNode } from 'react';
import { quietHoursSchema } from '../../../shared/quiet-hours.ts';
import { SwitchRow, TextField } from '../../components/field.tsx';
import { Section } from '../../components/surface.tsx';
import { words } from './messages.ts';
import type { Inside } from './with-settings.tsx';

const USUAL = { from: '22:00', to: '07:00' };

/** When only money and loss are told. */
export function QuietHoursSection({ settings, save }: Inside): ReactNode {
  const { notifications } = settings;
  const hours = notifications.quietHours;
  const w = words.quiet;
  const set = (quietHours: typeof hours): void =>
    save({ ...settings, notifications: { ...notifications, quietHours } });
  return (
    <Section title={w.title}>
      <SwitchRow
        label={w.label}
        hint={w.hint}
        checked={hours !== null}
        onChange={(on) => set(on ? USUAL : null)}
      />
      {hours !== null && <Hours key={`${hours.from} ${hours.to}`} hours={hours} onChange={set} />}
    </Section>
  );
}

function Hours({
  hours,
  onChange,
}: {
  readonly hours: typeof USUAL;
  readonly onChange: (hours: typeof USUAL) => void;
}): ReactNode {
  const [draft, setDraft] = useState(hours);
  const w = words.quiet;
  const next = quietHoursSchema.safeParse(draft);
  const keep = (): void => {
    if (next.success && (next.data.from !== hours.from || next.data.to !== hours.to)) onChange(next.data);
  };
  return (
    <div className="flex gap-4 pt-1">
      <TextField
        type="time"
        label={w.from}
        className="w-40"
        value={draft.from}
        onChange={(event) => setDraft({ ...draft, from: event.target.value })}
        onBlur={keep}
      />
      <TextField
        type="time"
        label={w.to}
        className="w-40"
        value={draft.to}
        error={next.success ? null : w.wrong}
        onChange={(event) => setDraft({ ...draft, to: event.target.value })}
        onBlur={keep}
      />
    </div>
  );
}
