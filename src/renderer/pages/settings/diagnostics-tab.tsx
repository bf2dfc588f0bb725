import { CircleCheck, CircleMinus, CircleX, RefreshCw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { copy } from '../../app/actions.ts';
import { useCall } from '../../app/use-call.ts';
import { Button } from '../../components/button.tsx';
import { Loading, ProblemPanel, Section } from '../../components/surface.tsx';
import { useAppStatus } from '../../stores/app-status.ts';
import { dateTime } from '../../view/format.ts';

const LOOKS = {
  ok: { icon: CircleCheck, look: 'text-ok', word: 'good' },
  warn: { icon: TriangleAlert, look: 'text-warn', word: 'warning' },
  fail: { icon: CircleX, look: 'text-bad', word: 'failed' },
  skip: { icon: CircleMinus, look: 'text-idle', word: 'not checked' },
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
        title="Checks"
        aside={
          <span className="flex gap-2">
            <Button
              size="sm"
              blocked={checks === null ? 'Not checked yet.' : null}
              onClick={() => void copy(report(), 'Report')}
            >
              Copy report
            </Button>
            <Button size="sm" icon={<RefreshCw size={13} aria-hidden />} onClick={doctor.reload}>
              Check again
            </Button>
          </span>
        }
      >
        {doctor.problem !== null && <ProblemPanel problem={doctor.problem} onRetry={doctor.reload} />}
        {checks === null && doctor.problem === null && <Loading what="checks" />}
        <ul className="divide-y divide-line/60" aria-busy={doctor.loading}>
          {(checks ?? []).map((check) => {
            const look = LOOKS[check.status];
            return (
              <li key={check.name} className="flex gap-3 py-2">
                <look.icon size={16} aria-hidden className={`mt-0.5 ${look.look}`} />
                <div>
                  <p>
                    <span className="font-medium">{check.name}</span>{' '}
                    <span className="sr-only">{look.word}:</span>{' '}
                    <span className="text-soft">{check.detail}</span>
                  </p>
                  {check.advice !== null && <p className="text-sm">{check.advice}</p>}
                </div>
              </li>
            );
          })}
        </ul>
      </Section>
      {status !== null && (
        <Section title="About">
          <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1">
            <dt className="text-soft">Version</dt>
            <dd>{status.version}</dd>
            <dt className="text-soft">Cloud</dt>
            <dd>{status.cloud === 'sandbox' ? 'Sandbox, simulated' : 'RunPod'}</dd>
            <dt className="text-soft">Running since</dt>
            <dd className="num">{dateTime(status.startedAt)}</dd>
            <dt className="text-soft">Data</dt>
            <dd className="break-all">
              <code>{status.dataDir}</code>
            </dd>
          </dl>
        </Section>
      )}
    </div>
  );
}
