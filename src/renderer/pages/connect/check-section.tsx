import { CircleCheck, CircleX, ListChecks } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { ConnectCheckItem } from '../../../shared/clients/voice.ts';
import type { DeploymentView } from '../../../shared/model.ts';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { CoreText } from '../../components/core-text.tsx';
import { ProblemPanel, Section } from '../../components/surface.tsx';
import { announce } from '../../stores/announcer.ts';
import { problemOf, wasLeft, type Problem } from '../../view/problem.ts';
import { words } from './messages.ts';

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly checks: readonly ConnectCheckItem[] }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Replays this client's way of talking through the proxy: what it finds, the client will find. */
export function CheckSection({
  clientId,
  clientName,
  view,
  onStart,
}: {
  readonly clientId: string;
  readonly clientName: string;
  readonly view: DeploymentView;
  /** Requests of the app itself follow. */
  readonly onStart: () => void;
}): ReactNode {
  const { client } = useApp();
  const [state, setState] = useState<State>({ kind: 'idle' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const w = words.check;

  async function run(): Promise<void> {
    const leaving = new AbortController();
    running.current = leaving;
    onStart();
    setState({ kind: 'running' });
    try {
      const asked = { client: clientId, deployment: view.id };
      const { checks } = await client.call('connect.check', asked, leaving.signal);
      setState({ kind: 'done', checks });
      announce(w.spoken(checks.filter(({ ok }) => ok).length, checks.length));
    } catch (error) {
      if (!wasLeft(error)) setState({ kind: 'failed', problem: problemOf(error) });
    }
  }
  const blocked =
    view.state === 'ready' ? (state.kind === 'running' ? w.running : null) : w.notReady(view.name);
  return (
    <Section
      title={w.title}
      aside={
        <Button
          size="sm"
          icon={<ListChecks size={13} aria-hidden />}
          blocked={blocked}
          onClick={() => void run()}
        >
          {state.kind === 'idle' ? w.verb(clientName) : w.again}
        </Button>
      }
    >
      {state.kind === 'idle' && <p className="text-soft">{w.text(view.name)}</p>}
      {state.kind === 'running' && (
        <p role="status" className="text-soft">
          {w.running}
        </p>
      )}
      {state.kind === 'failed' && <ProblemPanel problem={state.problem} />}
      {state.kind === 'done' && <Findings checks={state.checks} />}
    </Section>
  );
}

function Findings({ checks }: { readonly checks: readonly ConnectCheckItem[] }): ReactNode {
  const w = words.check;
  return (
    <ul className="space-y-1.5">
      {checks.map(({ name, ok, detail }) => (
        <li key={name} className="flex gap-2">
          {ok ? (
            <CircleCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-ok" />
          ) : (
            <CircleX size={16} aria-hidden className="mt-0.5 shrink-0 text-bad" />
          )}
          <span className="min-w-0 break-words">
            <span className="font-medium">{w.names[name]}</span>{' '}
            <span className="sr-only">{ok ? w.works : w.fails}.</span>{' '}
            <span className="text-soft">
              <CoreText text={detail} />
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
