import { Check, CircleHelp, Eye, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { KeyCheck } from '../../shared/model.ts';
import { usd } from '../view/format.ts';
import { words } from './messages.ts';
import { ProblemPanel } from './surface.tsx';
import { problemFrom } from '../view/problem.ts';
import { CoreText } from './core-text.tsx';

const RIGHTS = {
  yes: { icon: Check, look: 'text-ok' },
  'read-only': { icon: Eye, look: 'text-warn' },
  no: { icon: X, look: 'text-bad' },
  unknown: { icon: CircleHelp, look: 'text-idle' },
} as const;

/** What a RunPod key may do, as a list (SPEC 1.5). */
export function KeyRights({ check }: { readonly check: KeyCheck }): ReactNode {
  return (
    <div role="status" className="mt-3 space-y-2">
      {check.problem !== null && <ProblemPanel problem={problemFrom(check.problem)} />}
      <ul className="space-y-1">
        {check.rights.map((right) => {
          const look = RIGHTS[right.allowed];
          return (
            <li key={right.area} className="flex items-center gap-2">
              <look.icon size={15} aria-hidden className={look.look} />
              <span className="font-medium">
                <CoreText text={right.area} />
              </span>
              <span>{words.rights[right.allowed]}</span>
              <span className="text-soft">
                <CoreText text={right.detail} />
              </span>
            </li>
          );
        })}
        <li className="num flex items-center gap-2">
          <span className="pl-[1.6rem] font-medium">{words.rights.balance}</span>{' '}
          {check.balanceUsd === null ? words.rights.noBalance : usd(check.balanceUsd)}
        </li>
      </ul>
    </div>
  );
}
