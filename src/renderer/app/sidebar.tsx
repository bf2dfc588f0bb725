import { Bell, CircleHelp, Search } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '../components/cx.ts';
import { useCosts } from '../stores/costs.ts';
import { useNotices } from '../stores/notices.ts';
import { openPanel } from '../stores/shell.ts';
import { usdPerHour } from '../view/format.ts';
import { useCostsAge } from './costs-age.ts';
import { isMac } from './keyboard.ts';
import { shell } from './messages.ts';
import { SECTIONS } from './pages.ts';
import type { PageName } from './router.ts';

const item =
  'flex h-9 items-center gap-2.5 rounded-md px-2.5 font-medium no-underline whitespace-nowrap focus-visible:-outline-offset-2';

export function Sidebar({ page }: { readonly page: PageName }): ReactNode {
  const unread = useNotices((state) => state.unread);
  const current = page === 'deployment' ? 'overview' : page;
  return (
    <nav
      aria-label={shell.nav}
      data-region
      tabIndex={-1}
      className="relative flex shrink-0 flex-col overflow-y-auto border-r border-line bg-sunken p-2 max-sm:flex-row max-sm:overflow-x-auto max-sm:border-r-0 max-sm:border-b sm:w-52"
    >
      <button
        type="button"
        onClick={() => openPanel('palette')}
        className="mb-2 flex h-9 items-center gap-2.5 rounded-md border border-line bg-surface px-2.5 text-soft hover:text-text max-sm:mb-0"
      >
        <Search size={15} aria-hidden />
        <span className="min-w-0 grow truncate text-left max-sm:sr-only">{shell.palette.title}</span>
        <kbd className="font-sans! text-xs whitespace-nowrap text-faint max-sm:hidden">
          {isMac ? '⌘K' : `${shell.modifiers.ctrl} K`}
        </kbd>
      </button>
      <ul className="flex grow flex-col gap-0.5 max-sm:flex-row">
        {SECTIONS.map((section) => (
          <li key={section.page}>
            <a
              href={section.href}
              aria-current={section.page === current ? 'page' : undefined}
              className={cx(
                item,
                section.page === current
                  ? 'bg-accent-soft text-accent-text'
                  : 'text-soft hover:bg-line/50 hover:text-text',
              )}
            >
              <section.icon size={16} aria-hidden />
              {shell.pages[section.page]}
            </a>
          </li>
        ))}
      </ul>
      <button
        type="button"
        onClick={() => openPanel('notices')}
        className={cx(item, 'text-soft hover:bg-line/50 hover:text-text')}
      >
        <Bell size={16} aria-hidden />
        <span className="grow text-left max-sm:sr-only">{shell.notices.open}</span>
        {unread > 0 && (
          <span className="num rounded-full bg-accent px-1.5 text-xs text-on-accent">
            {unread}
            <span className="sr-only"> {shell.unread}</span>
          </span>
        )}
      </button>
      <button
        type="button"
        onClick={() => openPanel('keys')}
        className={cx(item, 'text-soft hover:bg-line/50 hover:text-text')}
      >
        <CircleHelp size={16} aria-hidden />
        <span className="max-sm:sr-only">{shell.help}</span>
      </button>
      <Standing />
    </nav>
  );
}

/** What it costs now and how old that knowledge is (UX 3.2, principle 4). */
function Standing(): ReactNode {
  const summary = useCosts((state) => state.summary);
  const age = useCostsAge();
  if (summary === null) return null;
  return (
    <div className={cx('mt-2 border-t border-line px-2.5 pt-2 max-sm:hidden', age.old && 'text-faint')}>
      <p className="num font-semibold">
        {usdPerHour(summary.nowUsdPerHour)}
        {summary.simulated && <span className="ml-1 text-xs font-normal text-soft">{shell.simulated}</span>}
      </p>
      <p className="num text-xs text-faint">
        {age.old && <span aria-hidden>◷ </span>}
        {age.text}
      </p>
    </div>
  );
}
