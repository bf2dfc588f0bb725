import { Plus } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { nameOfTarget, type TargetSetting } from '../../../../shared/targets.ts';
import { say, tell } from '../../../app/actions.ts';
import { askFirst } from '../../../app/ask-first.ts';
import { useApp } from '../../../app/app-context.ts';
import { Button } from '../../../components/button.tsx';
import { cell, headCell } from '../../../components/request-table.tsx';
import { ScrollRegion } from '../../../components/scroll-region.tsx';
import { Section, Tag } from '../../../components/surface.tsx';
import { now } from '../../../app/clock.ts';
import { notify } from '../../../stores/notices.ts';
import { latency } from '../../../view/format.ts';
import { problemFrom } from '../../../view/problem.ts';
import { words } from './messages.ts';
import { ServerDialog } from './server-dialog.tsx';
import type { Inside } from './servers-tab.tsx';

export function OwnSection({ routing, put }: Inside): ReactNode {
  const { client } = useApp();
  const [editing, setEditing] = useState<TargetSetting | 'new' | null>(null);
  const w = words.own;
  const own = routing.targets.filter(({ target }) => target.publicEndpoint === null);

  const remove = async (setting: TargetSetting): Promise<void> => {
    const name = nameOfTarget(setting.target);
    const question = {
      title: w.removeTitle(name),
      effects: w.removeEffects(setting.target.models.join(', ')),
      verb: w.removeVerb(name),
      tone: 'normal' as const,
    };
    if (!(await askFirst(client, 'targets.remove', question))) return;
    try {
      put(await client.call('targets.remove', { name }));
      say(w.removed(name));
    } catch (error) {
      tell(error, w.notRemoved(name));
    }
  };

  const test = async ({ target, source }: TargetSetting): Promise<void> => {
    const name = nameOfTarget(target);
    try {
      const before = source === 'app' ? name : null;
      const found = await client.call('targets.test', { target, before });
      if (found.problem === null) {
        const served = found.models.length === 0 ? w.silent : w.serves(found.models.slice(0, 8).join(', '));
        return say(w.answers(name, latency(found.ms)), served);
      }
      const { title, advice, detail } = problemFrom(found.problem);
      const body = detail === null ? `${title} ${advice}` : `${title} (${detail})`;
      notify({ at: now(), tone: 'bad', title: w.failed(name), body, action: null });
    } catch (error) {
      tell(error, w.failed(name));
    }
  };

  return (
    <Section
      title={w.title}
      aside={
        <Button size="sm" icon={<Plus size={13} aria-hidden />} onClick={() => setEditing('new')}>
          {w.add}
        </Button>
      }
      flush
    >
      <p className="px-4 pb-3 text-sm text-soft">{w.about}</p>
      {own.length === 0 ? (
        <p className="border-t border-line px-4 py-3 text-soft">{w.none}</p>
      ) : (
        <ServerTable
          servers={own}
          onTest={(setting) => void test(setting)}
          onChange={setEditing}
          onRemove={(setting) => void remove(setting)}
        />
      )}
      <ServerDialog
        editing={editing}
        onClose={() => setEditing(null)}
        onStored={(next) => {
          put(next);
          setEditing(null);
        }}
      />
    </Section>
  );
}

function ServerTable({
  servers,
  onTest,
  onChange,
  onRemove,
}: {
  readonly servers: readonly TargetSetting[];
  readonly onTest: (setting: TargetSetting) => void;
  readonly onChange: (setting: TargetSetting) => void;
  readonly onRemove: (setting: TargetSetting) => void;
}): ReactNode {
  const w = words.own;
  return (
    <ScrollRegion label={w.list} className="overflow-x-auto border-t border-line">
      <table className="w-full">
        <thead>
          <tr className="border-b border-line">
            {[w.name, w.models, w.key].map((head) => (
              <th key={head} scope="col" className={headCell}>
                {head}
              </th>
            ))}
            <th scope="col" className={headCell}>
              <span className="sr-only">{w.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {servers.map((setting) => (
            <ServerRow
              key={`${setting.source} ${nameOfTarget(setting.target)}`}
              setting={setting}
              onTest={() => onTest(setting)}
              onChange={() => onChange(setting)}
              onRemove={() => onRemove(setting)}
            />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function ServerRow({
  setting: { target, source, keyFrom, problem },
  onTest,
  onChange,
  onRemove,
}: {
  readonly setting: TargetSetting;
  readonly onTest: () => void;
  readonly onChange: () => void;
  readonly onRemove: () => void;
}): ReactNode {
  const w = words.own;
  const name = nameOfTarget(target);
  return (
    <tr className="border-b border-line/60 last:border-b-0">
      <th scope="row" className={`${cell} max-w-72 font-medium whitespace-normal!`}>
        {name} {source === 'file' && <Tag>{w.inFile}</Tag>}
        <code className="block truncate text-sm font-normal text-soft" title={target.baseUrl ?? undefined}>
          {target.baseUrl}
        </code>
        {problem !== null && (
          <span className="block text-sm font-normal text-warn">
            {w.notUsed('')}
            <span lang="en">{problem}</span>
          </span>
        )}
      </th>
      <td className={`${cell} max-w-64 break-words whitespace-normal!`}>{target.models.join(', ')}</td>
      <td className={cell}>{w.keys[keyFrom]}</td>
      <td className={cell}>
        <div className="flex justify-end gap-2">
          <Button size="sm" aria-label={w.testOf(name)} onClick={onTest}>
            {w.test}
          </Button>
          <Button
            size="sm"
            aria-label={w.changeOf(name)}
            blocked={source === 'file' ? w.inFileHint : null}
            onClick={onChange}
          >
            {w.change}
          </Button>
          <Button
            size="sm"
            look="danger"
            aria-label={w.removeOf(name)}
            blocked={source === 'file' ? w.inFileHint : null}
            onClick={onRemove}
          >
            {w.remove}
          </Button>
        </div>
      </td>
    </tr>
  );
}
