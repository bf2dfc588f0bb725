import { useId, type ReactNode } from 'react';

/** A few exclusive choices side by side: real radio buttons, so arrow keys work and the state is spoken. */
export function Choice<T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly options: readonly { readonly id: T; readonly label: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}): ReactNode {
  const name = useId();
  return (
    <fieldset className="flex h-8 items-stretch overflow-hidden rounded-md border border-line-strong/60 bg-surface has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.id}
          className="flex cursor-pointer items-center px-2.5 text-sm font-medium text-soft not-first-of-type:border-l not-first-of-type:border-line hover:text-text has-checked:bg-accent-soft has-checked:text-accent-text"
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={option.id === value}
            onChange={() => onChange(option.id)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

/** Options from ids and a catalogue's words for them, in the order of the ids. */
export const labelled = <T extends string>(ids: readonly T[], labels: Readonly<Record<T, string>>) =>
  ids.map((id) => ({ id, label: labels[id] }));
