import { AppError } from '../../../shared/errors.ts';
import type { Upstream } from '../../target.ts';
import type { Call } from '../call.ts';
import { editJson } from '../json-edit.ts';

/**
 * The bytes that came, with `model` as the server knows it.
 * @throws AppError body_too_large where the way to the server takes less (FACTS 3.4); nothing was sent then
 */
export function bodyFor(call: Call, upstream: Upstream): Buffer {
  const body =
    call.json['model'] === upstream.servedModel
      ? call.body
      : editJson(call.body, [{ path: ['model'], value: JSON.stringify(upstream.servedModel) }]);
  const { maxBodyBytes } = upstream;
  if (maxBodyBytes !== undefined && body.length > maxBodyBytes) {
    throw tooLarge(body.length, maxBodyBytes, call.target.name);
  }
  return body;
}

/** `advice` replaces the table's where there is another way than a smaller body. */
export function tooLarge(bytes: number, limit: number, targetName: string, advice?: string): AppError {
  return new AppError(
    'body_too_large',
    `${targetName} takes requests of up to ${megabytes(limit)}; this one has ${megabytes(bytes)}.`,
    { advice, details: { bytes, limit } },
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
