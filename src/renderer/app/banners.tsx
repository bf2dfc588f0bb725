import { FlaskConical, TriangleAlert, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, buttonClass } from '../components/button.tsx';
import { cx } from '../components/cx.ts';
import { useAppStatus } from '../stores/app-status.ts';
import { useCosts } from '../stores/costs.ts';
import { minuteTime, usdPerHour } from '../view/format.ts';
import { useApp } from './app-context.ts';
import { shell } from './messages.ts';
import { to } from './router.ts';
import { problemFrom, type Problem } from '../view/problem.ts';

/** What must not be overlooked, above every page: simulated money, a lost connection, trouble at RunPod. */
export function Banners(): ReactNode {
  return (
    <header aria-label={shell.banners} className="shrink-0">
      <SandboxBanner />
      <OfflineBanner />
      <TroubleBanner />
    </header>
  );
}

function SandboxBanner(): ReactNode {
  const simulated = useAppStatus((state) => state.status?.simulated ?? false);
  const keyPresent = useAppStatus((state) => state.status?.runpod.keyPresent ?? false);
  if (!simulated) return null;
  return (
    <div
      role="note"
      aria-label={shell.sandbox.title}
      className="stripes flex shrink-0 items-center gap-3 border-b border-warn/40 bg-warn-soft px-5 py-1.5"
    >
      <FlaskConical size={16} className="shrink-0 text-warn" aria-hidden />
      <p className="min-w-0 grow text-warn">
        <strong>{shell.sandbox.title}.</strong> {shell.sandbox.text}
      </p>
      {!keyPresent && (
        <a href={to.settings('keys')} className={buttonClass('secondary', 'sm')}>
          {shell.sandbox.leave}
        </a>
      )}
    </div>
  );
}

function OfflineBanner(): ReactNode {
  const connection = useAppStatus((state) => state.connection);
  const lostAt = useAppStatus((state) => state.lostAt);
  const rate = useCosts((state) => state.summary?.nowUsdPerHour ?? 0);
  if (connection === 'refused') return <Strip title={shell.refused.title} text={shell.refused.text} />;
  if (connection !== 'lost' || lostAt === null) return null;
  return (
    <Strip
      icon={<WifiOff size={16} className="shrink-0" aria-hidden />}
      title={shell.offline.title(minuteTime(new Date(lostAt).toISOString()))}
      text={rate > 0 ? shell.offline.billing(usdPerHour(rate)) : shell.offline.quiet}
    />
  );
}

function TroubleBanner(): ReactNode {
  const { actions } = useApp();
  const status = useAppStatus((state) => state.status);
  if (status === null) return null;
  const problem = status.runpod.problem === null ? null : problemFrom(status.runpod.problem);
  return (
    <>
      {problem?.code === 'runpod_key_missing' && (
        <Strip tone="warn" title={shell.noKey.title} text={shell.noKey.text}>
          <a href={to.settings('keys')} className={buttonClass('secondary', 'sm')}>
            {shell.noKey.enter}
          </a>
        </Strip>
      )}
      {problem !== null && problem.code !== 'runpod_key_missing' && !status.runpod.reachable && (
        <Strip title={shell.runpodTrouble} text={textOf(problem)} />
      )}
      {problem?.code === 'account_changed' && (
        <Strip title={shell.account.title} text={`${problem.title} ${shell.account.advice}`}>
          <Button size="sm" onClick={() => void actions.confirmAccount()}>
            {shell.account.same}
          </Button>
          <a href={to.settings('keys')} className={buttonClass('secondary', 'sm')}>
            {shell.account.keys}
          </a>
        </Strip>
      )}
      {status.storageProblem !== null && (
        <Strip title={shell.storageTrouble} text={textOf(problemFrom(status.storageProblem))} />
      )}
      {status.configProblem !== null && (
        <Strip tone="warn" title={shell.configTrouble} text={status.configProblem} />
      )}
      {status.exposure !== null && <Strip tone="warn" title={shell.exposed} text={status.exposure} />}
    </>
  );
}

const textOf = ({ title, advice }: Problem): string => `${title} ${advice}`;

function Strip({
  title,
  text,
  icon,
  tone = 'bad',
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly icon?: ReactNode;
  readonly tone?: 'bad' | 'warn';
  /** What can be done about it. */
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div
      role="alert"
      className={cx(
        'flex shrink-0 items-center gap-3 border-b px-5 py-2',
        tone === 'bad' ? 'border-bad/40 bg-bad-soft text-bad' : 'border-warn/40 bg-warn-soft text-warn',
      )}
    >
      {icon ?? <TriangleAlert size={16} className="shrink-0" aria-hidden />}
      <p className="min-w-0 grow">
        <strong>{title}</strong> {text}
      </p>
      {children}
    </div>
  );
}
