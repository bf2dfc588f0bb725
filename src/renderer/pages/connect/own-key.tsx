import { KeyRound } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { copy, tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { freeName } from '../../view/client-keys.ts';
import { words } from './messages.ts';

/** A key that one client alone has; its secret is known only until the card is left. */
export interface OwnKey {
  readonly name: string;
  readonly secret: string;
  readonly hint: string;
}

/** Makes a key for this client, so that what it costs is told apart and it can be cut off alone. */
export function OwnKeyRow({
  client,
  made,
  onMade,
}: {
  readonly client: string;
  readonly made: OwnKey | null;
  readonly onMade: (key: OwnKey) => void;
}): ReactNode {
  const { client: core } = useApp();
  const [busy, setBusy] = useState(false);
  const w = words.own;
  const make = async (): Promise<void> => {
    setBusy(true);
    try {
      const { keys } = await core.call('keys.list', {});
      const name = freeName(
        client,
        keys.map((key) => key.name),
      );
      const { key, secret } = await core.call('keys.make', { name });
      onMade({ name, secret, hint: key.hint });
    } catch (error) {
      tell(error, w.failed(client));
    }
    setBusy(false);
  };
  if (made === null) {
    return (
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <Button
          size="sm"
          icon={<KeyRound size={13} aria-hidden />}
          blocked={busy ? w.busy : null}
          onClick={() => void make()}
        >
          {w.make(client)}
        </Button>
        <span className="text-sm text-soft">{w.why}</span>
      </div>
    );
  }
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-md border border-line px-3 py-2"
    >
      <span className="min-w-0 grow">
        <span className="font-medium">{w.made(made.name)}</span>{' '}
        <code className="rounded bg-sunken px-1.5">••••{made.hint}</code>{' '}
        <span className="text-sm text-soft">{w.once}</span>
      </span>
      <Button size="sm" onClick={() => void copy(made.secret, w.what(made.name))}>
        {w.copy}
      </Button>
    </div>
  );
}
