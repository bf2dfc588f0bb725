import type { ReactNode } from 'react';
import type { BuildState, BuildView } from '../../../shared/images.ts';
import { useNow } from '../../app/clock.ts';
import { to } from '../../app/router.ts';
import { StateBadge } from '../../components/state-badge.tsx';
import { Section, Tag } from '../../components/surface.tsx';
import { ago, bytes, stopwatch } from '../../view/format.ts';
import type { StateLook } from '../../view/state.ts';
import { words } from './messages.ts';

const SHAPES = {
  queued: { shape: 'hollow', tone: 'idle' },
  checking: { shape: 'half', tone: 'busy' },
  building: { shape: 'half', tone: 'busy' },
  pushing: { shape: 'half', tone: 'busy' },
  done: { shape: 'filled', tone: 'ok' },
  failed: { shape: 'cross', tone: 'bad' },
  cancelled: { shape: 'hollow', tone: 'idle' },
} as const satisfies Record<BuildState, Pick<StateLook, 'shape' | 'tone'>>;

export function buildLook(build: BuildView): StateLook {
  return { ...SHAPES[build.state], word: words.states[build.state], detail: progress(build) };
}

function progress(build: BuildView): string | null {
  if (build.endedAt !== null) return null;
  if (build.transfer !== null) {
    const { what, doneBytes, totalBytes } = build.transfer;
    return `${what} ${bytes(doneBytes)}${totalBytes === null ? '' : ` of ${bytes(totalBytes)}`}`;
  }
  const done = build.steps.filter((step) => step.state !== 'running').length;
  return build.totalSteps === null
    ? null
    : words.step(Math.min(done + 1, build.totalSteps), build.totalSteps);
}

export function BuildList({
  builds,
  shown,
}: {
  readonly builds: readonly BuildView[];
  readonly shown: string | null;
}): ReactNode {
  return (
    <Section title={words.builds} flush>
      {builds.length === 0 ? (
        <p className="px-4 pb-4 text-soft">{words.noBuilds}</p>
      ) : (
        <ul className="divide-y divide-line/70 border-t border-line">
          {builds.map((build) => (
            <Row key={build.id} build={build} current={build.id === shown} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Row({ build, current }: { readonly build: BuildView; readonly current: boolean }): ReactNode {
  const nowMs = useNow(1000);
  const time =
    build.endedAt === null ? stopwatch(nowMs - Date.parse(build.startedAt)) : ago(build.endedAt, nowMs);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2">
      <a
        href={to.images(build.id)}
        aria-current={current ? 'true' : undefined}
        className="min-w-0 grow truncate font-mono text-sm"
      >
        {build.reference}
      </a>
      <Tag>{build.kind}</Tag>
      <StateBadge look={buildLook(build)} />
      <span className="num w-24 text-right text-sm text-soft">{time}</span>
    </li>
  );
}
