import { AppError } from '../../../../shared/errors.ts';
import type { EffectContext, EffectParts } from '../../pod/effects/context.ts';
import type { EndpointRecord } from '../../record.ts';
import type { InvokePlane } from '../invoke-plane.ts';

/** What the calls of a serverless deployment work with. */
export interface EndpointParts extends EffectParts {
  readonly plane: InvokePlane;
}

export function endpointOf({ record }: EffectContext): EndpointRecord {
  if (record.endpoint !== null) return record.endpoint;
  throw new AppError('internal', 'The endpoint is gone before its effect began.');
}
