import { useState, type ReactNode } from 'react';
import {
  nameOfTarget,
  type Routing,
  type TargetSetting,
  type TargetTest,
} from '../../../../shared/targets.ts';
import { say } from '../../../app/actions.ts';
import { useApp } from '../../../app/app-context.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Disclosure } from '../../../components/disclosure.tsx';
import { TextField } from '../../../components/field.tsx';
import { ProblemPanel } from '../../../components/surface.tsx';
import { latency } from '../../../view/format.ts';
import { problemFrom, problemOf, type Problem } from '../../../view/problem.ts';
import {
  draftOfTarget,
  EMPTY_TARGET,
  targetWish,
  USUAL_SERVERS,
  withName,
  type TargetDraft,
} from '../../../view/target-draft.ts';
import { words } from './messages.ts';

/** Describes a server, asks it before anything is stored, and takes it into use. */
export function ServerDialog({
  editing,
  onClose,
  onStored,
}: {
  /** The server to be changed; null = closed. */
  readonly editing: TargetSetting | 'new' | null;
  readonly onClose: () => void;
  readonly onStored: (routing: Routing) => void;
}): ReactNode {
  const w = words.form;
  const known = editing === 'new' ? null : editing;
  const title = known === null ? w.addTitle : w.changeTitle(nameOfTarget(known.target));
  return (
    <Dialog open={editing !== null} onClose={onClose} title={title}>
      <ServerForm known={known} onStored={onStored} />
    </Dialog>
  );
}

function ServerForm({
  known,
  onStored,
}: {
  readonly known: TargetSetting | null;
  readonly onStored: (routing: Routing) => void;
}): ReactNode {
  const { client } = useApp();
  const [draft, setDraft] = useState<TargetDraft>(known === null ? EMPTY_TARGET : draftOfTarget(known));
  const [touched, setTouched] = useState<ReadonlySet<keyof TargetDraft>>(new Set());
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const w = words.form;
  const before = known === null ? null : nameOfTarget(known.target);
  const wish = targetWish(draft, before);
  const change = (next: Partial<TargetDraft>): void => {
    setDraft((now) => ({ ...now, ...next }));
    setTouched((now) => new Set([...now, ...Object.keys(next).filter(isField)]));
  };
  // What was not typed yet is not complained about.
  const errorOf = (field: keyof TargetDraft): string | null =>
    !wish.ok && wish.wrong.has(field) && touched.has(field) ? w.wrong[field] : null;
  const blocked = wish.ok
    ? busy
      ? w.busy
      : null
    : [...wish.wrong].some((f) => touched.has(f))
      ? w.correct
      : w.empty;

  const store = async (): Promise<void> => {
    if (!wish.ok) return;
    setBusy(true);
    setProblem(null);
    try {
      const routing = await client.call('targets.save', wish.wish);
      say(before === null ? w.added(draft.name.trim()) : w.kept(draft.name.trim()));
      onStored(routing);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  const field = (name: keyof TargetDraft, label: string, hint: string) => ({
    label,
    hint,
    value: draft[name],
    error: errorOf(name),
    spellCheck: false,
    autoComplete: 'off',
    onChange: (event: { readonly target: { readonly value: string } }) =>
      change({ [name]: event.target.value }),
  });

  return (
    <form
      className="space-y-3 px-5 pt-3 pb-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (blocked === null) void store();
      }}
    >
      {known === null && <Usual onPick={change} />}
      <div className="grid grid-cols-[1fr_2fr] gap-3 max-sm:grid-cols-1">
        <TextField data-first-focus {...field('name', w.name, w.nameHint)} />
        <TextField inputMode="url" {...field('baseUrl', w.baseUrl, w.baseUrlHint)} />
      </div>
      <TextField
        {...field('apiKey', w.apiKey, w.apiKeyHint)}
        type="password"
        placeholder={known?.keyFrom === 'keychain' || known?.keyFrom === 'memory' ? w.apiKeyKept : ''}
      />
      <Probe
        draft={draft}
        before={before}
        onPick={(model) => change({ models: withName(draft.models, model) })}
      />
      <TextField {...field('models', w.models, w.modelsHint)} />
      <Disclosure summary={w.more}>
        <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
          <TextField {...field('servedModel', w.servedModel, w.servedModelHint)} />
          <TextField {...field('apiKeyEnv', w.apiKeyEnv, w.apiKeyEnvHint)} />
          <TextField
            label={w.contextTokens}
            unit={w.contextUnit}
            inputMode="numeric"
            placeholder="32768"
            value={draft.contextTokens}
            error={errorOf('contextTokens')}
            onChange={(event) => change({ contextTokens: event.target.value })}
          />
        </div>
      </Disclosure>
      {problem !== null && <ProblemPanel problem={problem} />}
      <Button type="submit" look="primary" blocked={blocked}>
        {known === null ? w.add : w.keep}
      </Button>
    </form>
  );
}

const isField = (name: string): name is keyof TargetDraft => Object.hasOwn(EMPTY_TARGET, name);

function Usual({ onPick }: { readonly onPick: (change: Partial<TargetDraft>) => void }): ReactNode {
  const w = words.form;
  return (
    <p className="flex flex-wrap items-center gap-2 text-sm text-soft">
      {w.usual}
      {USUAL_SERVERS.map(({ title, name, baseUrl }) => (
        <Button key={name} size="sm" onClick={() => onPick({ name, baseUrl })}>
          {title}
        </Button>
      ))}
    </p>
  );
}

/** Asks the server for its models: costs nothing, stores nothing. */
function Probe({
  draft,
  before,
  onPick,
}: {
  readonly draft: TargetDraft;
  readonly before: string | null;
  readonly onPick: (model: string) => void;
}): ReactNode {
  const { client } = useApp();
  const [found, setFound] = useState<TargetTest | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const w = words.form;
  // Models are what is asked for: any name will do until they are known.
  const wish = targetWish({ ...draft, name: draft.name || 'new', models: draft.models || 'any' }, before);
  const ask = async (): Promise<void> => {
    if (!wish.ok) return;
    setBusy(true);
    setFound(null);
    setProblem(null);
    try {
      const answer = await client.call('targets.test', wish.wish);
      setFound(answer);
      setProblem(answer.problem === null ? null : problemFrom(answer.problem));
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const blocked = busy ? w.testing : draft.baseUrl.trim() === '' ? w.emptyTest : wish.ok ? null : w.correct;
  return (
    <div className="space-y-2">
      <Button size="sm" blocked={blocked} onClick={() => void ask()}>
        {busy ? w.testing : w.test}
      </Button>
      <div role="status" className="empty:hidden">
        {found?.ok === true && (
          <p className="text-sm">
            <strong className="font-medium text-ok">{w.answers(latency(found.ms))}</strong>{' '}
            {found.models.length === 0 ? w.silent : w.pick}
          </p>
        )}
      </div>
      {found?.ok === true && (
        <div className="flex max-h-28 flex-wrap gap-1.5 overflow-y-auto">
          {found.models.map((model) => (
            <Button key={model} size="sm" onClick={() => onPick(model)}>
              {model}
            </Button>
          ))}
        </div>
      )}
      {problem !== null && <ProblemPanel problem={problem} />}
    </div>
  );
}
