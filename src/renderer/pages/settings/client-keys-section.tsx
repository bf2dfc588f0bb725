import { Plus } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { ClientKeyView } from '../../../shared/app.ts';
import type { RequestRecord } from '../../../shared/model.ts';
import { say, tell } from '../../app/actions.ts';
import { askFirst } from '../../app/ask-first.ts';
import { useApp } from '../../app/app-context.ts';
import { useNow } from '../../app/clock.ts';
import { useCall } from '../../app/use-call.ts';
import { Button } from '../../components/button.tsx';
import { cell, headCell, numCell, numHead } from '../../components/request-table.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Loading, ProblemPanel, Section } from '../../components/surface.tsx';
import { useTraffic } from '../../stores/traffic.ts';
import { ago, count, day, usd } from '../../view/format.ts';
import { words } from './messages.ts';
import { KeyDialog } from './key-dialog.tsx';

/** Keys of the endpoint for single clients: what each may do, what it spent this month, and its end. */
export function ClientKeysSection(): ReactNode {
  const { client } = useApp();
  const keys = useCall('keys.list', {});
  const [editing, setEditing] = useState<ClientKeyView | 'new' | null>(null);
  const w = words.clientKeys;
  const revoke = async (key: ClientKeyView): Promise<void> => {
    const question = {
      title: w.revokeTitle(key.name),
      effects: [w.revokeEffect, w.revokeCosts],
      verb: w.revokeVerb(key.name),
      tone: 'normal' as const,
    };
    if (!(await askFirst(client, 'keys.revoke', question))) return;
    try {
      await client.call('keys.revoke', { key: key.id });
      keys.reload();
      say(w.revoked(key.name));
    } catch (error) {
      tell(error, w.notRevoked(key.name));
    }
  };
  return (
    <Section
      title={w.title}
      aside={
        <Button size="sm" icon={<Plus size={13} aria-hidden />} onClick={() => setEditing('new')}>
          {w.make}
        </Button>
      }
      flush
    >
      <p className="px-4 pb-3 text-sm text-soft">{w.about}</p>
      {keys.value === null && keys.problem === null && <Loading what={w.title} />}
      {keys.value === null && keys.problem !== null && (
        <div className="px-4 pb-4">
          <ProblemPanel problem={keys.problem} onRetry={keys.reload} />
        </div>
      )}
      {keys.value !== null && keys.value.keys.length > 0 && (
        <KeyTable keys={keys.value.keys} onChange={setEditing} onRevoke={(key) => void revoke(key)} />
      )}
      <KeyDialog editing={editing} onClose={() => setEditing(null)} onStored={keys.reload} />
    </Section>
  );
}

function KeyTable({
  keys,
  onChange,
  onRevoke,
}: {
  readonly keys: readonly ClientKeyView[];
  readonly onChange: (key: ClientKeyView) => void;
  readonly onRevoke: (key: ClientKeyView) => void;
}): ReactNode {
  const w = words.clientKeys;
  const requests = useTraffic((state) => state.recent);
  const at = useNow(60_000);
  const uses = lastUses(requests ?? []);
  return (
    <ScrollRegion label={w.list} className="overflow-x-auto border-t border-line">
      <table className="w-full">
        <thead>
          <tr className="border-b border-line">
            {[w.name, w.may, w.limits, w.until].map((head) => (
              <th key={head} scope="col" className={headCell}>
                {head}
              </th>
            ))}
            <th scope="col" className={numHead}>
              {w.spent}
            </th>
            <th scope="col" className={headCell}>
              <span className="sr-only">{w.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id} className="border-b border-line/60 last:border-b-0">
              <th scope="row" className={`${cell} font-medium`}>
                {key.name}
                <span className="block text-sm font-normal text-soft">
                  <code>••••{key.hint}</code> · {usedText(uses.get(key.name), at)}
                </span>
              </th>
              <td className={`${cell} min-w-40 whitespace-normal!`}>
                {key.mayWake ? w.wakes : w.noWake},{' '}
                {key.models === null ? w.allModels : key.models.join(', ')}
              </td>
              <td className={`${cell} num min-w-32 whitespace-normal!`}>{limitsText(key)}</td>
              <td className={`${cell} num`}>{key.expiresAt === null ? w.forever : day(key.expiresAt)}</td>
              <td className={numCell} title={w.today(usd(key.spent.todayUsd))}>
                {usd(key.spent.monthUsd)}
              </td>
              <td className={`${cell} space-x-2`}>
                <Button size="sm" aria-label={w.changeOf(key.name)} onClick={() => onChange(key)}>
                  {w.change}
                </Button>
                <Button
                  size="sm"
                  look="danger"
                  aria-label={w.revokeOf(key.name)}
                  onClick={() => onRevoke(key)}
                >
                  {w.revoke}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** By name; of the requests this page knows. */
function lastUses(requests: readonly RequestRecord[]): ReadonlyMap<string, string> {
  const uses = new Map<string, string>();
  // The newest come first.
  for (const { client, at } of requests.toReversed()) if (client !== null) uses.set(client, at);
  return uses;
}

const usedText = (last: string | undefined, nowMs: number): string =>
  last === undefined ? words.clientKeys.notUsed : words.clientKeys.used(ago(last, nowMs));

function limitsText({ limits, budget }: ClientKeyView): string {
  const w = words.clientKeys;
  const parts = [
    limits.requestsPerMinute === null ? null : w.requests(count(limits.requestsPerMinute)),
    limits.tokensPerMinute === null ? null : w.tokens(count(limits.tokensPerMinute)),
    limits.concurrent === null ? null : w.atOnce(count(limits.concurrent)),
    budget.usdPerDay === null ? null : w.perDay(usd(budget.usdPerDay)),
    budget.usdPerMonth === null ? null : w.perMonth(usd(budget.usdPerMonth)),
  ].filter((part) => part !== null);
  return parts.length === 0 ? w.noLimits : parts.join(', ');
}
