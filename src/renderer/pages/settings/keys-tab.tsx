import { useState, type ReactNode } from 'react';
import type { KeyCheck, SecretName, SecretStatus } from '../../../shared/model.ts';
import { say, tell } from '../../app/actions.ts';
import { askFirst } from '../../app/ask-first.ts';
import { useApp } from '../../app/app-context.ts';
import { useCall } from '../../app/use-call.ts';
import { Button } from '../../components/button.tsx';
import { KeyForm } from '../../components/key-form.tsx';
import { KeyRights } from '../../components/key-rights.tsx';
import { Loading, ProblemPanel, Section, Tag } from '../../components/surface.tsx';
import { useAppStatus } from '../../stores/app-status.ts';
import { ClientKeysSection } from './client-keys-section.tsx';
import { words } from './messages.ts';

export function KeysTab(): ReactNode {
  const secrets = useCall('secrets.status', {});
  const keychain = useAppStatus((state) => state.status?.keychain);
  if (secrets.value === null) {
    return secrets.problem === null ? (
      <Loading what={words.tabs.keys} />
    ) : (
      <div className="p-5">
        <ProblemPanel problem={secrets.problem} onRetry={secrets.reload} />
      </div>
    );
  }
  return (
    <div className="max-w-4xl space-y-4 px-5 py-4">
      {keychain?.available === false && (
        <p className="rounded-lg border border-warn/40 bg-warn-soft px-4 py-3">
          <strong className="text-warn">{words.noKeychain}.</strong> {keychain.reason}{' '}
          {words.keys.giveInEnvironment}
        </p>
      )}
      {secrets.value.secrets.map((status) => (
        <SecretSection key={status.name} status={status} onChange={secrets.reload} />
      ))}
      <ClientKeysSection />
    </div>
  );
}

function SecretSection({
  status,
  onChange,
}: {
  readonly status: SecretStatus;
  readonly onChange: () => void;
}): ReactNode {
  const { client, actions } = useApp();
  const [editing, setEditing] = useState(false);
  const [check, setCheck] = useState<KeyCheck | null>(null);
  const about = words.secrets[status.name];

  const remove = async (): Promise<void> => {
    if (!(await askFirst(client, 'secrets.delete', removal(status.name)))) return;
    try {
      await client.call('secrets.delete', { name: status.name });
      setCheck(null);
      onChange();
      say(words.keys.removed(about.name));
    } catch (error) {
      tell(error, words.keys.cannotRemove(about.name));
    }
  };
  const ask = async (): Promise<void> => {
    try {
      setCheck(await client.call('secrets.check', {}));
    } catch (error) {
      tell(error, words.keys.cannotCheck);
    }
  };
  const local = status.name === 'proxy';
  return (
    <Section
      title={about.name}
      aside={
        <span className="flex gap-2">
          {local && (
            <Button size="sm" onClick={() => void actions.copyKey()}>
              {words.keys.copy}
            </Button>
          )}
          {status.name === 'runpod' && status.present && (
            <Button size="sm" onClick={() => void ask()}>
              {words.keys.check}
            </Button>
          )}
          {!local && (
            <Button
              size="sm"
              aria-expanded={editing}
              aria-label={(status.present ? words.keys.replaceOne : words.keys.setOne)(about.name)}
              onClick={() => setEditing(!editing)}
            >
              {status.present ? words.keys.replace : words.keys.set}
            </Button>
          )}
          {!local && status.present && status.source !== 'environment' && (
            <Button
              size="sm"
              look="danger"
              aria-label={words.keys.removeOne(about.name)}
              onClick={() => void remove()}
            >
              {words.keys.remove}
            </Button>
          )}
        </span>
      }
    >
      <p className="flex flex-wrap items-center gap-2">
        {status.present ? (
          <code className="rounded bg-sunken px-2 py-0.5">••••{status.hint}</code>
        ) : (
          <Tag>{words.source.none}</Tag>
        )}
        {status.present && <span className="text-soft">{words.source[status.source]}</span>}
      </p>
      <p className="mt-1 text-sm text-soft">{about.about}</p>
      {editing && (
        <KeyForm
          name={status.name}
          label={about.name}
          onDone={(result) => {
            setCheck(result);
            setEditing(false);
            onChange();
          }}
        />
      )}
      {check !== null && <KeyRights check={check} />}
    </Section>
  );
}

function removal(name: SecretName) {
  return {
    title: words.keys.removeTitle(words.secrets[name].name),
    effects: name === 'runpod' ? [words.keys.podsGoOn, words.keys.watchdogsWork] : [words.keys.asksAgain],
    verb: words.keys.removeVerb(words.secrets[name].name),
    tone: 'normal' as const,
  };
}
