import { Hourglass } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button } from '../components/button.tsx';
import { useSweep } from '../stores/sweep.ts';
import { words } from '../view/messages.ts';
import { sweepTitle } from '../view/sweep.ts';
import { useApp } from './app-context.ts';
import { useNow } from './clock.ts';

/** Fine enough for seconds that are counted down. */
const STEP_MS = 250;

/**
 * A sweep that can still be undone, or is at work. Unlike other messages it is not held by looking at it: the time to undo
 * is the core's.
 */
export function SweepToast(): ReactNode {
  const { sweep, dueAt } = useSweep();
  if (sweep === null || sweep.state === 'ended' || sweep.state === 'undone') return null;
  return <Counting key={sweep.id} sweepId={sweep.id} dueAt={dueAt} />;
}

function Counting({ sweepId, dueAt }: { readonly sweepId: string; readonly dueAt: number }): ReactNode {
  const { actions } = useApp();
  const sweep = useSweep((state) => state.sweep);
  const nowMs = useNow(STEP_MS);
  const [isUndoing, setUndoing] = useState(false);
  if (sweep === null) return null;
  const isPending = sweep.state === 'pending';
  const undo = async (): Promise<void> => {
    setUndoing(true);
    await actions.radarUndo(sweepId);
    setUndoing(false);
  };
  return (
    <div className="pointer-events-auto flex animate-appear gap-3 rounded-lg border border-line bg-raised p-3 shadow-pop">
      <Hourglass size={17} aria-hidden className="mt-0.5 shrink-0 text-busy" />
      <div className="min-w-0 grow">
        <p className="num font-medium">{sweepTitle(sweep, secondsLeft(dueAt, nowMs))}</p>
        {isPending && (
          <>
            <p className="mt-0.5 text-sm text-soft">{words.sweep.notSent}</p>
            <Button size="sm" className="mt-2" onClick={() => (isUndoing ? undefined : void undo())}>
              {words.sweep.undo}
            </Button>
          </>
        )}
      </div>
    </div>
  );
}

const secondsLeft = (dueAt: number, nowMs: number): number => Math.max(0, Math.ceil((dueAt - nowMs) / 1000));
