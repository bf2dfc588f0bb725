import { ChevronDown, ChevronUp, Copy, Download, Eraser, Volume2, WrapText } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { copy } from '../../app/actions.ts';
import { announce } from '../../stores/announcer.ts';
import { rowsAsText, type LevelFilter } from '../../view/log-book.ts';
import { count } from '../../view/format.ts';
import { Button, IconButton } from '../button.tsx';
import { cx } from '../cx.ts';
import { saveFile } from '../save-file.ts';
import { Choice } from '../choice.tsx';
import { LogList } from './log-list.tsx';
import type { LogFeed, LogSource } from './log-feed.ts';
import { useLogFeed } from './use-log-feed.ts';

const LEVELS = [
  { id: 'all', label: 'All' },
  { id: 'info', label: 'Info' },
  { id: 'warn', label: 'Warn' },
  { id: 'error', label: 'Error' },
] as const satisfies readonly { id: LevelFilter; label: string }[];

const PARTS = [
  { id: 'all', label: 'Both' },
  { id: 'container', label: 'Container' },
  { id: 'system', label: 'System' },
] as const;

const READ_ALOUD = 5;

/** A log: followed, searched, filtered, copied and saved (UX 3.4 F). */
export function LogView({
  source,
  picker,
}: {
  readonly source: LogSource;
  readonly picker?: ReactNode;
}): ReactNode {
  const [part, setPart] = useState<(typeof PARTS)[number]['id']>('all');
  const [level, setLevel] = useState<LevelFilter>('all');
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(false);
  const { feed: log, version } = useLogFeed(source, part);
  const find = useFind(log);
  const rows = log.book.shown;
  const fileName = `${source.kind === 'app' ? 'app' : source.name}.log`;
  return (
    <div className="flex min-h-0 grow flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-2">
        {picker}
        {source.kind === 'deployment' && (
          <Choice label="Source" options={PARTS} value={part} onChange={setPart} />
        )}
        <Choice
          label="Level"
          options={LEVELS}
          value={level}
          onChange={(next) => {
            setLevel(next);
            log.setLevel(next);
          }}
        />
        <FindField find={find} onUse={() => setFollow(false)} />
        <span className="grow" />
        <Tools log={log} fileName={fileName} wrap={wrap} onWrap={() => setWrap(!wrap)} />
        <label className="flex h-8 items-center gap-1.5">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={follow}
            onChange={(event) => setFollow(event.target.checked)}
          />
          Follow
        </label>
      </div>
      <Remarks log={log} />
      {rows.length === 0 ? (
        <p role="status" className="grow bg-sunken px-5 py-8 text-center text-soft">
          {log.book.rows.length > 0
            ? 'No line of this level.'
            : log.problem === null
              ? 'No lines yet; they appear as they are written.'
              : log.problem.title}
        </p>
      ) : (
        <LogList
          label={`Log of ${source.kind === 'app' ? 'this app' : source.name}`}
          rows={rows}
          version={version}
          mark={find.text}
          goTo={find.row}
          follow={follow}
          wrap={wrap}
          onFollow={setFollow}
        />
      )}
    </div>
  );
}

interface Find {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly at: number;
  readonly total: number;
  readonly row: number | null;
  readonly step: (by: 1 | -1) => void;
}

function useFind(log: LogFeed): Find {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = log.find(text);
  const current = found.length === 0 ? 0 : Math.min(at, found.length - 1);
  return {
    text,
    setText(next) {
      setText(next);
      setAt(0);
    },
    at: current,
    total: found.length,
    row: found[current] ?? null,
    step: (by) => setAt(found.length === 0 ? 0 : (current + by + found.length) % found.length),
  };
}

function FindField({ find, onUse }: { readonly find: Find; readonly onUse: () => void }): ReactNode {
  const step = (by: 1 | -1): void => {
    onUse();
    find.step(by);
  };
  return (
    <div className="flex items-center gap-1">
      <input
        data-find
        type="search"
        aria-label="Find in log"
        placeholder="Find…"
        className="field h-8 w-44"
        value={find.text}
        onChange={(event) => {
          onUse();
          find.setText(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
        }}
      />
      {find.text !== '' && (
        <>
          <span role="status" className="num px-1 text-sm text-soft">
            {find.total === 0 ? 'none' : `${find.at + 1}/${find.total}`}
          </span>
          <IconButton
            label="Previous match"
            icon={<ChevronUp size={15} aria-hidden />}
            onClick={() => step(-1)}
          />
          <IconButton
            label="Next match"
            icon={<ChevronDown size={15} aria-hidden />}
            onClick={() => step(1)}
          />
        </>
      )}
    </div>
  );
}

function Tools({
  log,
  fileName,
  wrap,
  onWrap,
}: {
  readonly log: LogFeed;
  readonly fileName: string;
  readonly wrap: boolean;
  readonly onWrap: () => void;
}): ReactNode {
  const rows = log.book.shown;
  return (
    <>
      <IconButton
        label="Wrap long lines"
        aria-pressed={wrap}
        className={cx(wrap && 'bg-accent-soft text-accent-text')}
        icon={<WrapText size={15} aria-hidden />}
        onClick={onWrap}
      />
      <IconButton
        label="Read new lines"
        icon={<Volume2 size={15} aria-hidden />}
        onClick={() =>
          announce(
            rows
              .slice(-READ_ALOUD)
              .map((row) => row.plain)
              .join('. '),
          )
        }
      />
      <IconButton
        label="Copy log"
        icon={<Copy size={15} aria-hidden />}
        onClick={() => void copy(rowsAsText(rows), 'Log')}
      />
      <IconButton
        label="Save log"
        icon={<Download size={15} aria-hidden />}
        onClick={() => saveFile(fileName, rowsAsText(rows), 'text/plain')}
      />
      <IconButton label="Clear view" icon={<Eraser size={15} aria-hidden />} onClick={() => log.clear()} />
    </>
  );
}

function Remarks({ log }: { readonly log: LogFeed }): ReactNode {
  return (
    <>
      {log.advice !== null && (
        <div className="flex items-center gap-3 border-b border-warn/40 bg-warn-soft px-5 py-2">
          <p className="grow">
            <strong className="text-warn">{log.advice.title}.</strong> {log.advice.advice}
          </p>
          <Button size="sm" onClick={() => log.dismissAdvice()}>
            Dismiss
          </Button>
        </div>
      )}
      {log.problem !== null && (
        <p role="status" className="border-b border-line bg-bad-soft px-5 py-1.5 text-sm text-bad">
          {log.problem.title} Trying again…
        </p>
      )}
      {log.book.dropped > 0 && (
        <p className="border-b border-line px-5 py-1 text-sm text-faint">
          The oldest {count(log.book.dropped)} lines were dropped from this view.
        </p>
      )}
    </>
  );
}
