import { Switch as RadixSwitch } from 'radix-ui';
import { useId, type ComponentProps, type ReactNode } from 'react';
import { cx } from './cx.ts';

interface Around {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | null;
  readonly unit?: string;
  readonly className?: string;
}

/** Label, control, hint and error, tied together for those who do not see them side by side. */
function useAround(around: Around): {
  readonly id: string;
  readonly describedBy: string | undefined;
  readonly hintId: string;
  readonly errorId: string;
} {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const parts = [around.hint === undefined ? '' : hintId, around.error ? errorId : ''].filter(Boolean);
  return { id, hintId, errorId, describedBy: parts.length === 0 ? undefined : parts.join(' ') };
}

function Frame({
  around,
  ids,
  children,
}: {
  readonly around: Around;
  readonly ids: ReturnType<typeof useAround>;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={cx('min-w-0', around.className)}>
      <label htmlFor={ids.id} className="mb-1 block text-sm font-medium">
        {around.label}
      </label>
      <div className="flex items-center gap-2">
        {children}
        {around.unit !== undefined && (
          <span className="text-sm whitespace-nowrap text-soft">{around.unit}</span>
        )}
      </div>
      {around.hint !== undefined && (
        <p id={ids.hintId} className="mt-1 text-sm text-faint">
          {around.hint}
        </p>
      )}
      {around.error && (
        <p id={ids.errorId} className="mt-1 text-sm text-bad">
          {around.error}
        </p>
      )}
    </div>
  );
}

export function TextField({
  label,
  hint,
  error,
  unit,
  className,
  ...input
}: Around & Omit<ComponentProps<'input'>, 'id' | 'className'>): ReactNode {
  const around = { label, hint, error, unit, className } as Around;
  const ids = useAround(around);
  return (
    <Frame around={around} ids={ids}>
      <input
        {...input}
        id={ids.id}
        className="field w-full"
        aria-invalid={error ? true : undefined}
        aria-describedby={ids.describedBy}
      />
    </Frame>
  );
}

export function LinesField({
  label,
  hint,
  error,
  className,
  rows = 3,
  ...textarea
}: Around & Omit<ComponentProps<'textarea'>, 'id' | 'className'>): ReactNode {
  const around = { label, hint, error, className } as Around;
  const ids = useAround(around);
  return (
    <Frame around={around} ids={ids}>
      <textarea
        {...textarea}
        id={ids.id}
        rows={rows}
        spellCheck={false}
        className="field h-auto w-full py-1.5 font-mono text-sm"
        aria-invalid={error ? true : undefined}
        aria-describedby={ids.describedBy}
      />
    </Frame>
  );
}

export function SelectField({
  label,
  hint,
  error,
  unit,
  className,
  children,
  ...select
}: Around & Omit<ComponentProps<'select'>, 'id' | 'className'>): ReactNode {
  const around = { label, hint, error, unit, className } as Around;
  const ids = useAround(around);
  return (
    <Frame around={around} ids={ids}>
      <select {...select} id={ids.id} className="field w-full pr-1" aria-describedby={ids.describedBy}>
        {children}
      </select>
    </Frame>
  );
}

/** A row with a switch at its end: takes effect at once. */
export function SwitchRow({
  label,
  hint,
  checked,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}): ReactNode {
  const id = useId();
  return (
    <div className="flex items-center gap-4 py-2">
      <div className="grow">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint !== undefined && (
          <p id={`${id}-hint`} className="text-sm text-soft">
            {hint}
          </p>
        )}
      </div>
      <Switch
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
    </div>
  );
}

export function Switch(props: Omit<ComponentProps<typeof RadixSwitch.Root>, 'className'>): ReactNode {
  return (
    <RadixSwitch.Root
      {...props}
      className="relative h-6 w-10 shrink-0 rounded-full border border-line-strong bg-sunken align-middle transition-colors data-[state=checked]:border-accent data-[state=checked]:bg-accent"
    >
      <RadixSwitch.Thumb className="block size-4 translate-x-1 rounded-full bg-line-strong transition-transform data-[state=checked]:translate-x-[1.15rem] data-[state=checked]:bg-on-accent" />
    </RadixSwitch.Root>
  );
}
