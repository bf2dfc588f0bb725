import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Schedule, Weekday } from '../../shared/model.ts';
import { Button, IconButton } from './button.tsx';
import { SelectField, SwitchRow } from './field.tsx';
import { words } from './messages.ts';

const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WEEK: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];
const MOST_ROWS = 14;

/** Habits by the clock on the wall (SPEC 3.12): when it may run, when it is to be ready, and a sleeping computer. */
export function ScheduleFields({
  value,
  onChange,
}: {
  readonly value: Schedule;
  readonly onChange: (value: Schedule) => void;
}): ReactNode {
  const change = (part: Partial<Schedule>): void => onChange({ ...value, ...part });
  return (
    <div className="space-y-3">
      <Rows
        title={words.schedule.hours}
        add={words.schedule.addHours}
        note={words.schedule.hoursNote}
        rows={value.hours}
        fresh={{ days: WEEK, from: '08:00', to: '18:00' }}
        onChange={(hours) => change({ hours })}
      >
        {(row, put) => (
          <>
            <TimeField
              label={words.schedule.from}
              value={row.from}
              onChange={(from) => put({ ...row, from })}
            />
            <TimeField label={words.schedule.to} value={row.to} onChange={(to) => put({ ...row, to })} />
          </>
        )}
      </Rows>
      <Rows
        title={words.schedule.prewarm}
        add={words.schedule.addPrewarm}
        note={words.schedule.prewarmNote}
        rows={value.prewarm}
        fresh={{ days: WEEK, at: '08:45' }}
        onChange={(prewarm) => change({ prewarm })}
      >
        {(row, put) => (
          <TimeField label={words.schedule.readyAt} value={row.at} onChange={(at) => put({ ...row, at })} />
        )}
      </Rows>
      <div className="flex flex-wrap items-start gap-x-8">
        {value.hours.length > 0 && (
          <SwitchRow
            label={words.schedule.outside}
            checked={value.wakeOutsideHours}
            onChange={(wakeOutsideHours) => change({ wakeOutsideHours })}
          />
        )}
        <SelectField
          label={words.schedule.onSleep}
          className="w-72"
          value={value.onSleep}
          onChange={(event) => change({ onSleep: event.target.value === 'stop' ? 'stop' : 'nothing' })}
        >
          <option value="nothing">{words.schedule.goesOn}</option>
          <option value="stop">{words.schedule.stopIt}</option>
        </SelectField>
      </div>
    </div>
  );
}

interface Row {
  days: Weekday[];
}

function Rows<R extends Row>({
  title,
  add,
  note,
  rows,
  fresh,
  onChange,
  children,
}: {
  readonly title: string;
  readonly add: string;
  readonly note: string;
  readonly rows: readonly R[];
  readonly fresh: R;
  readonly onChange: (rows: R[]) => void;
  readonly children: (row: R, put: (row: R) => void) => ReactNode;
}): ReactNode {
  const put = (index: number, row: R): void => onChange(rows.with(index, row));
  return (
    <fieldset className="space-y-2">
      <legend className="text-sm font-medium">{title}</legend>
      <p className="text-sm text-faint">{note}</p>
      {rows.map((row, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- rows have no identity but their place
        <div
          key={index}
          role="group"
          aria-label={`${title} ${index + 1}`}
          className="flex flex-wrap items-center gap-3"
        >
          <DayPicker days={row.days} onChange={(days) => put(index, { ...row, days })} />
          {children(row, (changed) => put(index, changed))}
          <IconButton
            label={words.schedule.remove(title, index + 1)}
            icon={<X size={14} aria-hidden />}
            onClick={() => onChange(rows.toSpliced(index, 1))}
          />
        </div>
      ))}
      <Button
        size="sm"
        icon={<Plus size={13} aria-hidden />}
        blocked={rows.length >= MOST_ROWS ? words.atMost(MOST_ROWS) : null}
        onClick={() => onChange([...rows, fresh])}
      >
        {add}
      </Button>
    </fieldset>
  );
}

/** The last day cannot be taken away: a row without days says nothing. */
function DayPicker({
  days,
  onChange,
}: {
  readonly days: readonly Weekday[];
  readonly onChange: (days: Weekday[]) => void;
}): ReactNode {
  return (
    <span className="flex overflow-hidden rounded-md border border-line-strong/60 bg-surface">
      {DAYS.map((id) => (
        <label
          key={id}
          className="flex h-8 min-w-8 cursor-pointer items-center justify-center text-sm text-soft not-first:border-l not-first:border-line hover:text-text has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-text has-focus-visible:outline-2 has-focus-visible:-outline-offset-2"
        >
          <input
            type="checkbox"
            className="sr-only"
            aria-label={words.schedule.days[id]}
            checked={days.includes(id)}
            onChange={(event) => {
              const next = DAYS.filter((day) => (day === id ? event.target.checked : days.includes(day)));
              if (next.length > 0) onChange(next);
            }}
          />
          <span aria-hidden>{words.schedule.shortDays[id]}</span>
        </label>
      ))}
    </span>
  );
}

function TimeField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <label className="flex items-center gap-2 text-sm">
      <span className="text-soft">{label}</span>
      <input
        type="time"
        required
        className="field num w-36"
        value={value}
        onChange={(event) => {
          if (event.target.value !== '') onChange(event.target.value);
        }}
      />
    </label>
  );
}
