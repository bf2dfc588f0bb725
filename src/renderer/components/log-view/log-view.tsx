import { ChevronDown, ChevronUp, Copy, Download, Eraser, Volume2, WrapText } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { copy } from '../../app/actions.ts';
import { announce } from '../../stores/announcer.ts';
import { rowsAsText, type LevelFilter } from '../../view/log-book.ts';
import { count } from '../../view/format.ts';
import { Button, IconButton } from '../button.tsx';
import { cx } from '../cx.ts';
import { saveFile } from '../save-file.ts';
import { Choice, labelled } from '../choice.tsx';
import { LogList } from './log-list.tsx';
import type { LogFeed, LogSource } from './log-feed.ts';
import { useLogFeed } from './use-log-feed.ts';
import { words } from '../messages.ts';

const LEVELS = ['all', 'info', 'warn', 'error'] as const satisfies readonly LevelFilter[];
const PARTS = ['all', 'container', 'system'] as const;

const READ_ALOUD = 5;

/** A log: followed, searched, filtered, copied and saved (UX 3.4 F). */
export function LogView({
  source,
  picker,
}: {
  readonly source: LogSource;
  readonly picker?: ReactNode;
}): ReactNode {
  const [part, setPart] = useState<(typeof PARTS)[number]>('all');
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
          <Choice
            label={words.log.source}
            options={labelled(PARTS, words.log.parts)}
            value={part}
            onChange={setPart}
          />
        )}
        <Choice
          label={words.log.level}
          options={labelled(LEVELS, words.log.levels)}
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
          {words.log.follow}
        </label>
      </div>
      <Remarks log={log} />
      {rows.length === 0 ? (
        <p role="status" className="grow bg-sunken px-5 py-8 text-center text-soft">
          {log.book.rows.length > 0
            ? words.log.noneOfLevel
            : log.problem === null
              ? words.log.noneYet
              : log.problem.title}
        </p>
      ) : (
        <LogList
          label={source.kind === 'app' ? words.log.ofApp : words.log.of(source.name)}
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
        aria-label={words.log.find}
        placeholder={words.log.findHint}
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
            {find.total === 0 ? words.none : `${find.at + 1}/${find.total}`}
          </span>
          <IconButton
            label={words.log.previous}
            icon={<ChevronUp size={15} aria-hidden />}
            onClick={() => step(-1)}
          />
          <IconButton
            label={words.log.next}
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
        label={words.log.wrap}
        aria-pressed={wrap}
        className={cx(wrap && 'bg-accent-soft text-accent-text')}
        icon={<WrapText size={15} aria-hidden />}
        onClick={onWrap}
      />
      <IconButton
        label={words.log.read}
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
        label={words.log.copy}
        icon={<Copy size={15} aria-hidden />}
        onClick={() => void copy(rowsAsText(rows), words.log.log)}
      />
      <IconButton
        label={words.log.save}
        icon={<Download size={15} aria-hidden />}
        onClick={() => saveFile(fileName, rowsAsText(rows), 'text/plain')}
      />
      <IconButton
        label={words.log.clear}
        icon={<Eraser size={15} aria-hidden />}
        onClick={() => log.clear()}
      />
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
            {words.dismiss}
          </Button>
        </div>
      )}
      {log.problem !== null && (
        <p role="status" className="border-b border-line bg-bad-soft px-5 py-1.5 text-sm text-bad">
          {log.problem.title} {words.tryingAgain}
        </p>
      )}
      {log.book.dropped > 0 && (
        <p className="border-b border-line px-5 py-1 text-sm text-faint">
          {words.log.dropped(count(log.book.dropped))}
        </p>
      )}
    </>
  );
}
