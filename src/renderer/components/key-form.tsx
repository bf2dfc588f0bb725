import { Eye, EyeOff } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import type { KeyCheck, SecretName } from '../../shared/model.ts';
import { useApp } from '../app/app-context.ts';
import { problemOf, type Problem } from '../view/problem.ts';
import { Button, IconButton } from './button.tsx';
import { ProblemPanel } from './surface.tsx';
import { words } from './messages.ts';

/** Takes a secret by paste or from a password manager; it goes to the core at once and is not kept here. */
export function KeyForm({
  name,
  label,
  verb = words.save,
  onDone,
}: {
  readonly name: SecretName;
  readonly label: string;
  readonly verb?: string;
  readonly onDone: (check: KeyCheck | null) => void;
}): ReactNode {
  const { client } = useApp();
  const id = useId();
  const [value, setValue] = useState('');
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const save = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const { check } = await client.call('secrets.set', { name, value: value.trim() });
      setValue('');
      onDone(check);
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="mt-3 space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() !== '' && !busy) void save();
      }}
    >
      <div className="flex items-end gap-2">
        <div className="grow">
          <label htmlFor={id} className="mb-1 block text-sm font-medium">
            {label}
          </label>
          <input
            id={id}
            type={shown ? 'text' : 'password'}
            autoComplete="off"
            spellCheck={false}
            className="field w-full font-mono"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        </div>
        <IconButton
          label={shown ? words.hideTyped : words.showTyped}
          className="mb-0.5"
          icon={shown ? <EyeOff size={15} aria-hidden /> : <Eye size={15} aria-hidden />}
          onClick={() => setShown(!shown)}
        />
        <Button
          type="submit"
          look="primary"
          blocked={busy ? words.beingChecked : value.trim() === '' ? words.pasteFirst(label) : null}
        >
          {busy ? words.checking : verb}
        </Button>
      </div>
      {problem !== null && <ProblemPanel problem={problem} />}
    </form>
  );
}
