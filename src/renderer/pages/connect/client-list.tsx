import { CircleAlert, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FoundClient } from '../../../shared/clients/files.ts';
import { to } from '../../app/router.ts';
import { cx } from '../../components/cx.ts';
import type { ClientEntry } from '../../view/connect.ts';
import { words } from './messages.ts';

const GROUPS = ['here', 'editors', 'terminal', 'apps', 'code'] as const;

/** Clients by kind; those of this computer first. */
export function ClientList({
  entries,
  written,
  current,
}: {
  readonly entries: readonly ClientEntry[];
  /** What this app wrote for a client, by its id. */
  readonly written: ReadonlyMap<string, FoundClient['written']>;
  readonly current: string | null;
}): ReactNode {
  return (
    <nav aria-label={words.clients} className="min-h-0 grow overflow-y-auto px-2 pb-3">
      {GROUPS.map((group) => {
        const members = entries.filter((entry) => entry.group === group);
        return members.length === 0 ? null : (
          <div key={group}>
            <h2 className="px-2 pt-3 pb-1 text-xs font-semibold tracking-wide text-faint uppercase">
              {words.groups[group]}
            </h2>
            <ul>
              {members.map(({ sheet }) => (
                <li key={sheet.id}>
                  <a
                    href={to.connect(sheet.id)}
                    aria-current={sheet.id === current ? 'true' : undefined}
                    className={cx(
                      'flex h-8 items-center rounded-md px-2 no-underline focus-visible:-outline-offset-2',
                      sheet.id === current
                        ? 'bg-accent-soft font-medium text-accent-text'
                        : 'text-text hover:bg-sunken',
                      sheet.way === 'impossible' && sheet.id !== current && 'text-faint',
                    )}
                  >
                    <span className="grow truncate">{sheet.name}</span>
                    <WrittenMark written={written.get(sheet.id) ?? 'no'} />
                  </a>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

/** Whether this app wrote the client's file, and it stands. */
function WrittenMark({ written }: { readonly written: FoundClient['written'] }): ReactNode {
  if (written === 'no') return null;
  const Icon = written === 'yes' ? CircleCheck : CircleAlert;
  return (
    <span title={words.file.marks[written]} className="ml-1 shrink-0">
      <Icon size={14} aria-hidden className={written === 'yes' ? 'text-ok' : 'text-warn'} />
      <span className="sr-only">{words.file.marks[written]}</span>
    </span>
  );
}
