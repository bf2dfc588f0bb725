import { AppError, toErrorBody, type ErrorBody } from '../../../shared/errors.ts';
import type { DeploymentSpec, PlanCandidate } from '../../../shared/model.ts';
import { OLLAMA_IMAGE, VLLM_IMAGE } from '../../planner/images.ts';
import { targetOf, type ImageNeed } from '../../planner/image-need.ts';
import type { EndWish } from '../endings.ts';
import type { Verdict } from '../events.ts';
import type { DeploymentRecord, OwnImage } from '../record.ts';
import { kindOf, type RunKind } from '../serverless/kind.ts';
import type { HandlersFor, Moment, State, Step } from '../state.ts';
import { go, history, markProgress } from '../state.ts';
import { cureOf, type Cure } from './cure.ts';
import { digest } from './digest.ts';
import { evidence, lastLine, troubleError } from './evidence.ts';

/**
 * An image of the deployment's own (SPEC 3.3): made where no stock image serves, or once a stock image failed for a reason
 * that an own one cures. While it is made nothing is rented; once made it is used for every start after.
 */

const stockImage = ({ backend }: DeploymentSpec): string => (backend === 'vllm' ? VLLM_IMAGE : OLLAMA_IMAGE);

/**
 * The image is made on the stock one of this version of the app: a newer one may serve, and is tried first. One for a pod
 * does not serve behind an endpoint.
 */
export const ownImageKey = (spec: DeploymentSpec, kind: RunKind): string =>
  digest([
    spec.model,
    spec.revision,
    spec.backend,
    stockImage(spec),
    ...(kind === 'pod' ? [] : [targetOf(spec, kind)]),
  ]);

/** The image to launch with; null = not made, or of another model. */
export const builtImage = (record: DeploymentRecord): OwnImage['built'] => inForce(record)?.built ?? null;

function inForce(record: DeploymentRecord): OwnImage | null {
  const { spec, ownImage } = record;
  const given = spec.image !== null || spec.templateId !== null || spec.ownImage === 'never';
  return ownImage !== null && !given && ownImage.key === ownImageKey(spec, kindOf(record)) ? ownImage : null;
}

/** Whether a failing image may still be replaced: once, and not against the user's word. One with packages was that once. */
export function mayCure(record: DeploymentRecord): boolean {
  const { spec } = record;
  if (spec.image !== null || spec.templateId !== null || spec.ownImage === 'never') return false;
  const own = inForce(record);
  return own === null || (own.packages.length === 0 && spec.backend !== 'ollama');
}

/** Whether an image of its own has still to be made. */
export function lacksImage(record: DeploymentRecord): boolean {
  const own = inForce(record);
  return own !== null && own.built === null;
}

/** Before a GPU is asked for. */
export const decideImageWanted = ({ record }: State): Verdict | null =>
  lacksImage(record) ? { do: 'apply', event: { type: 'image-wanted' } } : null;

/** A container of the stock image that came down for a reason which an own one would not have; null = none is seen. */
export function curedBy({ record, live }: State): Verdict | null {
  if (record.spec.backend !== 'vllm' || !mayCure(record)) return null;
  const { trouble, tail } = live;
  const cure = cureOf(trouble === null ? tail : [trouble.line]);
  if (cure === null) return null;
  const error =
    trouble === null
      ? toErrorBody(new AppError('boot_failed', `The container starts and fails.${lastLine(tail)}`))
      : troubleError(trouble);
  return { do: 'apply', event: { type: 'cure-found', cure, error } };
}

export function decideBuilding({ record, live }: State, { now }: Moment): Verdict | null {
  if (record.state !== 'building') return null;
  return now < live.effectAt
    ? { do: 'wait', until: live.effectAt }
    : { do: 'run', effect: { kind: 'build' } };
}

