import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RadarItem } from '../../../shared/model.ts';
import { useApp } from '../../app/app-context.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Tag } from '../../components/surface.tsx';
import { hideSweep, useSweep } from '../../stores/sweep.ts';
import { usdPerHour, usdPerMonth } from '../../view/format.ts';
import { words as shared } from '../../view/messages.ts';
import { resultOf, sweepVerb, sweptText, totalOf } from '../../view/sweep.ts';
import { words } from './messages.ts';

/** What is selected, what it costs, and the one button that sweeps it. */
export function SweepBar({ items }: { readonly items: readonly RadarItem[] }): ReactNode {
  const { actions } = useApp();
  const waits = useSweep(({ sweep }) => sweep?.state === 'pending');
  const total = totalOf(items);
  const count = items.length;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line px-4 py-3">
      <p className="num text-sm text-soft">
        {count === 0
          ? words.sweepHint
          : words.selected(count, usdPerHour(total.usdPerHour), usdPerMonth(total.usdPerMonthAtRest))}
      </p>
      <Button
        look="danger"
        blocked={waits ? words.sweepWaits : count === 0 ? words.sweepHint : null}
        onClick={() => void actions.radarSweep(total.ids)}
      >
        {count === 0 ? words.sweepNone : sweepVerb(count, total.savesUsdPerMonth)}
      </Button>
    </div>
  );
}

const TONES = { planned: 'accent', working: 'accent', billing: 'bad', done: 'ok', left: 'warn' } as const;

/** What came of the last sweep, until it is put away. */
export function SweepResult(): ReactNode {
  const sweep = useSweep((state) => state.sweep);
  if (sweep === null || sweep.state === 'pending' || sweep.state === 'undone') return null;
  return (
    <div className="border-t border-line bg-sunken/40">
      <div className="flex items-start justify-between gap-3 px-4 pt-3">
        <h3 className="font-medium">{shared.sweep.result}</h3>
        {sweep.state === 'ended' && (
          <IconButton label={words.hideResult} icon={<X size={14} aria-hidden />} onClick={hideSweep} />
        )}
      </div>
      <ul className="pb-2">
        {sweep.things.map((thing) => (
          <li key={thing.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5">
            <Tag tone={TONES[thing.state]}>{shared.sweep.states[thing.state]}</Tag>
            <span className="min-w-0 font-medium break-words">{thing.name}</span>
            <span className="text-sm text-soft">{resultOf(thing)}</span>
          </li>
        ))}
      </ul>
      {sweep.state === 'ended' && <p className="px-4 pb-3 text-sm text-soft">{sweptText(sweep)}</p>}
    </div>
  );
}
