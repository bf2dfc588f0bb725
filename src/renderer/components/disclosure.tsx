import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

/** The platform's own disclosure: found by the browser's search, works without a script. */
export function Disclosure({
  summary,
  open,
  onOpen,
  children,
}: {
  readonly summary: ReactNode;
  readonly open?: boolean;
  /** What is inside costs something to ask for. */
  readonly onOpen?: () => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <details open={open} className="group" onToggle={({ currentTarget }) => currentTarget.open && onOpen?.()}>
      <summary className="flex h-9 list-none items-center gap-1.5 rounded-md font-medium text-soft select-none hover:text-text [&::-webkit-details-marker]:hidden">
        <ChevronRight size={15} aria-hidden className="transition-transform group-open:rotate-90" />
        {summary}
      </summary>
      <div className="pt-1 pb-2 pl-5">{children}</div>
    </details>
  );
}
