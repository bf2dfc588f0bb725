import { useState, type ReactNode } from 'react';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { CopyField } from '../../components/copy-field.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { SwitchRow, TextField } from '../../components/field.tsx';
import { ProblemPanel } from '../../components/surface.tsx';
import { EMPTY_KEY, keyWish, type KeyDraft } from '../../view/key-draft.ts';
import { problemOf, type Problem } from '../../view/problem.ts';
import { words } from './messages.ts';

interface Made {
  readonly name: string;
  readonly secret: string;
}

/** Describes a key, makes it, and shows its secret this one time. */
export function MakeKeyDialog({
  open,
  onClose,
  onMade,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onMade: () => void;
}): ReactNode {
  const [made, setMade] = useState<Made | null>(null);
  const w = words.clientKeys;
  const close = (): void => {
    setMade(null);
    onClose();
  };
  return (
    <Dialog open={open} onClose={close} title={made === null ? w.makeTitle : w.madeTitle(made.name)}>
      {made === null ? (
        <KeyForm
          onMade={(next) => {
            setMade(next);
            onMade();
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

const NUMBERS = ['requestsPerMinute', 'tokensPerMinute', 'concurrent', 'expiresInDays'] as const;

function KeyForm({ onMade }: { readonly onMade: (made: Made) => void }): ReactNode {
  const { client } = useApp();
  const [draft, setDraft] = useState<KeyDraft>(EMPTY_KEY);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const w = words.clientKeys;
  const wish = keyWish(draft);
  const isWrong = (field: string): boolean => !wish.ok && wish.wrong.has(field);
  const blocked = draft.name.trim() === '' ? w.nameFirst : wish.ok ? (busy ? w.busy : null) : w.correct;
  const make = async (): Promise<void> => {
    if (!wish.ok) return;
    setBusy(true);
    setProblem(null);
    try {
      const { key, secret } = await client.call('keys.make', wish.wish);
      onMade({ name: key.name, secret });
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
        if (blocked === null) void make();
      }}
    >
      <TextField
        data-first-focus
        label={w.name}
        hint={w.nameHint}
        value={draft.name}
        autoComplete="off"
        maxLength={60}
        onChange={(event) => setDraft({ ...draft, name: event.target.value })}
      />
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
        {NUMBERS.map((field) => (
          <TextField
            key={field}
            label={w.fields[field]}
            inputMode="numeric"
            placeholder={w.noLimit}
            value={draft[field]}
            error={isWrong(field) ? w.wrong[field] : null}
            onChange={(event) => setDraft({ ...draft, [field]: event.target.value })}
          />
        ))}
      </div>
      {problem !== null && <ProblemPanel problem={problem} />}
      <Button type="submit" look="primary" blocked={blocked}>
        {w.makeIt}
      </Button>
    </form>
  );
}
