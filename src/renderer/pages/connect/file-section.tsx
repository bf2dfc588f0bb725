import { FileCheck, FilePen, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { FileClient, FilePreview, FileWritten } from '../../../shared/clients/files.ts';
import type { DeploymentView } from '../../../shared/model.ts';
import { say } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { CopyField } from '../../components/copy-field.tsx';
import { ProblemPanel, Section } from '../../components/surface.tsx';
import { announce } from '../../stores/announcer.ts';
import { dateTime } from '../../view/format.ts';
import { problemOf, wasLeft, type Problem } from '../../view/problem.ts';
import { DiffView } from './diff-view.tsx';
import { words } from './messages.ts';

type Shown =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'difference'; readonly preview: FilePreview }
  | { readonly kind: 'written'; readonly result: FileWritten }
  | { readonly kind: 'failed'; readonly problem: Problem };

interface Parts {
  readonly client: FileClient;
  readonly name: string;
  readonly view: DeploymentView;
  /** It was written or put back. */
  readonly onFile: () => void;
}

/** Writes the client's own file: what changes is shown first, and it can be undone (CLIENTS 2.8 rule 3). */
export function FileSection(parts: Parts): ReactNode {
  const w = words.file;
  const { name } = parts;
  const { shown, busy, look, write, undo, leave } = useClientFile(parts);
  return (
    <Section
      title={w.title}
      aside={
        shown.kind !== 'difference' && (
          <Button
            size="sm"
            icon={<FilePen size={13} aria-hidden />}
            blocked={busy ? w.busy : null}
            onClick={() => void look()}
          >
            {w.look}
          </Button>
        )
      }
    >
      {shown.kind === 'nothing' && <p className="text-soft">{w.text(name)}</p>}
      {shown.kind === 'failed' && <ProblemPanel problem={shown.problem} />}
      {shown.kind === 'difference' && (
        <Difference
          name={name}
          preview={shown.preview}
          busy={busy}
          onWrite={write}
          onUndo={undo}
          onLeave={leave}
        />
      )}
      {shown.kind === 'written' && <Written result={shown.result} busy={busy} onUndo={undo} />}
    </Section>
  );
}

function useClientFile({ client, name, view, onFile }: Parts) {
  const { client: core } = useApp();
  const [shown, setShown] = useState<Shown>({ kind: 'nothing' });
  const [busy, setBusy] = useState(false);
  const leaving = useRef<AbortController>(null);
  useEffect(() => () => leaving.current?.abort(), []);

  async function work(step: (signal: AbortSignal) => Promise<Shown>): Promise<void> {
    const controller = new AbortController();
    leaving.current = controller;
    setBusy(true);
    try {
      setShown(await step(controller.signal));
    } catch (error) {
      if (!wasLeft(error)) setShown({ kind: 'failed', problem: problemOf(error) });
    }
    setBusy(false);
  }
  const asked = { client, deployment: view.id };
  return {
    shown,
    busy,
    leave: () => setShown({ kind: 'nothing' }),
    look: () =>
      work(async (signal) => ({
        kind: 'difference',
        preview: await core.call('connect.preview', asked, signal),
      })),
    // What was begun is not left half-way: these go on when the page is left.
    write: (fingerprint: string) =>
      work(async () => {
        const result = await core.call('connect.write', { ...asked, fingerprint });
        onFile();
        announce(words.file.written(name));
        return { kind: 'written', result };
      }),
    undo: () =>
      work(async () => {
        const { outcome, path, revokedKey } = await core.call('connect.restore', { client });
        onFile();
        const key = revokedKey === null ? null : words.file.revoked(revokedKey);
        say(words.file.undone[outcome](path), key);
        return { kind: 'nothing' };
      }),
  };
}

function Difference({
  name,
  preview,
  busy,
  onWrite,
  onUndo,
  onLeave,
}: {
  readonly name: string;
  readonly preview: FilePreview;
  readonly busy: boolean;
  readonly onWrite: (fingerprint: string) => Promise<void>;
  readonly onUndo: () => Promise<void>;
  readonly onLeave: () => void;
}): ReactNode {
  const w = words.file;
  const { path, machine, exists, upToDate, lines, clientKey, fingerprint, undo } = preview;
  return (
    <div className="space-y-3">
      <p className="text-soft">
        <code className="wrap-anywhere text-text">{path}</code> {w.on(machine)}{' '}
        {upToDate ? w.upToDate : exists ? w.changes : w.isNew}
      </p>
      {!upToDate && <DiffView label={w.difference(name)} lines={lines} />}
      {!upToDate && clientKey !== 'none' && <p className="text-sm text-soft">{w.keys[clientKey](name)}</p>}
      {undo?.kind === 'part' && <p className="text-sm text-soft">{w.changedSince(name)}</p>}
      {clientKey === 'none' && <p className="text-sm text-soft">{w.keys.none(name)}</p>}
      <div className="flex flex-wrap gap-2">
        {!upToDate && (
          <Button look="primary" blocked={busy ? w.busy : null} onClick={() => void onWrite(fingerprint)}>
            {w.write}
          </Button>
        )}
        {undo !== null && (
          <Button
            icon={<Undo2 size={14} aria-hidden />}
            blocked={busy ? w.busy : null}
            onClick={() => void onUndo()}
          >
            {w.undoOf[undo.kind](dateTime(undo.at))}
          </Button>
        )}
        <Button look="ghost" onClick={onLeave}>
          {w.leave}
        </Button>
      </div>
    </div>
  );
}

function Written({
  result,
  busy,
  onUndo,
}: {
  readonly result: FileWritten;
  readonly busy: boolean;
  readonly onUndo: () => Promise<void>;
}): ReactNode {
  const w = words.file;
  const { path, backup, madeKey, next } = result;
  return (
    <div className="space-y-2">
      <p className="flex gap-2 font-medium">
        <FileCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-ok" />
        <span className="min-w-0 wrap-anywhere">{w.isWritten(path)}</span>
      </p>
      {backup !== null && <p className="text-sm wrap-anywhere text-soft">{w.backup(backup)}</p>}
      {madeKey !== null && <p className="text-sm text-soft">{w.madeKey(madeKey.name, madeKey.hint)}</p>}
      {next === null ? (
        <p className="text-soft">{w.reload}</p>
      ) : (
        <CopyField label={w.nextStep} value={next} />
      )}
      <Button
        size="sm"
        icon={<Undo2 size={13} aria-hidden />}
        blocked={busy ? w.busy : null}
        onClick={() => void onUndo()}
      >
        {w.undo}
      </Button>
    </div>
  );
}
