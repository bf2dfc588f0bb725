import type { ReactNode } from 'react';

/** The head of every page: one title, its actions at the end, Help always at the same place beyond them. */
export function PageHead({
  title,
  note,
  children,
}: {
  readonly title: ReactNode;
  readonly note?: ReactNode;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <header className="flex min-h-14 shrink-0 flex-wrap items-center gap-x-3 gap-y-2 px-5 py-2.5">
      <div className="min-w-0 grow">
        <h1 tabIndex={-1} className="truncate text-xl font-semibold tracking-tight">
          {title}
        </h1>
        {note !== undefined && <div className="text-sm text-soft">{note}</div>}
      </div>
      <div className="flex flex-wrap items-center gap-2">{children}</div>
    </header>
  );
}

export function PageBody({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className="min-h-0 grow space-y-4 overflow-y-auto px-5 pb-6 pt-1">{children}</div>;
}
