import { CircleAlert } from 'lucide-react';
import { useId, type ReactNode } from 'react';
import type { Problem } from '../view/problem.ts';
import { Button } from './button.tsx';
import { cx } from './cx.ts';
import { words } from './messages.ts';

/** A titled part of a page. */
export function Section({
  title,
  aside,
  className,
  flush = false,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly className?: string;
  /** The content brings its own padding, as tables do. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cx('rounded-lg border border-line bg-surface', className)}>
      <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-1">
        <h2 id={id} className="grow font-semibold">
          {title}
        </h2>
        {aside}
      </div>
      <div className={flush ? '' : 'px-4 pb-4'}>{children}</div>
    </section>
  );
}

export function EmptyState({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-10 text-center">
      <p className="text-lg font-semibold">{title}</p>
      <div className="max-w-prose text-soft">{children}</div>
    </div>
  );
}

export function ProblemPanel({
  problem,
  onRetry,
}: {
  readonly problem: Problem;
  readonly onRetry?: () => void;
}): ReactNode {
  return (
    <div className="flex gap-3 rounded-lg border border-bad/40 bg-bad-soft px-4 py-3">
      <CircleAlert size={18} className="mt-0.5 shrink-0 text-bad" aria-hidden />
      <div className="min-w-0 grow">
        <p className="font-medium break-words">{problem.title}</p>
        <p className="text-soft">{problem.advice}</p>
        {problem.detail !== null && (
          <p lang="en" className="text-sm break-words text-soft">
            {problem.detail}
          </p>
        )}
        {problem.requestId !== null && (
          <p className="text-sm text-soft">
            {words.runpodRequest} <code>{problem.requestId}</code>
          </p>
        )}
      </div>
      {onRetry !== undefined && (
        <Button size="sm" onClick={onRetry}>
          {words.tryAgain}
        </Button>
      )}
    </div>
  );
}

/** Grey bars where content will be; said once, not shown as a spinner. */
export function Loading({ what, lines = 3 }: { readonly what: string; readonly lines?: number }): ReactNode {
  return (
    <div role="status" data-loading className="space-y-2.5 p-4">
      <span className="sr-only">{words.loading(what)}</span>
      {Array.from({ length: lines }, (_, line) => (
        <div
          key={line}
          className={cx(
            'h-4 rounded bg-sunken',
            line % 3 === 2 ? 'w-1/2' : line % 3 === 1 ? 'w-4/5' : 'w-full',
          )}
        />
      ))}
    </div>
  );
}

/** A figure with its name and what it is measured against. */
export function Stat({
  label,
  value,
  note,
  tone,
}: {
  readonly label: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
  readonly tone?: 'warn' | 'bad' | undefined;
}): ReactNode {
  return (
    <div className="min-w-0 px-4 py-3">
      <dt className="text-sm text-soft">{label}</dt>
      <dd
        className={cx(
          'num mt-0.5 truncate text-xl font-semibold tracking-tight',
          tone === 'warn' && 'text-warn',
          tone === 'bad' && 'text-bad',
        )}
      >
        {value}
      </dd>
      {note !== undefined && <dd className="num text-sm text-faint">{note}</dd>}
    </div>
  );
}

export function StatRow({
  label,
  columns,
  age,
  children,
}: {
  readonly label: string;
  readonly columns: 5 | 6;
  /** When the figures were read; old ones are grey (UX 3.2, principle 4). */
  readonly age: { readonly text: string; readonly old: boolean };
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div>
      <dl
        aria-label={label}
        className={cx(
          // Lines by shadow: columns of a fraction of a pixel would let a background shine through at the edge.
          'grid overflow-hidden rounded-lg border border-line bg-surface *:shadow-[-1px_-1px_0_0_var(--line)]',
          columns === 5
            ? 'grid-cols-5 @max-3xl:grid-cols-2'
            : 'grid-cols-6 @max-5xl:grid-cols-3 @max-3xl:grid-cols-2',
          age.old && '**:text-faint',
        )}
      >
        {children}
      </dl>
      <p className="num mt-1 px-1 text-right text-xs text-faint">
        {age.old && <span aria-hidden>◷ </span>}
        {age.text}
      </p>
    </div>
  );
}

export function Tag({
  children,
  tone,
}: {
  readonly children: ReactNode;
  readonly tone?: 'warn' | 'ok' | 'accent' | 'bad';
}): ReactNode {
  return (
    <span
      className={cx(
        'inline-flex items-center rounded px-1.5 py-px text-xs font-medium whitespace-nowrap',
        tone === undefined && 'bg-sunken text-soft',
        tone === 'warn' && 'bg-warn-soft text-warn',
        tone === 'ok' && 'bg-ok-soft text-ok',
        tone === 'accent' && 'bg-accent-soft text-accent-text',
        tone === 'bad' && 'bg-bad-soft text-bad',
      )}
    >
      {children}
    </span>
  );
}
