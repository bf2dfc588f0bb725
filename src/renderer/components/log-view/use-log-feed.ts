import { useEffect, useState, useSyncExternalStore } from 'react';
import { useApp } from '../../app/app-context.ts';
import { LogFeed, type LogPart, type LogSource } from './log-feed.ts';

/** The feed of one log; the component renders anew whenever it changed. */
export function useLogFeed(
  source: LogSource,
  part: LogPart,
): { readonly feed: LogFeed; readonly version: number } {
  const { client } = useApp();
  const [feed] = useState(() => new LogFeed());
  const version = useSyncExternalStore(feed.subscribe, feed.version);
  const name = source.kind === 'app' ? null : source.name;
  useEffect(
    () => feed.open(client, name === null ? { kind: 'app' } : { kind: 'deployment', name }, part),
    [client, feed, name, part],
  );
  return { feed, version };
}
