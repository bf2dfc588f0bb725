import { formatUsd } from '../../../shared/money.ts';
import type { News } from '../../../shared/news.ts';
import type { SweepCount } from '../../../shared/sweep.ts';
import type { StoredThing } from './thing.ts';

type Told = Omit<News, 'id' | 'at'>;

/** What a sweep came to, for people. */
export function sweptNews(count: SweepCount): Told {
  const { done, left, savesUsdPerMonth } = count;
  const saves = done === 0 ? '' : `That saves ${formatUsd(savesUsdPerMonth)} a month.`;
  const kept =
    left === 0 ? '' : `${left} ${left === 1 ? 'was' : 'were'} left as ${left === 1 ? 'it is' : 'they are'}.`;
  return {
    kind: 'swept',
    title: done === 0 ? 'Nothing was swept' : done === 1 ? 'Swept 1 thing' : `Swept ${done} things`,
    body: [saves, kept].filter((part) => part !== '').join(' '),
    facts: { what: 'swept', done, left, savesUsdPerMonth },
    deployment: null,
  };
}

/** RunPod has not confirmed an end for a while. */
export const stillBillingNews = ({ kind, id, name, why }: StoredThing): Told => ({
  kind: 'still-billing',
  title: `${name} may still be billing`,
  body: `RunPod has not confirmed the end of ${kind.replace('-', ' ')} ${id}.${why === null ? '' : ` ${why}`} The app keeps trying.`,
  facts: { what: 'still-billing', resource: kind, id, name },
  deployment: null,
});
