import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { cx } from './cx.ts';

export interface ComboOption {
  readonly value: string;
  readonly note: string;
  readonly group: string;
}

/** A text field that suggests: typing is always allowed, arrows choose, Enter takes, Escape closes. */
export function Combobox({
  label,
  value,
  options,
  placeholder,
  hint,
  error,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly ComboOption[];
  readonly placeholder: string;
  readonly hint?: ReactNode;
  readonly error?: string | null;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const active = open ? options[at] : undefined;
  const take = (option: ComboOption): void => {
    onChange(option.value);
    setOpen(false);
    setAt(-1);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((current) => (current + step + options.length) % Math.max(1, options.length));
    } else if (event.key === 'Enter' && active !== undefined) {
      event.preventDefault();
      take(active);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      setOpen(false);
    }
  };
  const shown = open && options.length > 0;
  return (
    <div className="relative min-w-0">
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        role="combobox"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active === undefined ? undefined : `${id}-${at}`}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-hint`}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        className="field w-full font-mono text-sm"
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          setOpen(true);
          setAt(-1);
        }}
        onFocus={() => setOpen(value === '')}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <p id={`${id}-hint`} className={cx('mt-1 text-sm', error ? 'text-bad' : 'text-faint')}>
        {error ?? hint}
      </p>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        hidden={!shown}
        className="absolute top-[3.9rem] z-20 max-h-72 w-full overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-pop"
      >
        {options.map((option, index) => (
          <div
            key={`${option.group}-${option.value}`}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            // Before the field loses the focus and closes the list.
            onMouseDown={(event) => {
              event.preventDefault();
              take(option);
            }}
            className={cx(
              'flex cursor-pointer items-baseline gap-3 rounded-md px-2.5 py-1.5',
              index === at ? 'bg-accent-soft' : 'hover:bg-sunken',
            )}
          >
            <span className="min-w-0 truncate font-mono text-sm">{option.value}</span>
            <span className="grow truncate text-sm text-soft">{option.note}</span>
            <span className="shrink-0 text-xs text-faint">{option.group}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
