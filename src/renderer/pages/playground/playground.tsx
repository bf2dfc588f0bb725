import { Code, Eraser, SlidersHorizontal, Wrench } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useApp } from '../../app/app-context.ts';
import { useCall } from '../../app/use-call.ts';
import { useRoute } from '../../app/router.ts';
import { Button } from '../../components/button.tsx';
import { PageHead } from '../../components/page.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { EmptyState } from '../../components/surface.tsx';
import { beginAgain, editLast, lastAnswers, useChat, type Answer } from '../../stores/chat.ts';
import { deploymentByName, useDeployments } from '../../stores/deployments.ts';
import { toolCount } from '../../view/chat-tools.ts';
import { costNow, lookOf, sortForOverview } from '../../view/state.ts';
import { buttonClass } from '../../components/button.tsx';
import { to } from '../../app/router.ts';
import { CodeDialog } from './code-dialog.tsx';
import { Composer, MESSAGE_ID } from './composer.tsx';
import { Conversation } from './conversation.tsx';
import { words } from './messages.ts';
import { ParamsPanel } from './params-panel.tsx';
import { ToolsDialog } from './tools-dialog.tsx';
import { usePlaygroundKeys } from './use-playground-keys.ts';

export default function Playground(): ReactNode {
  const served = useServedModels();
  const model = useModel(served);
  const view = useDeployments((state) => (model === null ? undefined : deploymentByName(state.byId, model)));
  const byId = useDeployments((state) => state.byId);
  const rival = useChat((state) => state.rival);
  const { chat } = useApp();
  // Not the turns themselves: they change with every frame of an answer, and nothing here does.
  const begun = useChat((state) => state.turns.length > 0);
  const busy = useChat((state) => state.busy);
  const [panel, setPanel] = useState(false);
  const [code, setCode] = useState(false);
  const [tools, setTools] = useState(false);
  const offered = useChat((state) => toolCount(state.tools));
  const isThere = rival !== null && (deploymentByName(byId, rival) !== undefined || served.includes(rival));
  const other = rival === model || !isThere ? null : rival;
  const again = (answer: Answer): void => {
    const asked = (answer.side === 0 ? model : other) ?? answer.model;
    const id = beginAgain(answer.id, asked);
    if (id !== null) chat.ask(asked, id);
  };
  usePlaygroundKeys(
    { stop: () => chat.stop(), again: () => lastAnswers(useChat.getState().turns).forEach(again) },
    busy,
  );
  const edit = (): void => {
    if (editLast()) document.getElementById(MESSAGE_ID)?.focus();
  };
  if (model === null) return <Nothing />;
  const models = other === null ? [model] : [model, other];
  return (
    <>
      <PageHead title={words.title}>
        <ModelPicker model={model} served={served} />
        {view !== undefined && (
          <span className="num flex items-center gap-2">
            <StateBadge look={lookOf(view)} /> <span className="text-soft">{costNow(view)}</span>
          </span>
        )}
        <RivalPicker model={model} rival={other} served={served} />
        <Button
          icon={<SlidersHorizontal size={14} aria-hidden />}
          aria-expanded={panel}
          onClick={() => setPanel(!panel)}
        >
          {words.params}
        </Button>
        <Button icon={<Wrench size={14} aria-hidden />} onClick={() => setTools(true)}>
          {words.tools.open(offered)}
        </Button>
        <Button icon={<Code size={14} aria-hidden />} onClick={() => setCode(true)}>
          {words.code}
        </Button>
        <Button
          icon={<Eraser size={14} aria-hidden />}
          blocked={!begun ? words.nothingToClear : busy ? words.running : null}
          onClick={() => useChat.setState({ turns: [] })}
        >
          {words.clear}
        </Button>
      </PageHead>
      <div className="flex min-h-0 grow border-t border-line @max-2xl:flex-col-reverse">
        <div className="flex min-w-0 grow flex-col">
          <Conversation busy={busy} onAgain={again} onEdit={edit} />
          <Composer
            models={models}
            views={models.map((name) => deploymentByName(byId, name)).filter((known) => known !== undefined)}
          />
        </div>
        {panel && <ParamsPanel />}
      </div>
      <ToolsDialog open={tools} onClose={() => setTools(false)} />
      <CodeDialog open={code} onClose={() => setCode(false)} model={model} />
    </>
  );
}

/** The model of the address, else the one chosen before, else the first that is ready. */
function useModel(served: readonly string[]): string | null {
  const route = useRoute();
  const asked = route.page === 'playground' ? route.model : null;
  const chosen = useChat((state) => state.model);
  const first = useDeployments((state) => {
    const sorted = sortForOverview(Object.values(state.byId));
    return (sorted.find((view) => view.state === 'ready') ?? sorted[0])?.name ?? served[0] ?? null;
  });
  const known = useDeployments(
    (state) => chosen !== null && deploymentByName(state.byId, chosen) !== undefined,
  );
  useEffect(() => {
    if (asked !== null) useChat.setState({ model: asked });
  }, [asked]);
  return asked ?? (known || (chosen !== null && served.includes(chosen)) ? chosen : first);
}

/** Models of servers beside the deployments: they can be asked like those. */
function useServedModels(): readonly string[] {
  const { value } = useCall('models.list', {});
  return value?.models.filter(({ deployment }) => deployment === null).map(({ id }) => id) ?? [];
}

function ModelPicker({
  model,
  served,
}: {
  readonly model: string;
  readonly served: readonly string[];
}): ReactNode {
  const byId = useDeployments((state) => state.byId);
  const names = [...sortForOverview(Object.values(byId)).map((view) => view.name), ...served];
  return (
    <select
      aria-label={words.model}
      className="field max-w-56"
      value={model}
      onChange={(event) => {
        useChat.setState({ model: event.target.value });
        window.location.hash = to.playground(event.target.value);
      }}
    >
      {(names.includes(model) ? names : [model, ...names]).map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

/** A second model that answers the same questions beside the first. */
function RivalPicker({
  model,
  rival,
  served,
}: {
  readonly model: string;
  readonly rival: string | null;
  readonly served: readonly string[];
}): ReactNode {
  const byId = useDeployments((state) => state.byId);
  const names = [...sortForOverview(Object.values(byId)).map((view) => view.name), ...served].filter(
    (name) => name !== model,
  );
  if (names.length === 0) return null;
  return (
    <select
      aria-label={words.compare}
      className="field max-w-48"
      value={rival ?? ''}
      onChange={(event) => useChat.setState({ rival: event.target.value === '' ? null : event.target.value })}
    >
      <option value="">{words.compareNone}</option>
      {names.map((name) => (
        <option key={name} value={name}>
          {words.beside(name)}
        </option>
      ))}
    </select>
  );
}

function Nothing(): ReactNode {
  const loaded = useDeployments((state) => state.loaded);
  return (
    <>
      <PageHead title={words.title} />
      {loaded && (
        <EmptyState title={words.noModel}>
          <p>{words.noModelText}</p>
          <a href={to.deploy()} className={`${buttonClass('primary')} mt-3`}>
            {words.deploy}
          </a>
        </EmptyState>
      )}
    </>
  );
}
