import { Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { copy } from '../app/actions.ts';
import { Button } from './button.tsx';
import { ScrollRegion } from './scroll-region.tsx';
import { words } from './messages.ts';

/** A value to paste elsewhere, with a button that names what it copies. */
export function CopyField({ label, value }: { readonly label: string; readonly value: string }): ReactNode {
  return (
    <div className="flex min-w-0 items-center gap-2">
      <span className="shrink-0 text-sm text-soft">{label}</span>
      <code className="min-w-0 truncate rounded bg-sunken px-2 py-1 select-all">{value}</code>
      <Button
        size="sm"
        look="ghost"
        icon={<Copy size={14} aria-hidden />}
        aria-label={words.copyOne(label)}
        onClick={() => void copy(value, label)}
      >
        {words.copy}
      </Button>
    </div>
  );
}

/** Code that can be focused, scrolled and copied. `shown` may hide a secret that `text` holds. */
export function CodeBlock({
  label,
  text,
  shown = text,
  onCopy,
}: {
  readonly label: string;
  readonly text: string;
  readonly shown?: string;
  readonly onCopy?: () => void;
}): ReactNode {
  return (
    <div className="relative rounded-md border border-line bg-sunken">
      <ScrollRegion label={label} className="max-h-96 overflow-auto">
        <pre className="w-max min-w-full p-3 pr-24 text-sm leading-relaxed">{shown}</pre>
      </ScrollRegion>
      <Button
        size="sm"
        className="absolute top-2 right-2"
        icon={<Copy size={14} aria-hidden />}
        aria-label={words.copyThis(label)}
        onClick={onCopy ?? (() => void copy(text, label))}
      >
        {words.copy}
      </Button>
    </div>
  );
}
