import { useState, type DragEvent, type ReactNode } from 'react';
import type { MethodOutput } from '../../../shared/api.ts';
import type { DeploymentSpec } from '../../../shared/model.ts';
import { say, tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { navigate, to } from '../../app/router.ts';
import { Button, buttonClass } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { LinesField } from '../../components/field.tsx';
import { ProblemPanel } from '../../components/surface.tsx';
import { putDeployment } from '../../stores/deployments.ts';
import { replaceDraft } from '../../stores/draft.ts';
import { draftFromFile } from '../../view/draft-from.ts';
import { problemOf, type Problem } from '../../view/problem.ts';
import { words } from './messages.ts';

type Found = MethodOutput<'config.parseDeployments'>;

/** Deployments out of a pasted, chosen or dropped `llm_config.json`; the core reads it, so its rules are the file's. */
export function FileDialog({
  open,
  onClose,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Dialog open={open} onClose={onClose} title={words.file.title} width="lg">
      <FileForm onClose={onClose} />
    </Dialog>
  );
}

function FileForm({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { client } = useApp();
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const w = words.file;

  async function read(asked: string): Promise<void> {
    setText(asked);
    try {
      setFound(await client.call('config.parseDeployments', { text: asked }));
      setProblem(null);
    } catch (error) {
      setFound(null);
      setProblem(problemOf(error));
    }
  }
  const take = (file: File | undefined): void => {
    file?.text().then(read, (error: unknown) => setProblem(problemOf(error)));
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is a shortcut: pasting and choosing do the same by key
    <form
      className="space-y-3 px-5 pt-2 pb-5"
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') void read(text);
      }}
    >
      <LinesField
        label={w.label}
        hint={w.text}
        rows={10}
        data-first-focus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setFound(null);
          setProblem(null);
        }}
      />
      {problem !== null && (
        <div className="max-h-56 overflow-y-auto whitespace-pre-line">
          <ProblemPanel problem={problem} />
        </div>
      )}
      {found !== null && <FoundList found={found} onClose={onClose} />}
      <div className="flex gap-2">
        <label className={`${buttonClass()} cursor-pointer has-focus-visible:outline-2`}>
          {w.choose}
          <input
            type="file"
            accept=".json,application/json"
            className="sr-only"
            onChange={(event) => take(event.target.files?.[0])}
          />
        </label>
        <span className="grow" />
        <Button
          type="submit"
          look={found === null ? 'primary' : 'secondary'}
          blocked={text.trim() === '' ? w.empty : null}
        >
          {w.read}
        </Button>
      </div>
    </form>
  );
}

function FoundList({ found, onClose }: { readonly found: Found; readonly onClose: () => void }): ReactNode {
  const { client } = useApp();
  const { deployments, notes } = found;
  const w = words.file;
  const use = (spec: DeploymentSpec): void => {
    replaceDraft(draftFromFile(spec));
    onClose();
  };
  async function addAll(): Promise<void> {
    try {
      for (const spec of deployments) {
        putDeployment(await client.call('deployments.create', { spec, start: false }));
      }
      say(w.added(deployments.length));
      onClose();
      navigate(to.overview());
    } catch (error) {
      tell(error, w.failed);
    }
  }
  return (
    <div role="status" className="space-y-2">
      {deployments.length === 0 && <p className="font-medium">{w.none}</p>}
      <ul className="space-y-1.5">
        {deployments.map((spec) => (
          <li key={spec.name} className="flex items-center gap-3 rounded-md border border-line px-3 py-2">
            <span className="min-w-0 grow">
              <span className="block font-medium">{spec.name}</span>
              <span className="block truncate text-sm text-soft">{spec.model}</span>
            </span>
            <Button size="sm" look="primary" onClick={() => use(spec)}>
              {w.use(spec.name)}
            </Button>
          </li>
        ))}
      </ul>
      {notes.map((note) => (
        <p key={note} className="text-sm text-warn">
          {note}
        </p>
      ))}
      {deployments.length > 1 && <Button onClick={() => void addAll()}>{w.all(deployments.length)}</Button>}
    </div>
  );
}
