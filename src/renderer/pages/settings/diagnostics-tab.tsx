import { CircleCheck, CircleMinus, CircleX, RefreshCw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { copy } from '../../app/actions.ts';
import { useCall } from '../../app/use-call.ts';
import { Button } from '../../components/button.tsx';
import { Loading, ProblemPanel, Section } from '../../components/surface.tsx';
import { useAppStatus } from '../../stores/app-status.ts';
import { dateTime } from '../../view/format.ts';
import { words } from './messages.ts';
import { CoreText } from '../../components/core-text.tsx';

const LOOKS = {
  ok: { icon: CircleCheck, look: 'text-ok' },
  warn: { icon: TriangleAlert, look: 'text-warn' },
  fail: { icon: CircleX, look: 'text-bad' },
  skip: { icon: CircleMinus, look: 'text-idle' },
} as const;

export function DiagnosticsTab(): ReactNode {
  const doctor = useCall('app.doctor', {});
  const status = useAppStatus((state) => state.status);
  const checks = doctor.value?.checks ?? null;
  const report = (): string =>
    [
      `RunPod LLM Manager ${status?.version ?? ''}`,
      ...(checks ?? []).map((check) => `${check.status.padEnd(5)} ${check.name}: ${check.detail}`),
    ].join('\n');
  return (
    <div className="max-w-3xl space-y-4 px-5 py-4">
      <Section
        title={words.checks.title}
        aside={
          <span className="flex gap-2">
            <Button
              size="sm"
              blocked={checks === null ? words.checks.notYet : null}
              onClick={() => void copy(report(), words.checks.report)}
            >
              {words.checks.copy}
            </Button>
            <Button size="sm" icon={<RefreshCw size={13} aria-hidden />} onClick={doctor.reload}>
              {words.checks.again}
            </Button>
          </span>
        }
      >
        {doctor.problem !== null && <ProblemPanel problem={doctor.problem} onRetry={doctor.reload} />}
        {checks === null && doctor.problem === null && <Loading what={words.checks.title} />}
        <ul className="divide-y divide-line/60" aria-busy={doctor.loading}>
          {(checks ?? []).map((check) => {
            const look = LOOKS[check.status];
            return (
              <li key={check.name} className="flex gap-3 py-2">
                <look.icon size={16} aria-hidden className={`mt-0.5 ${look.look}`} />
                <div>
                  <p>
                    <span className="font-medium">
                      <CoreText text={check.name} />
                    </span>{' '}
                    <span className="sr-only">{words.checks.statuses[check.status]}:</span>{' '}
                    <span className="text-soft">
                      <CoreText text={check.detail} />
                    </span>
                  </p>
                  {check.advice !== null && (
                    <p className="text-sm">
                      <CoreText text={check.advice} />
                    </p>
                  )}
                </div>
              </li>
            );
          })}
        </ul>
      </Section>
      {status !== null && (
        <Section title={words.about.title}>
          <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1">
            <dt className="text-soft">{words.about.version}</dt>
            <dd>{status.version}</dd>
            <dt className="text-soft">{words.about.cloud}</dt>
            <dd>{status.cloud === 'sandbox' ? words.about.sandbox : 'RunPod'}</dd>
            <dt className="text-soft">{words.about.since}</dt>
            <dd className="num">{dateTime(status.startedAt)}</dd>
            <dt className="text-soft">{words.about.data}</dt>
            <dd className="break-all">
              <code>{status.dataDir}</code>
            </dd>
          </dl>
        </Section>
      )}
    </div>
  );
}
