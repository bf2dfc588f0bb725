import { Plus } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import type { MethodOutput } from '../../../shared/api.ts';
import type { EngineStatus } from '../../../shared/images.ts';
import { every } from '../../app/clock.ts';
import { to, useRoute } from '../../app/router.ts';
import { useCall, type Loaded } from '../../app/use-call.ts';
import { Button, buttonClass } from '../../components/button.tsx';
import { PageBody, PageHead } from '../../components/page.tsx';
import { Loading, ProblemPanel, Section } from '../../components/surface.tsx';
import { BuildDetail } from './build-detail.tsx';
import { BuildDialog } from './build-dialog.tsx';
import { BuildList } from './build-list.tsx';
import { LocalImages } from './local-images.tsx';
import { words } from './messages.ts';
import { problemFrom } from '../../view/problem.ts';

const LOOK_EVERY_MS = 3000;

export default function Images(): ReactNode {
  const route = useRoute();
  const [building, setBuilding] = useState(false);
  const engine = useCall('images.engine', {});
  const { builds, images } = useImages();
  const shown = route.page === 'images' ? route.build : null;
  const usable = engine.value?.available ?? false;
  return (
    <>
      <PageHead title={words.title} note={words.intro}>
        <Button
          look="primary"
          icon={<Plus size={15} aria-hidden />}
          blocked={usable ? null : words.noEngine}
          onClick={() => setBuilding(true)}
        >
          {words.build}
        </Button>
      </PageHead>
      <PageBody>
        <EngineState engine={engine} />
        <Builds builds={builds} shown={shown} />
        <LocalImages
          images={images.value?.images ?? null}
          problem={images.problem}
          onChange={() => {
            images.reload();
            builds.reload();
          }}
          usable={usable}
        />
      </PageBody>
      <BuildDialog
        open={building}
        onClose={() => {
          setBuilding(false);
          builds.reload();
        }}
      />
    </>
  );
}

/** Builds tell of themselves only to who follows one: the lists are read again while something is under way. */
function useImages(): {
  readonly builds: Loaded<MethodOutput<'images.builds'>>;
  readonly images: Loaded<MethodOutput<'images.list'>>;
} {
  const builds = useCall('images.builds', {});
  const images = useCall('images.list', {});
  const running = builds.value?.builds.some((build) => build.endedAt === null) ?? false;
  const { reload: reloadBuilds } = builds;
  const { reload: reloadImages } = images;
  useEffect(() => {
    if (!running) return;
    return every(LOOK_EVERY_MS, reloadBuilds);
  }, [running, reloadBuilds]);
  // A build may be over before it was ever seen under way.
  const ended = builds.value?.builds.filter((build) => build.endedAt !== null).length ?? 0;
  useEffect(() => {
    if (ended > 0) reloadImages();
  }, [ended, reloadImages]);
  return { builds, images };
}

function Builds({
  builds,
  shown,
}: {
  readonly builds: Loaded<MethodOutput<'images.builds'>>;
  readonly shown: string | null;
}): ReactNode {
  const all = builds.value?.builds ?? [];
  const build = all.find((known) => known.id === shown);
  return (
    <>
      {build !== undefined && <BuildDetail key={build.id} build={build} onChange={builds.reload} />}
      <BuildList builds={all} shown={shown} />
    </>
  );
}

function EngineState({ engine }: { readonly engine: Loaded<EngineStatus> }): ReactNode {
  if (engine.value !== null) return <Engine engine={engine.value} onRetry={engine.reload} />;
  if (engine.problem !== null) return <ProblemPanel problem={engine.problem} onRetry={engine.reload} />;
  return <Loading what={words.docker} lines={1} />;
}

function Engine({
  engine,
  onRetry,
}: {
  readonly engine: EngineStatus;
  readonly onRetry: () => void;
}): ReactNode {
  if (engine.available) {
    const facts = [
      words.engine(engine.name ?? words.docker, engine.version ?? ''),
      engine.buildKit ? 'BuildKit' : null,
      engine.architecture,
      engine.address,
    ];
    return (
      <p className="text-sm text-soft">
        {facts.filter((fact) => fact !== null).join(' · ')}
        {engine.emulated && <span className="text-warn"> · {words.emulated}</span>}
      </p>
    );
  }
  return (
    <Section
      title={words.noEngine}
      aside={
        <Button size="sm" onClick={onRetry}>
          {words.lookAgain}
        </Button>
      }
    >
      {engine.problem !== null && (
        <p>
          {problemFrom(engine.problem).title}{' '}
          <span className="text-soft">{problemFrom(engine.problem).advice}</span>
        </p>
      )}
      <p className="mt-1 text-soft">{words.noneText}</p>
      <a href={to.deploy()} className={`${buttonClass('primary')} mt-3`}>
        {words.deploy}
      </a>
    </Section>
  );
}
