import { useState, type ReactNode } from 'react';
import type { ClientKeyView } from '../../../shared/app.ts';
import type { Client } from '../../api/client.ts';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { CopyField } from '../../components/copy-field.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { SwitchRow, TextField } from '../../components/field.tsx';
import { ProblemPanel } from '../../components/surface.tsx';
import { draftOf, EMPTY_KEY, keyWish, type KeyDraft, type KeyWish } from '../../view/key-draft.ts';
import { problemOf, type Problem } from '../../view/problem.ts';
import { words } from './messages.ts';

interface Made {
  readonly name: string;
  readonly secret: string;
}

/** Describes a key, makes it and shows its secret this one time; or changes what one may do. */
export function KeyDialog({
  editing,
  onClose,
  onStored,
}: {
  /** The key to be changed; null = closed. */
  readonly editing: ClientKeyView | 'new' | null;
  readonly onClose: () => void;
  readonly onStored: () => void;
}): ReactNode {
  const [made, setMade] = useState<Made | null>(null);
  const w = words.clientKeys;
  const close = (): void => {
    setMade(null);
    onClose();
  };
  const isNew = editing === 'new' || editing === null;
  const title = made !== null ? w.madeTitle(made.name) : isNew ? w.makeTitle : w.changeTitle(editing.name);
  return (
    <Dialog open={editing !== null} onClose={close} title={title}>
      {made === null ? (
        <KeyForm
          known={isNew ? null : editing}
          onStored={(next) => {
            onStored();
            if (next === null) close();
            else setMade(next);
          }}
        />
      ) : (
        <div className="space-y-3 px-5 pt-3 pb-5">
          <p className="rounded-lg border border-warn/40 bg-warn-soft px-4 py-3">
            <strong className="text-warn">{w.once}</strong> {w.onceText}
          </p>
          <CopyField label={w.secret} value={made.secret} />
          <Button look="primary" onClick={close}>
            {w.done}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

const NUMBERS = [
  'requestsPerMinute',
  'tokensPerMinute',
  'concurrent',
  'expiresInDays',
  'usdPerDay',
  'usdPerMonth',
] as const;

function KeyForm({
  known,
  onStored,
}: {
  readonly known: ClientKeyView | null;
  /** With the secret of a new one. */
  readonly onStored: (made: Made | null) => void;
}): ReactNode {
  const { client } = useApp();
  const [draft, setDraft] = useState<KeyDraft>(known === null ? EMPTY_KEY : draftOf(known));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const w = words.clientKeys;
  const wish = keyWish(draft);
  const isWrong = (field: string): boolean => !wish.ok && wish.wrong.has(field);
  const blocked = draft.name.trim() === '' ? w.nameFirst : wish.ok ? (busy ? w.busy : null) : w.correct;
  const store = async (): Promise<void> => {
    if (!wish.ok) return;
    setBusy(true);
    setProblem(null);
    try {
      onStored(await storeKey(client, known, wish.wish));
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <form
      className="space-y-3 px-5 pt-3 pb-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (blocked === null) void store();
      }}
    >
      {known === null && (
        <TextField
          data-first-focus
          label={w.name}
          hint={w.nameHint}
          value={draft.name}
          autoComplete="off"
          maxLength={60}
          onChange={(event) => setDraft({ ...draft, name: event.target.value })}
        />
      )}
      <SwitchRow
        label={w.mayWake}
        hint={w.mayWakeHint}
        checked={draft.mayWake}
        onChange={(mayWake) => setDraft({ ...draft, mayWake })}
      />
      <TextField
        label={w.models}
        hint={w.modelsHint}
        value={draft.models}
        spellCheck={false}
        error={isWrong('models') ? w.wrong.models : null}
        onChange={(event) => setDraft({ ...draft, models: event.target.value })}
      />
      <div className="grid grid-cols-2 gap-3">
        {NUMBERS.filter((field) => known === null || field !== 'expiresInDays').map((field) => (
          <TextField
            key={field}
            label={w.fields[field]}
            inputMode={field.startsWith('usd') ? 'decimal' : 'numeric'}
            {...(field.startsWith('usd') ? { unit: '$' } : {})}
            placeholder={w.noLimit}
            value={draft[field]}
            error={isWrong(field) ? w.wrong[field] : null}
            onChange={(event) => setDraft({ ...draft, [field]: event.target.value })}
          />
        ))}
      </div>
      {problem !== null && <ProblemPanel problem={problem} />}
      <Button type="submit" look="primary" blocked={blocked}>
        {known === null ? w.makeIt : w.keep}
      </Button>
    </form>
  );
}

/** What was made, with its secret; null = one that was there was changed. */
async function storeKey(client: Client, known: ClientKeyView | null, wish: KeyWish): Promise<Made | null> {
  if (known === null) {
    const { key, secret } = await client.call('keys.make', wish);
    return { name: key.name, secret };
  }
  const { mayWake, models, limits, budget } = wish;
  await client.call('keys.change', { key: known.id, mayWake, models, limits, budget });
  return null;
}
