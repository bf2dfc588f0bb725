import { RefreshCw } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import type { RadarItem } from '../../../shared/model.ts';
import { nameSchema } from '../../../shared/model.ts';
import { nameFromModel } from '../../../shared/recipes.ts';
import { useApp } from '../../app/app-context.ts';
import { to } from '../../app/router.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/field.tsx';
import { cell, headCell, numCell, numHead } from '../../components/request-table.tsx';
import { Loading, ProblemPanel, Section, Tag } from '../../components/surface.tsx';
import { useRadar } from '../../stores/radar.ts';
import { usdPerHour, usdPerMonth } from '../../view/format.ts';
import { words as shared } from '../../view/messages.ts';
import { selectedItems } from '../../view/sweep.ts';
import { unseenText } from '../../view/unseen.ts';
import { words } from './messages.ts';
import { SweepBar, SweepResult } from './sweep-bar.tsx';

const OWNERSHIP = {
  known: { tone: 'ok' },
  orphan: { tone: 'bad' },
  'other-machine': { tone: 'warn' },
  foreign: { tone: 'warn' },
} as const;

/** What the account holds, ours or not: nothing bills unseen (SPEC 3.11). */
export function AccountSection(): ReactNode {
  const { actions } = useApp();
  const { radar, problem } = useRadar();
  const [adopting, setAdopting] = useState<RadarItem | null>(null);
  // What the user chose stays chosen; a new look adds nothing to it.
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null);
  const selected = selectedItems(radar?.items ?? [], chosen);
  const hidden = radar === null ? null : unseenText(radar.unseen);
  const toggle = (item: RadarItem): void => {
    const ids = selected.map(({ id }) => id);
    setChosen(new Set(ids.includes(item.id) ? ids.filter((id) => id !== item.id) : [...ids, item.id]));
  };
  useEffect(() => void actions.rescan(), [actions]);
  const refresh = (
    <Button
      size="sm"
      look="ghost"
      icon={<RefreshCw size={13} aria-hidden />}
      onClick={() => void actions.rescan()}
    >
      {words.rescan}
    </Button>
  );
  return (
    <Section title={words.account} aside={refresh} flush>
      {problem !== null && (
        <div className="px-4 pb-4">
          <ProblemPanel problem={problem} onRetry={() => void actions.rescan()} />
        </div>
      )}
      {radar === null && problem === null && <Loading what={words.theAccount} />}
      {hidden !== null && <p className="px-4 pb-3 text-sm text-warn">{hidden}</p>}
      {radar !== null && radar.items.length === 0 && hidden === null && (
        <p className="px-4 pb-4 text-soft">{words.accountNone}</p>
      )}
      {radar !== null && radar.items.length > 0 && (
        <div className="overflow-x-auto">
          <table className="w-full">
            <thead>
              <tr className="border-y border-line">
                <th scope="col" className={headCell}>
                  <span className="sr-only">{words.columns.select}</span>
                </th>
                <th scope="col" className={headCell}>
                  {words.columns.name}
                </th>
                <th scope="col" className={headCell}>
                  {words.columns.what}
                </th>
                <th scope="col" className={headCell}>
                  {words.columns.whose}
                </th>
                <th scope="col" className={numHead}>
                  {words.columns.now}
                </th>
                <th scope="col" className={numHead}>
                  {words.columns.rest}
                </th>
                <th scope="col" className={headCell}>
                  <span className="sr-only">{words.columns.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {radar.items.map((item) => (
                <Row
                  key={`${item.kind}-${item.id}`}
                  item={item}
                  isSelected={selected.includes(item)}
                  onSelect={() => toggle(item)}
                  onAdopt={() => setAdopting(item)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {radar !== null && radar.items.some(({ sweep }) => sweep !== null) && <SweepBar items={selected} />}
      <SweepResult />
      <AdoptDialog item={adopting} onClose={() => setAdopting(null)} />
    </Section>
  );
}

interface RowProps {
  readonly item: RadarItem;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
  readonly onAdopt: () => void;
}

function Row({ item, isSelected, onSelect, onAdopt }: RowProps): ReactNode {
  const { actions } = useApp();
  const owner = OWNERSHIP[item.ownership];
  return (
    <tr className="border-b border-line/60 last:border-b-0">
      <td className={cell}>
        {item.sweep !== null && (
          <input
            type="checkbox"
            className="size-6"
            aria-label={words.selectOne(item.name)}
            checked={isSelected}
            onChange={onSelect}
          />
        )}
      </td>
      <th scope="row" className={`${cell} font-medium`}>
        {item.deployment === null ? item.name : <a href={to.deployment(item.deployment)}>{item.name}</a>}
        <span className="block text-sm font-normal text-faint">{item.id}</span>
      </th>
      <td className={cell}>
        {shared.itemKinds[item.kind]}
        <span className="block text-sm text-soft">{item.status.toLowerCase()}</span>
      </td>
      <td className={cell}>
        <Tag tone={owner.tone}>{words.owners[item.ownership]}</Tag>
      </td>
      <td className={numCell}>{usdPerHour(item.usdPerHour)}</td>
      <td className={numCell}>{usdPerMonth(item.usdPerMonthAtRest)}</td>
      <td className={`${cell} text-right!`}>
        <span className="inline-flex gap-1.5">
          {item.actions.includes('adopt') && (
            <Button size="sm" aria-label={words.adoptOne(item.name)} onClick={onAdopt}>
              {words.adopt}
            </Button>
          )}
          {item.actions.includes('stop') && (
            <Button
              size="sm"
              aria-label={words.stopOne(item.name)}
              onClick={() => void actions.radarStop(item)}
            >
              {words.stop}
            </Button>
          )}
          {item.actions.includes('terminate') && (
            <Button
              size="sm"
              look="danger"
              aria-label={words.removeOne(item.name)}
              onClick={() => void actions.radarTerminate(item)}
            >
              {words.remove}
            </Button>
          )}
        </span>
      </td>
    </tr>
  );
}

function AdoptDialog({
  item,
  onClose,
}: {
  readonly item: RadarItem | null;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Dialog
      open={item !== null}
      onClose={onClose}
      title={item === null ? '' : words.adoptTitle(item.name)}
      width="sm"
    >
      {item !== null && <AdoptForm item={item} onClose={onClose} />}
    </Dialog>
  );
}

function AdoptForm({ item, onClose }: { readonly item: RadarItem; readonly onClose: () => void }): ReactNode {
  const { actions } = useApp();
  const [name, setName] = useState(nameFromModel(item.name));
  const judged = nameSchema.safeParse(name);
  const error = judged.success ? null : (judged.error.issues[0]?.message ?? null);
  return (
    <form
      className="space-y-4 px-5 pt-3 pb-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (error !== null) return;
        onClose();
        void actions.radarAdopt(item, name);
      }}
    >
      <p className="text-soft">{item.kind === 'endpoint' ? words.adoptEndpoint : words.adoptText}</p>
      <TextField
        label={words.columns.name}
        value={name}
        error={error}
        spellCheck={false}
        onChange={(event) => setName(event.target.value)}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button type="submit" look="primary" blocked={error}>
          {words.adoptVerb} {item.name}
        </Button>
      </div>
    </form>
  );
}
