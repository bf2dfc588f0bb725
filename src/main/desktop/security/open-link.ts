import { shell } from 'electron';
import type { Log } from '../../logs/log.ts';
import { judgeLink } from './links.ts';

export interface LinkParts {
  readonly openPage: (address: string) => void;
  readonly log: Log;
}

/** The only way out to the system's browser: what the table allows goes there, or to a page of ours. */
export function openLink(url: string, { openPage, log }: LinkParts): void {
  const target = judgeLink(url);
  if (target.kind === 'page') openPage(target.address);
  else if (target.kind === 'external') {
    shell.openExternal(target.url).catch((error: unknown) => log.warn({ err: error }, 'link not opened'));
  } else log.warn({ url }, 'link refused');
}
