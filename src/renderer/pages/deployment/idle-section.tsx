import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { useApp } from '../../app/app-context.ts';
import { useNow } from '../../app/clock.ts';
import { Button } from '../../components/button.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Section } from '../../components/surface.tsx';
import { runsServerless } from '../../view/consequences.ts';
import { duration, usd } from '../../view/format.ts';
import { words } from './messages.ts';

const STRETCHES = [60, 120, 240, 480] as const;

export function IdleSection({ view }: { readonly view: DeploymentView }): ReactNode {
  const { actions } = useApp();
  const rate = view.cost.nowUsdPerHour;
  const keep = view.state === 'ready' && (
    <Menu
      trigger={
        <Button size="sm">
          {words.idle.keep} <ChevronDown size={14} aria-hidden />
        </Button>
      }
    >
      {STRETCHES.map((minutes) => (
        <MenuItem
          key={minutes}
          hint={`up to ${usd((rate * minutes) / 60)}`}
          onSelect={() => void actions.keepAlive(view, minutes)}
        >
          {minutes / 60} h
        </MenuItem>
      ))}
    </Menu>
  );
  return (
    <Section title={words.idle.title} aside={keep}>
      <IdleWords view={view} />
    </Section>
  );
}

function IdleWords({ view }: { readonly view: DeploymentView }): ReactNode {
  const nowMs = useNow(1000);
  const { idle } = view.spec;
  const w = words.idle;
  if (view.state === 'ready' && view.inFlight > 0) return <p>{w.busy}</p>;
  if (view.idleStopsAt !== null) {
    return (
      <>
        <p className="num text-lg font-semibold">{duration(Date.parse(view.idleStopsAt) - nowMs)}</p>
        <p className="text-soft">{w.at(duration(Date.parse(view.idleStopsAt) - nowMs))}</p>
      </>
    );
  }
  if (runsServerless(view)) return <p className="text-soft">{words.workers.sleeps}</p>;
  return <p className="text-soft">{idle.policy === 'off' ? w.off : w.asleep(idle.minutes)}</p>;
}