/** What a plan means for the image; told once a start. */
export function imagePlanned(step: Step, need: ImageNeed): void {
  const { record } = step;
  const { spec, boot } = record;
  if (inForce(record) === null) {
    record.ownImage =
      need.kind === 'build'
        ? { key: ownImageKey(spec, kindOf(record)), reason: need.reason, packages: [], built: null }
        : null;
  }
  const first = boot !== null && boot.pods === 0 && boot.rounds === 0;
  const own = record.ownImage;
  if (!first || (own !== null && own.built === null)) return;
  if (own === null) history(step, 'image', `Image: ${need.reason}.`, { need: need.kind });
  else
    history(step, 'image', `Image: its own, ${own.built?.reference}, because ${own.reason}.`, {
      need: 'own',
    });
}

/** An own image is made on one stock image: a GPU whose hosts need another variant of it is not for it. */
export function forImage(record: DeploymentRecord, candidates: readonly PlanCandidate[]): PlanCandidate[] {
  const pods = candidates.filter((candidate) => candidate.kind === 'pod');
  return inForce(record) !== null ? pods.filter(({ image }) => image === stockImage(record.spec)) : pods;
}

type Types = 'image-wanted' | 'image-progress' | 'image-ready' | 'image-failed' | 'cure-found';

/** How what it runs on is given up, and ended. */
export interface ImageEnds {
  readonly fail: (step: Step, error: ErrorBody) => void;
  readonly end: (step: Step, wish: EndWish) => void;
}

export const ownImageHandlers = ({ fail, end }: ImageEnds): HandlersFor<Types> => ({
  'image-wanted': (step) => {
    go(step, 'image-wanted');
    step.live.effectAt = 0;
    const reason = step.record.ownImage?.reason ?? '';
    history(
      step,
      'image-building',
      `An image of its own is made, because ${reason}. Nothing bills meanwhile.`,
    );
  },

  'image-progress': (step, { detail }) => {
    step.live.detail = detail;
    markProgress(step, detail);
  },

  'image-ready': (step, { source, built }) => {
    const { record, live } = step;
    if (record.ownImage === null) return;
    record.ownImage.built = built;
    // Prices and stock may have changed while it was made.
    live.candidates = null;
    live.effectAt = 0;
    history(step, 'image-ready', `${SOURCES[source]}: ${built.reference}.`, {
      source,
      image: built.reference,
    });
    go(step, 'image-settled');
  },

  'image-failed': (step, { error }) => fail(step, withReason(error, step.record.ownImage)),

  'cure-found': (step, { cure, error }) => tryOwnImage(step, cure, { error, end }),
});

interface Failure {
  readonly error: ErrorBody;
  readonly end: ImageEnds['end'];
}

/** The image failed as `error` says, and another one may not: what runs goes, the image is made, another one comes. */
export function tryOwnImage(step: Step, { reason, packages }: Cure, { error, end }: Failure): void {
  const { record } = step;
  const key = ownImageKey(record.spec, kindOf(record));
  record.ownImage = { key, reason, packages: [...packages], built: null };
  history(
    step,
    'image-cure',
    `The image does not serve it: ${error.message} Another one of its own is tried, once, because ${reason}.`,
    { code: error.code, packages: [...packages], ...evidence(step) },
  );
  // The machine was not to blame: nothing is remembered against it.
  go(step, 'replaced');
  end(step, { action: 'terminate', why: 'another image is tried', next: 'place' });
}

const SOURCES = {
  built: 'The image of its own was built and sent to its registry',
  local: 'The image of its own was on this computer and was sent to its registry',
  registry: 'The image of its own is in its registry already; nothing was built',
} as const;

/** Who did not ask for an image has to hear why one is made, and how to do without. */
function withReason(error: ErrorBody, own: OwnImage | null): ErrorBody {
  const why = own === null ? '' : ` It is needed because ${own.reason}.`;
  return {
    ...error,
    message: `An image of its own could not be made: ${error.message}${why}`,
    advice: `${sentence(error.advice)} Or name an image that is ready ("image"), or set ownImage to "never".`,
  };
}

/** An advice may end in a command, which has no full stop. */
const sentence = (text: string): string => (text === '' || text.endsWith('.') ? text : `${text}.`);
