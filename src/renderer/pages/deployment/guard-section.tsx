import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { Section } from '../../components/surface.tsx';
import { runsServerless } from '../../view/consequences.ts';
import { dateTime, usd } from '../../view/format.ts';
import { words } from './messages.ts';
import { CoreText } from '../../components/core-text.tsx';
import { fromCore } from '../../view/core-words.ts';

/** The most this can cost unattended, how that is held, and what the number leaves out (SPEC 3.10). */
export function GuardSection({ view }: { readonly view: DeploymentView }): ReactNode {
  const { watchdog, unattended } = view;
  const w = words.guard;
  const Icon = { armed: ShieldCheck, pending: ShieldQuestion, none: ShieldCheck, unprotected: ShieldAlert }[
    watchdog.state
  ];
  const tone = { armed: 'text-ok', pending: 'text-busy', none: 'text-idle', unprotected: 'text-bad' }[
    watchdog.state
  ];
  return (
    <Section title={w.title}>
      {(watchdog.state !== 'none' || unattended.usd !== 0) && (
        <p className="num text-lg font-semibold">
          {unattended.usd === null ? w.noBound : w.most(usd(unattended.usd))}
          {unattended.until !== null && (
            <span className="ml-2 text-sm font-normal text-soft">{w.until(dateTime(unattended.until))}</span>
          )}
        </p>
      )}
      <p className="flex items-center gap-1.5">
        <Icon size={16} aria-hidden className={tone} />
        {watchdog.state === 'none' && runsServerless(view) ? words.workers.guard : w[watchdog.state]}
      </p>
      {watchdog.state === 'armed' && watchdog.deadlineAt !== null && (
        <p
          className="num pl-6 text-sm text-soft"
          title={watchdog.reason === null ? undefined : fromCore(watchdog.reason).text}
        >
          {w.deadline(dateTime(watchdog.deadlineAt))}
        </p>
      )}
      {watchdog.reason !== null && (watchdog.state !== 'armed' || watchdog.deadlineAt === null) && (
        <p className="pl-6 text-sm text-soft">
          <CoreText text={watchdog.reason} />
        </p>
      )}
      {unattended.excludes.length > 0 && (
        <p className="pl-6 text-sm text-faint">
          {w.excludes(unattended.excludes.map((part) => fromCore(part).text).join('; '))}
        </p>
      )}
    </Section>
  );
}
