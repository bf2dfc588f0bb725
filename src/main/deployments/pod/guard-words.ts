import type { Guard } from '../record.ts';

/** What an armed watchdog does, for people; its deadline is shown beside it. */
export function guardWords({ idleSeconds }: Pick<Guard, 'idleSeconds'>): string {
  if (idleSeconds === null) return 'ends the pod at its deadline, however long nobody asks it';
  return `ends the pod after ${Math.round(idleSeconds / 60)} min without requests`;
}
