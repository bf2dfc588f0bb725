import type { AppError } from '../../../shared/errors.ts';
import type { Stage } from '../call.ts';
import type { ClientKey } from '../keyring.ts';

/**
 * Refuses the requests of a key that has used up its budget, before anything is looked up or started for them.
 * `refusalOf` is asked for every request: it must be cheap.
 * @throws AppError budget_exceeded
 */
export function limitSpend(refusalOf: (key: ClientKey) => AppError | null): Stage {
  return (next) => (call) => {
    const refusal = refusalOf(call.key);
    return refusal === null ? next(call) : Promise.reject(refusal);
  };
}
