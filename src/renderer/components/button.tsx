import { useId, type ComponentProps, type ReactNode } from 'react';
import { cx } from './cx.ts';
import { words } from './messages.ts';

type Look = 'primary' | 'secondary' | 'ghost' | 'danger';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  readonly look?: Look;
  readonly size?: 'md' | 'sm';
  readonly icon?: ReactNode;
  /** Why it cannot be pressed now: it stays in the tab order and says so (UX 3.7). */
  readonly blocked?: string | null | undefined;
}

const LOOKS: Readonly<Record<Look, string>> = {
  primary: 'bg-accent text-on-accent border-transparent hover:bg-accent-hover',
  secondary: 'bg-surface text-text border-line-strong/60 hover:bg-sunken',
  ghost: 'bg-transparent text-soft border-transparent hover:bg-sunken hover:text-text',
  danger: 'bg-transparent text-bad border-bad/60 hover:bg-bad-soft',
};

export const buttonClass = (look: Look = 'secondary', size: 'md' | 'sm' = 'md'): string =>
  cx(
    'inline-flex items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors duration-100 shrink-0 no-underline',
    'aria-disabled:opacity-55 aria-disabled:cursor-not-allowed',
    size === 'md' ? 'h-[2.15rem] px-3' : 'h-[1.86rem] px-2.5 text-sm',
    LOOKS[look],
  );

export function Button({
  look,
  size,
  icon,
  blocked,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps): ReactNode {
  const reasonId = useId();
  const isBlocked = blocked != null;
  return (
    <>
      <button
        type="button"
        {...rest}
        className={cx(buttonClass(look, size), className)}
        aria-disabled={isBlocked || undefined}
        aria-describedby={isBlocked ? reasonId : rest['aria-describedby']}
        title={isBlocked ? blocked : rest.title}
        onClick={isBlocked ? (event) => event.preventDefault() : onClick}
      >
        {icon}
        {children}
      </button>
      {isBlocked && (
        <span id={reasonId} className="sr-only">
          {blocked}
        </span>
      )}
    </>
  );
}

export function IconButton({
  label,
  icon,
  className,
  ...rest
}: Omit<ButtonProps, 'look' | 'size' | 'blocked' | 'children'> & { readonly label: string }): ReactNode {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={rest.title ?? label}
      className={cx(
        'inline-flex size-[1.86rem] shrink-0 items-center justify-center rounded-md text-soft transition-colors hover:bg-sunken hover:text-text',
        className,
      )}
    >
      {icon}
    </button>
  );
}

/** A control that starts spending: there is no way to make one without its price. */
export function SpendButton({
  verb,
  usdPerHour,
  after,
  ...rest
}: Omit<ButtonProps, 'children'> & {
  readonly verb: string;
  /** As text with its unit, such as `$0.45/h`; null = not known yet, and then it cannot be pressed. */
  readonly usdPerHour: string | null;
  readonly after?: string;
}): ReactNode {
  const unpriced = usdPerHour === null ? words.priceUnknown : null;
  const noPrice = rest.blocked == null ? words.askingPrice : '';
  return (
    <Button {...rest} blocked={rest.blocked ?? unpriced}>
      {verb} {usdPerHour === null ? noPrice : words.forPrice(usdPerHour)}
      {after === undefined ? '' : ` ${after}`}
    </Button>
  );
}
