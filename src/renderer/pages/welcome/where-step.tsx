import { FlaskConical, KeyRound } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { KeyCheck } from '../../../shared/model.ts';
import { Button } from '../../components/button.tsx';
import { KeyForm } from '../../components/key-form.tsx';
import { KeyRights } from '../../components/key-rights.tsx';
import { words } from './messages.ts';

const card =
  'flex flex-col gap-2 rounded-lg border border-line bg-surface p-5 text-left hover:border-accent-text aria-expanded:border-accent-text';

export function WhereStep({ onDone }: { readonly onDone: () => void }): ReactNode {
  const [asksKey, setAsksKey] = useState(false);
  const [check, setCheck] = useState<KeyCheck | null>(null);
  const w = words.where;
  return (
    <section aria-labelledby="where-title">
      <h2 id="where-title" className="text-lg font-semibold">
        {w.title}
      </h2>
      <div className="mt-3 grid grid-cols-2 gap-4 @max-xl:grid-cols-1">
        <button type="button" className={card} onClick={onDone}>
          <FlaskConical size={22} aria-hidden className="text-warn" />
          <span className="text-lg font-semibold">{w.sandbox}</span>
          <span className="text-soft">{w.sandboxText}</span>
        </button>
        <button type="button" className={card} aria-expanded={asksKey} onClick={() => setAsksKey(true)}>
          <KeyRound size={22} aria-hidden className="text-accent-text" />
          <span className="text-lg font-semibold">{w.key}</span>
          <span className="text-soft">{w.keyText}</span>
        </button>
      </div>
      {asksKey && (
        <div className="mt-4 rounded-lg border border-line bg-surface p-5">
          <p className="text-soft">{w.keyAdvice}</p>
          <KeyForm name="runpod" label={w.keyLabel} verb={w.check} onDone={setCheck} />
          {check !== null && (
            <>
              <KeyRights check={check} />
              <Button
                look="primary"
                className="mt-3"
                blocked={check.ok ? null : words.keyBad}
                onClick={onDone}
              >
                {w.goOn}
              </Button>
            </>
          )}
        </div>
      )}
    </section>
  );
}
