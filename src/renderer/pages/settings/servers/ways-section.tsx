import { useState, type ReactNode } from 'react';
import type { MethodInput } from '../../../../shared/api.ts';
import { say, tell } from '../../../app/actions.ts';
import { useApp } from '../../../app/app-context.ts';
import { useCall } from '../../../app/use-call.ts';
import { Button } from '../../../components/button.tsx';
import { SelectField, TextField } from '../../../components/field.tsx';
import { Section, Tag } from '../../../components/surface.tsx';
import { usd } from '../../../view/format.ts';
import { words } from './messages.ts';
import type { Inside } from './servers-tab.tsx';

type Ways = Required<MethodInput<'targets.route'>>;

/** Who answers in whose place: while something wakes, and when something fails (SPEC 4.4, 4.5). */
export function WaysSection({ routing, put }: Inside): ReactNode {
  const { client } = useApp();
  const models = useCall('models.list', {});
  const w = words.ways;
  // What was added since they were listed can be chosen too.
  const added = routing.targets
    .filter(({ problem }) => problem === null)
    .flatMap(({ target }) =>
      target.publicEndpoint === null ? target.models : [target.name ?? target.publicEndpoint],
    );
  const all = [...new Set([...(models.value?.models.map(({ id }) => id) ?? []), ...added])];
  const chains = Object.fromEntries(
    routing.fallbacks
      .filter(({ source }) => source === 'app')
      .map(({ model, standIns }) => [model, standIns]),
  );
  const { model, requestsPerDay, source } = routing.bridge;
  const bridge = source === 'app' ? { model, requestsPerDay } : null;
  const save = async (change: Partial<Ways>): Promise<void> => {
    try {
      put(await client.call('targets.route', { fallbacks: chains, bridge, ...change }));
      say(w.saved);
    } catch (error) {
      tell(error, w.failed);
    }
  };
  return (
    <Section title={w.title}>
      <Bridge
        key={`${model} ${requestsPerDay}`}
        inside={{ routing, put }}
        models={[...new Set(added)]}
        onSave={(next) => void save({ bridge: next })}
      />
      <h3 className="mt-4 font-medium">{w.fallbacks}</h3>
      <p className="text-sm text-soft">{w.fallbacksHint}</p>
      <ul className="mt-2 space-y-1">
        {routing.fallbacks.length === 0 && <li className="text-soft">{w.none}</li>}
        {routing.fallbacks.map((chain) => (
          <li key={chain.model} className="flex flex-wrap items-center gap-2">
            <span className="min-w-0 break-words">{w.chain(chain.model, chain.standIns.join(' → '))}</span>
            {chain.source === 'file' && <Tag>{words.own.inFile}</Tag>}
            <Button
              size="sm"
              look="ghost"
              aria-label={w.removeChain(chain.model)}
              onClick={() => void save({ fallbacks: without(chains, chain) })}
            >
              {w.remove}
            </Button>
          </li>
        ))}
      </ul>
      <AddChain
        models={all}
        onAdd={(from, to) => void save({ fallbacks: { ...chains, [from]: [...(chains[from] ?? []), to] } })}
      />
    </Section>
  );
}

/** One of the file is taken out of use by an empty list; one of the app is forgotten. */
function without(
  chains: Readonly<Record<string, string[]>>,
  { model, source }: { readonly model: string; readonly source: 'file' | 'app' },
): Record<string, string[]> {
  if (source === 'file') return { ...chains, [model]: [] };
  return Object.fromEntries(Object.entries(chains).filter(([name]) => name !== model));
}

function Bridge({
  inside: { routing },
  models,
  onSave,
}: {
  readonly inside: Inside;
  readonly models: readonly string[];
  readonly onSave: (bridge: NonNullable<Ways['bridge']>) => void;
}): ReactNode {
  const { model, requestsPerDay } = routing.bridge;
  const [perDay, setPerDay] = useState(String(requestsPerDay));
  const w = words.ways;
  const number = Number(perDay);
  const isWrong = !Number.isInteger(number) || number < 1 || number > 1_000_000;
  const price = routing.targets.find(
    ({ target }) =>
      model !== null && target.publicEndpoint !== null && (target.name ?? target.publicEndpoint) === model,
  )?.price;
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
      <SelectField
        label={w.bridge}
        className="w-96 max-w-full"
        hint={
          price == null || model === null
            ? w.bridgeHint
            : w.costs(model, usd(price.usdPerMillionInput), usd(price.usdPerMillionOutput))
        }
        value={model ?? ''}
        onChange={(event) =>
          onSave({ model: event.target.value === '' ? null : event.target.value, requestsPerDay })
        }
      >
        <option value="">{w.nobody}</option>
        {[...new Set([...models, ...(model === null ? [] : [model])])].map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </SelectField>
      {model !== null && (
        <TextField
          label={w.perDay}
          unit={w.perDayUnit}
          className="w-48"
          inputMode="numeric"
          value={perDay}
          error={isWrong ? w.perDayWrong : null}
          onChange={(event) => setPerDay(event.target.value)}
          onBlur={() => {
            if (!isWrong && number !== requestsPerDay) onSave({ model, requestsPerDay: number });
          }}
        />
      )}
    </div>
  );
}

function AddChain({
  models,
  onAdd,
}: {
  readonly models: readonly string[];
  readonly onAdd: (from: string, to: string) => void;
}): ReactNode {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const w = words.ways;
  const options = (
    <>
      <option value="">{w.choose}</option>
      {models.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </>
  );
  return (
    <div className="mt-3 flex flex-wrap items-end gap-3">
      <SelectField
        label={w.model}
        className="w-56"
        value={from}
        onChange={(event) => setFrom(event.target.value)}
      >
        {options}
      </SelectField>
      <SelectField
        label={w.standIn}
        className="w-56"
        value={to}
        onChange={(event) => setTo(event.target.value)}
      >
        {options}
      </SelectField>
      <Button
        blocked={from === '' || to === '' || from === to ? w.addFirst : null}
        onClick={() => {
          onAdd(from, to);
          setFrom('');
          setTo('');
        }}
      >
        {w.add}
      </Button>
    </div>
  );
}
