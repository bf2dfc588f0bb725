import { useState, type ReactNode } from 'react';
import { useConfirm, type ConfirmRequest } from '../stores/confirm.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { words } from './messages.ts';

/** The one question on the screen: what happens, and a button that repeats the verb. Focus begins on Cancel. */
export function ConfirmDialog(): ReactNode {
  const request = useConfirm((state) => state.request);
  const answer = useConfirm((state) => state.answer);
  return (
    <Dialog open={request !== null} onClose={() => answer?.(false)} title={request?.title ?? ''} width="sm">
      {request !== null && <Question request={request} answer={(yes) => answer?.(yes)} />}
    </Dialog>
  );
}

function Question({
  request,
  answer,
}: {
  readonly request: ConfirmRequest;
  readonly answer: (yes: boolean) => void;
}): ReactNode {
  const [typed, setTyped] = useState('');
  const missing = request.typed !== undefined && typed !== request.typed;
  return (
    <form
      method="dialog"
      onSubmit={(event) => {
        event.preventDefault();
        if (!missing) answer(true);
      }}
    >
      <ul className="mt-3 space-y-1.5 px-5 text-soft">
        {request.effects.map((effect) => (
          <li key={effect} className="flex gap-2">
            <span aria-hidden>–</span>
            <span>{effect}</span>
          </li>
        ))}
      </ul>
      {request.typed !== undefined && (
        <label className="mt-4 block px-5">
          <span className="block text-sm text-soft">
            {words.typeBefore} <strong className="font-mono text-text">{request.typed}</strong>{' '}
            {words.typeAfter}
          </span>
          <input
            className="field mt-1 w-full font-mono"
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      )}
      {request.tone === 'danger' && (
        <p className="mt-4 border-y border-bad/30 bg-bad-soft px-5 py-2 text-sm font-medium text-bad">
          {request.final ?? words.final}
        </p>
      )}
      <div className="flex justify-end gap-2 px-5 pt-4 pb-4">
        {/* The safe choice has the focus (UX 3.6). */}
        <Button data-first-focus onClick={() => answer(false)}>
          {words.cancel}
        </Button>
        <Button
          type="submit"
          look={request.tone === 'danger' ? 'danger' : 'primary'}
          blocked={missing ? words.typeFirst(request.typed) : null}
        >
          {request.verb}
        </Button>
      </div>
    </form>
  );
}
