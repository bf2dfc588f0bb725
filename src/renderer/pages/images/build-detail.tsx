import { Check, X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { BuildStep, BuildView } from '../../../shared/images.ts';
import { tell } from '../../app/actions.ts';
import type { Client } from '../../api/client.ts';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { StateBadge, StateShape } from '../../components/state-badge.tsx';
import { ProblemPanel, Section, Tag } from '../../components/surface.tsx';
import { plainText } from '../../view/ansi.ts';
import { bytes, stopwatch } from '../../view/format.ts';
import { wasLeft, problemFrom } from '../../view/problem.ts';
import { buildLook } from './build-list.tsx';
import { words } from './messages.ts';

const MOST_LINES = 5000;

/** One build as it happens: its steps, and what the step under way says. */
export function BuildDetail({
  build: first,
  onChange,
}: {
  readonly build: BuildView;
  readonly onChange: () => void;
}): ReactNode {
  const { client } = useApp();
  const { build, log } = useBuild(first);
  const cancel = (): void => {
    client
      .call('images.cancel', { build: build.id })
      .then(onChange)
      .catch((error: unknown) => tell(error, words.cannot.cancel));
  };
  const problem = build.problem;
  return (
    <Section
      title={build.reference}
      aside={
        <span className="flex items-center gap-3">
          <StateBadge look={buildLook(build)} />
          {build.endedAt === null && (
            <Button size="sm" onClick={cancel}>
              {words.cancel}
            </Button>
          )}
        </span>
      }
    >
      {problem !== null && <ProblemPanel problem={problemFrom(problem)} />}
      <ol className="my-2 space-y-1">
        {build.steps.map((step) => (
          <Step key={step.index} step={step} />
        ))}
      </ol>
      {build.sizeBytes !== null && <p className="num text-sm text-soft">{bytes(build.sizeBytes)}</p>}
      {log.length > 0 && <BuildLog lines={log} />}
    </Section>
  );
}

function Step({ step }: { readonly step: BuildStep }): ReactNode {
  return (
    <li className="flex items-center gap-2">
      {step.state === 'running' && <StateShape shape="half" tone="busy" />}
      {(step.state === 'done' || step.state === 'cached') && (
        <Check size={14} className="text-ok" aria-hidden />
      )}
      {step.state === 'failed' && <X size={14} className="text-bad" aria-hidden />}
      <span className="sr-only">{step.state}</span>
      <span className={cx('min-w-0 grow truncate font-mono text-sm', step.state === 'failed' && 'text-bad')}>
        {step.name}
      </span>
      {step.state === 'cached' && <Tag>{words.cached}</Tag>}
      {step.seconds !== null && (
        <span className="num text-sm text-soft">{stopwatch(step.seconds * 1000)}</span>
      )}
    </li>
  );
}

function BuildLog({ lines }: { readonly lines: readonly string[] }): ReactNode {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (lines.length > 0 && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <ScrollRegion
      ref={box}
      label={words.output}
      className="max-h-72 overflow-auto rounded-md border border-line bg-sunken"
    >
      <pre className="w-max min-w-full p-3 text-sm leading-relaxed">{lines.join('\n')}</pre>
    </ScrollRegion>
  );
}

/** The build as last told, and its output. */
function useBuild(first: BuildView): { readonly build: BuildView; readonly log: readonly string[] } {
  const { client } = useApp();
  const [told, setTold] = useState<BuildView | null>(null);
  const [log, setLog] = useState<readonly string[]>([]);
  const { id } = first;
  useEffect(
    () =>
      followBuild(client, id, {
        view: setTold,
        lines: (more) => setLog((before) => [...before, ...more].slice(-MOST_LINES)),
      }),
    [client, id],
  );
  return { build: told ?? first, log };
}

interface BuildHearer {
  readonly view: (build: BuildView) => void;
  readonly lines: (more: readonly string[]) => void;
}

/** Lines that come within one frame are told together. Returns a function that leaves the build. */
function followBuild(client: Client, id: string, hearer: BuildHearer): () => void {
  const leaving = new AbortController();
  let waiting: string[] = [];
  let frame = 0;
  const flush = (): void => {
    frame = 0;
    hearer.lines(waiting);
    waiting = [];
  };
  const follow = async (): Promise<void> => {
    for await (const event of client.stream('images.follow', { build: id }, leaving.signal)) {
      if (event.type === 'view') hearer.view(event.build);
      else {
        waiting.push(plainText(event.text));
        frame ||= requestAnimationFrame(flush);
      }
    }
  };
  follow().catch((error: unknown) => {
    if (!leaving.signal.aborted && !wasLeft(error)) tell(error, words.unfollowed);
  });
  return () => {
    leaving.abort();
    cancelAnimationFrame(frame);
  };
}
