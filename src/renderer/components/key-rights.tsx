import { Check, CircleHelp, Eye, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { KeyCheck } from '../../shared/model.ts';
import { usd } from '../view/format.ts';
import { ProblemPanel } from './surface.tsx';

const RIGHTS = {
  yes: { word: 'allowed', icon: Check, look: 'text-ok' },
  'read-only': { word: 'read only', icon: Eye, look: 'text-warn' },
  no: { word: 'not allowed', icon: X, look: 'text-bad' },
  unknown: { word: 'unknown', icon: CircleHelp, look: 'text-idle' },
} as const;

/** What a RunPod key may do, as a list (SPEC 1.5). */
export function KeyRights({ check }: { readonly check: KeyCheck }): ReactNode {
  return (
    <div role="status" className="mt-3 space-y-2">
      {check.problem !== null && (
        <ProblemPanel
          problem={{
            code: check.problem.code,
            title: check.problem.message,
            advice: check.problem.advice,
            requestId: check.problem.requestId ?? null,
          }}
        />
      )}
      <ul className="space-y-1">
        {check.rights.map((right) => {
          const look = RIGHTS[right.allowed];
          return (
            <li key={right.area} className="flex items-center gap-2">
              <look.icon size={15} aria-hidden className={look.look} />
              <span className="font-medium">{right.area}</span>
              <span>{look.word}</span>
              <span className="text-soft">{right.detail}</span>
            </li>
          );
        })}
        <li className="num flex items-center gap-2">
          <span className="pl-[1.6rem] font-medium">Balance</span>{' '}
          {check.balanceUsd === null ? 'the key does not tell' : usd(check.balanceUsd)}
        </li>
      </ul>
    </div>
  );
}
