import type { ReactNode } from 'react';
import type { FilePreview } from '../../../shared/clients/files.ts';
import { cx } from '../../components/cx.ts';
import { words } from './messages.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';

type DiffLine = FilePreview['lines'][number];

const LOOKS: Readonly<Record<DiffLine['kind'], { readonly sign: string; readonly look: string }>> = {
  same: { sign: ' ', look: '' },
  added: { sign: '+', look: 'bg-ok-soft text-ok' },
  removed: { sign: '-', look: 'bg-bad-soft text-bad' },
  gap: { sign: ' ', look: 'text-faint' },
};

/** What would change in a file, line by line; told by a sign and by words, not by colour alone. */
export function DiffView({
  label,
  lines,
}: {
  readonly label: string;
  readonly lines: readonly DiffLine[];
}): ReactNode {
  return (
    <div className="rounded-md border border-line bg-sunken">
      <ScrollRegion label={label} className="max-h-80 overflow-auto">
        <div className="w-max min-w-full py-2 font-mono text-sm leading-relaxed">
          {lines.map(({ kind, text }, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- the lines of one difference never move
            <div key={index} className={cx('flex px-3 whitespace-pre', LOOKS[kind].look)}>
              <span aria-hidden className="w-4 shrink-0 select-none">
                {LOOKS[kind].sign}
              </span>
              {(kind === 'added' || kind === 'removed') && (
                <span className="sr-only">{words.file.lines[kind]} </span>
              )}
              {kind === 'gap' ? <span>{words.file.gap(Number(text))}</span> : <code>{text}</code>}
            </div>
          ))}
        </div>
      </ScrollRegion>
    </div>
  );
}
