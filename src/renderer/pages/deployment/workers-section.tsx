import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { CoreText } from '../../components/core-text.tsx';
import { Section } from '../../components/surface.tsx';
import { contextSize, duration, minuteTime, priceOf, usdPerHour } from '../../view/format.ts';
import { FactList } from './fact-list.tsx';
import { words } from './messages.ts';

/** A serverless endpoint: its workers, who wait for them, and what one costs while it is up. */
export function WorkersSection({ view }: { readonly view: DeploymentView }): ReactNode {
  const { endpoint, spec, auto } = view;
  const w = words.workers;
  const wish = [
    [words.edit.model, <code key="model">{spec.model}</code>],
    [words.edit.context, words.contextLine(contextSize(spec.contextTokens), spec.concurrency)],
  ] as const;
  const asOf = endpoint?.asOf ?? null;
  return (
    <Section
      title={w.title}
      aside={
        asOf !== null && <span className="num text-sm text-faint">{words.live.asOf(minuteTime(asOf))}</span>
      }
    >
      <FactList
        facts={endpoint == null ? [...wish, [words.facts.hardware, w.none]] : [...wish, ...factsOf(endpoint)]}
      />
      {endpoint?.why != null && (
        <p className="mt-2 text-sm text-soft">
          <CoreText text={endpoint.why} />
        </p>
      )}
      {auto?.why != null && (
        <p className="mt-2 text-sm text-soft">
          <CoreText text={auto.why} />
        </p>
      )}
    </Section>
  );
}

function factsOf(
  endpoint: NonNullable<DeploymentView['endpoint']>,
): readonly (readonly [string, ReactNode])[] {
  const w = words.workers;
  const { workers, jobs, workerUsdPerHour } = endpoint;
  const { first, most } = workerUsdPerHour;
  const price = first === most ? usdPerHour(first) : w.upTo(usdPerHour(first), usdPerHour(most));
  const count = endpoint.gpuCount > 1 ? `${endpoint.gpuCount} × ` : '';
  return [
    [w.now, w.counts(workers.running, workers.initializing, workers.min, workers.max)],
    [w.jobs, w.jobsOf(jobs.waiting, jobs.inProgress)],
    [words.cost.title, priceOf('serverless', price)],
    [words.facts.hardware, `${count}${endpoint.gpuTypeIds.join(', ')}`],
    ...(endpoint.idleTimeoutSeconds === null
      ? []
      : ([[w.ends, w.endsAfter(duration(endpoint.idleTimeoutSeconds * 1000))]] as const)),
    [w.type, w.types[endpoint.type]],
    [words.facts.image, <code key="image">{endpoint.image}</code>],
    [w.id, <code key="id">{endpoint.id}</code>],
  ];
}
