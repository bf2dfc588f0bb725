import { Search } from 'lucide-react';
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { cx } from '../components/cx.ts';
import { Dialog } from '../components/dialog.tsx';
import { useDeployments } from '../stores/deployments.ts';
import { rememberCommand, usePreferences } from '../stores/preferences.ts';
import { useQuotes } from '../stores/quotes.ts';
import { closePanel, useShell } from '../stores/shell.ts';
import { fuzzyFilter } from '../view/fuzzy.ts';
import { useApp } from './app-context.ts';
import { paletteCommands, type PaletteCommand } from './commands.ts';
import { isMac } from './keyboard.ts';
import { shell } from './messages.ts';

/** The command palette: a combobox over a listbox (UX 3.8). */
export function Palette(): ReactNode {
  const open = useShell((state) => state.panel === 'palette');
  return (
    <Dialog open={open} onClose={() => open && closePanel()} title={shell.palette.title} hideTitle>
      {open && <PaletteList />}
    </Dialog>
  );
}

function useCommands(query: string): PaletteCommand[] {
  const { actions, client } = useApp();
  const byId = useDeployments((state) => state.byId);
  const quotes = useQuotes((state) => state.byId);
  const recent = usePreferences((state) => state.recentCommands);
  const all = paletteCommands({
    actions,
    deployments: Object.values(byId),
    quotes,
    body: client.body,
    mac: isMac,
  });
  if (query.trim() !== '') return fuzzyFilter(query, all, (command) => command.label);
  const first = recent.flatMap((id) => all.filter((command) => command.id === id));
  return [...first, ...all.filter((command) => !first.includes(command))];
}

function PaletteList(): ReactNode {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const commands = useCommands(query);
  const active = commands[Math.min(at, commands.length - 1)];

  const runCommand = (command: PaletteCommand): void => {
    closePanel();
    rememberCommand(command.id);
    // After the dialog has given the focus back, so that a question opened by the command keeps it.
    queueMicrotask(command.run);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && commands.length > 0) {
      event.preventDefault();
      setAt((current) => (Math.min(current, commands.length - 1) + step + commands.length) % commands.length);
    }
    if (event.key === 'Enter' && active !== undefined) {
      event.preventDefault();
      runCommand(active);
    }
  };

  return (
    <>
      <div className="flex items-center gap-2.5 border-b border-line px-4">
        <Search size={16} className="text-faint" aria-hidden />
        <input
          data-first-focus
          role="combobox"
          aria-label={shell.palette.title}
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={active === undefined ? undefined : `${listId}-${active.id}`}
          placeholder={shell.palette.placeholder}
          className="h-12 min-w-0 grow bg-transparent outline-none"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        id={listId}
        role="listbox"
        aria-label={shell.palette.title}
        className="max-h-[50vh] overflow-y-auto p-1.5"
      >
        {commands.map((command) => (
          <Option
            key={command.id}
            id={`${listId}-${command.id}`}
            command={command}
            active={command === active}
            onRun={() => runCommand(command)}
          />
        ))}
      </div>
      {commands.length === 0 && (
        <p role="status" className="px-4 pb-5 text-center text-soft">
          {shell.palette.empty}
        </p>
      )}
    </>
  );
}

function Option({
  id,
  command,
  active,
  onRun,
}: {
  readonly id: string;
  readonly command: PaletteCommand;
  readonly active: boolean;
  readonly onRun: () => void;
}): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- keys are handled by the combobox
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      ref={active ? (item) => item?.scrollIntoView({ block: 'nearest' }) : undefined}
      onClick={onRun}
      className={cx(
        'flex h-9 cursor-pointer items-center gap-3 rounded-md px-3',
        active ? 'bg-accent-soft' : 'hover:bg-sunken',
      )}
    >
      <span className="min-w-0 grow truncate">{command.label}</span>
      {command.hint !== null && <span className="num text-sm text-soft">{command.hint}</span>}
    </div>
  );
}
