import { useState, type ReactNode } from 'react';
import { takenOf } from '../../../shared/model.ts';
import { upToCents } from '../../../shared/money.ts';
import { freeName, nameFromModel, RECIPES, type Recipe } from '../../../shared/recipes.ts';
import { tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { useCall } from '../../app/use-call.ts';
import { Button, SpendButton } from '../../components/button.tsx';
import { putDeployment, useDeployments } from '../../stores/deployments.ts';
import { contextSize, durationRange, priceOf, priceUp } from '../../view/format.ts';
import { words } from './messages.ts';
import { CoreText } from '../../components/core-text.tsx';
import { fromCore } from '../../view/core-words.ts';

export function ModelStep({
  onStarted,
  onOther,
}: {
  readonly onStarted: (deployment: string) => void;
  readonly onOther: () => void;
}): ReactNode {
  return (
    <section aria-labelledby="model-title">
      <h2 id="model-title" className="text-lg font-semibold">
        {words.model.title}
      </h2>
      <ul className="mt-3 grid grid-cols-3 gap-4 @max-3xl:grid-cols-1">
        {RECIPES.map((recipe) => (
          <RecipeChoice key={recipe.id} recipe={recipe} onStarted={onStarted} />
        ))}
      </ul>
      <p className="mt-4 text-soft">{words.model.safety}</p>
      <Button className="mt-3" onClick={onOther}>
        {words.model.other}
      </Button>
    </section>
  );
}

function RecipeChoice({
  recipe,
  onStarted,
}: {
  readonly recipe: Recipe;
  readonly onStarted: (deployment: string) => void;
}): ReactNode {
  const { client } = useApp();
  const [busy, setBusy] = useState(false);
  const byId = useDeployments((state) => state.byId);
  const plan = useCall('plan.make', {
    model: recipe.model,
    backend: recipe.backend,
    contextTokens: recipe.contextTokens,
  });
  const best = plan.value === null ? null : takenOf(plan.value);
  const price = best === null ? null : priceOf(best.kind, priceUp(best.usdPerHour));

  const start = async (): Promise<void> => {
    if (best === null) return;
    setBusy(true);
    try {
      const view = await client.call('deployments.create', {
        spec: {
          name: freeName(
            nameFromModel(recipe.model),
            Object.values(byId).map((known) => known.name),
          ),
          model: recipe.model,
          backend: recipe.backend,
          contextTokens: recipe.contextTokens,
          compute: { cloud: best.cloud, maxUsdPerHour: upToCents(best.usdPerHour) },
        },
        start: true,
      });
      putDeployment(view);
      onStarted(view.name);
    } catch (error) {
      setBusy(false);
      tell(error, words.cannotStart(fromCore(recipe.title).text));
    }
  };
  const title = fromCore(recipe.title).text;
  return (
    <li className="flex flex-col rounded-lg border border-line bg-surface p-4">
      <h3 className="font-semibold">
        <CoreText text={recipe.title} />
      </h3>
      <p className="truncate text-sm text-soft" title={recipe.model}>
        {recipe.model.split('/').at(-1)}
      </p>
      <p className="mt-2 grow text-sm text-soft">
        <CoreText text={recipe.purpose} />
      </p>
      <p className="num mt-2 text-sm text-soft">
        {contextSize(recipe.contextTokens)} {words.context}
        {best !== null &&
          words.gpuAndTime(
            best.gpuName,
            durationRange(best.secondsToFirstToken.low * 1000, best.secondsToFirstToken.high * 1000),
          )}
      </p>
      <SpendButton
        look="primary"
        className="mt-3"
        verb={words.model.start}
        usdPerHour={price}
        aria-label={price === null ? words.asking(title) : words.startFor(title, price)}
        blocked={busy ? words.beingStarted : plan.problem === null ? null : plan.problem.title}
        onClick={() => void start()}
      />
    </li>
  );
}
