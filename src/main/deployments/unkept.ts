import type { ErrorBody } from '../../shared/errors.ts';
import type { Effect } from './events.ts';

const BILLED: ReadonlySet<Effect['kind']> = new Set(['create', 'start', 'endpoint-create']);

/** A call that costs money was not sent, since the app would not know of it after a crash (SPEC 2.3). */
export const isUnkept = (effect: Effect['kind'], { code }: ErrorBody): boolean =>
  BILLED.has(effect) && (code === 'data_dir_lost' || code === 'disk_full');
