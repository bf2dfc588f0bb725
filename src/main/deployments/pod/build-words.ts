import type { BuildView } from '../../../shared/images.ts';

const LONGEST = 80;

/** Where a build is, in a few words: `step 3 of 7: RUN …`, `sent 40 %`; null = nothing to tell yet. */
export function buildDetail(build: BuildView): string | null {
  switch (build.state) {
    case 'queued':
      return 'waiting for another build';
    case 'checking':
      return 'looking for it in its registry';
    case 'building':
      return buildingDetail(build);
    case 'pushing':
      return `sending it to its registry${percentOf(build)}`;
    case 'done':
    case 'failed':
    case 'cancelled':
      return null;
  }
}

function buildingDetail(build: BuildView): string {
  if (build.transfer?.what === 'pull') return `fetching the image it is made on${percentOf(build)}`;
  const step = build.steps.findLast(({ state }) => state === 'running') ?? build.steps.at(-1);
  if (step === undefined) return 'beginning';
  const of = build.totalSteps === null ? '' : ` of ${build.totalSteps}`;
  const name = step.name.length > LONGEST ? `${step.name.slice(0, LONGEST)}…` : step.name;
  return `step ${step.index}${of}: ${name}`;
}

/** In steps of five, so that it does not change by the moment. */
function percentOf({ transfer }: BuildView): string {
  if (transfer === null || transfer.totalBytes === null || transfer.totalBytes <= 0) return '';
  return ` ${Math.floor((transfer.doneBytes / transfer.totalBytes) * 20) * 5} %`;
}
