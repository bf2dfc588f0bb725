import type { ReactNode } from 'react';
import { HOURS_PER_MONTH } from '../../../shared/money.ts';
import { RECIPES, type Recipe } from '../../../shared/recipes.ts';
import { to } from '../../app/router.ts';
import { useCall } from '../../app/use-call.ts';
import { useRadar } from '../../stores/radar.ts';
import { takenOf } from '../../../shared/model.ts';
import { contextSize, durationRange, gib, priceOf, priceUp } from '../../view/format.ts';
import { words } from './messages.ts';
import { CoreText } from '../../components/core-text.tsx';

/** Nothing deployed yet: three ways to begin, each with its price of today. */
export function Recipes(): ReactNode {
  const foreign = useRadar(
    (state) => state.radar?.items.filter((item) => item.ownership !== 'known').length ?? 0,
  );
  const known = useRadar((state) => state.radar?.unseen.length === 0);
  const foreignUsd = useRadar((state) =>
    (state.radar?.items ?? []).reduce(
      // What runs has its disk in its price.
      (sum, item) => sum + (item.usdPerHour > 0 ? item.usdPerHour : item.usdPerMonthAtRest / HOURS_PER_MONTH),
      0,
    ),
  );
  return (
    <section aria-labelledby="recipes-title" className="py-4">
      <h2 id="recipes-title" className="text-center text-xl font-semibold">
        {foreignUsd > 0
          ? words.empty.othersBill(priceUp(foreignUsd))
          : known
            ? words.empty.title
            : words.empty.unknown}
      </h2>
      <p className="mt-1 text-center text-soft">{words.empty.text}</p>
      <ul className="mx-auto mt-5 grid max-w-4xl grid-cols-1 gap-3 @xl:grid-cols-3">
        {RECIPES.map((recipe) => (
          <RecipeCard key={recipe.id} recipe={recipe} />
        ))}
      </ul>
      <p className="mt-5 flex justify-center gap-6">
        <a href={to.deploy()} className="text-accent-text">
          {words.empty.other}
        </a>
        {foreign > 0 && (
          <a href={to.costs()} className="text-accent-text">
            {words.empty.demo(foreign)}
          </a>
        )}
      </p>
    </section>
  );
}

function RecipeCard({ recipe }: { readonly recipe: Recipe }): ReactNode {
  const plan = useCall('plan.make', {
    model: recipe.model,
    backend: recipe.backend,
    contextTokens: recipe.contextTokens,
  });
  const best = plan.value === null ? null : takenOf(plan.value);
  const facts =
    best === null
      ? null
      : words.recipeNeeds(best.gpuName, gib(best.needGiB), contextSize(recipe.contextTokens));
  return (
    <li>
      <a
        href={to.deploy({ model: recipe.model })}
        className="flex h-full flex-col rounded-lg border border-line bg-surface p-4 text-text no-underline hover:border-accent-text"
      >
        <span className="font-semibold">
          <CoreText text={recipe.title} />
        </span>
        <span className="truncate text-sm text-soft" title={recipe.model}>
          {recipe.model.split('/').at(-1)}
        </span>
        <span className="mt-2 grow text-sm text-soft">
          <CoreText text={recipe.purpose} />
        </span>
        <span className="num mt-3 text-lg font-semibold">
          {best === null
            ? plan.loading
              ? words.askingPrice
              : words.noPriceNow
            : priceOf(best.kind, priceUp(best.usdPerHour))}
        </span>
        <span className="text-sm text-soft">{facts ?? plan.problem?.title ?? ' '}</span>
        {best !== null && (
          <span className="text-sm text-faint">
            {words.readyIn}{' '}
            {durationRange(best.secondsToFirstToken.low * 1000, best.secondsToFirstToken.high * 1000)}
          </span>
        )}
      </a>
    </li>
  );
}
