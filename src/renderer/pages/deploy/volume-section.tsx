import { useState, type ReactNode } from 'react';
import type { VolumeAdvice, VolumeView } from '../../../shared/volumes.ts';
import { tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { useCall } from '../../app/use-call.ts';
import { Button } from '../../components/button.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { SelectField } from '../../components/field.tsx';
import { changeDraft } from '../../stores/draft.ts';
import { draftPlanWish, type Draft } from '../../view/deploy-draft.ts';
import { usd } from '../../view/format.ts';
import { words } from './messages.ts';

/** Whether a volume for the weights pays, which there are, and one click to make one, with its price. */
export function VolumeSection({ draft }: { readonly draft: Draft }): ReactNode {
  const [opened, setOpened] = useState(draft.volume !== null);
  const advice = useCall('volumes.advise', opened ? draftPlanWish({ ...draft, volume: null }) : null);
  const list = useCall('volumes.list', opened ? {} : null);
  const problem = advice.problem ?? list.problem;
  return (
    <Disclosure summary={words.volume.summary} open={draft.volume !== null} onOpen={() => setOpened(true)}>
      {problem !== null ? (
        <p className="text-sm text-bad">
          {words.volume.failed} {problem.title} {problem.advice}
        </p>
      ) : advice.value === null || list.value === null ? (
        <p role="status" className="text-sm text-soft">
          {words.volume.asking}
        </p>
      ) : (
        <Choice
          draft={draft}
          advice={advice.value}
          volumes={list.value.volumes}
          onMade={(made) => {
            list.put({ volumes: [...(list.value?.volumes ?? []), made] });
            changeDraft({ volume: { id: made.id, dataCenterId: made.dataCenterId } });
          }}
        />
      )}
    </Disclosure>
  );
}

interface ChoiceProps {
  readonly draft: Draft;
  readonly advice: VolumeAdvice;
  readonly volumes: readonly VolumeView[];
  readonly onMade: (volume: VolumeView) => void;
}

function Choice({ draft, advice, volumes, onMade }: ChoiceProps): ReactNode {
  const choose = (id: string): void => {
    const found = volumes.find((volume) => volume.id === id);
    changeDraft({ volume: found === undefined ? null : { id, dataCenterId: found.dataCenterId } });
  };
  const unlisted = draft.volume !== null && !volumes.some(({ id }) => id === draft.volume?.id);
  return (
    <div className="space-y-3">
      <p className="max-w-3xl text-sm text-soft">
        <strong className={advice.pays ? 'text-good' : 'text-text'}>
          {advice.pays ? words.volume.pays : words.volume.paysNot}
        </strong>{' '}
        {advice.why}
      </p>
      <SelectField
        label={words.volume.use}
        className="max-w-xl"
        value={draft.volume?.id ?? ''}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="">{words.volume.none}</option>
        {unlisted && <option value={draft.volume?.id}>{words.volume.unknown(draft.volume?.id ?? '')}</option>}
        {volumes.map((volume) => (
          <option key={volume.id} value={volume.id}>
            {words.volume.one({
              what: volume.cacheOf ?? volume.name,
              gb: volume.sizeGb,
              where: volume.dataCenterId,
              price: usd(volume.usdPerMonth),
            })}
          </option>
        ))}
      </SelectField>
      {advice.existing === null && <NewVolume advice={advice} onMade={onMade} />}
      <p className="text-sm text-faint">{words.volume.ties}</p>
    </div>
  );
}

function NewVolume({ advice, onMade }: Pick<ChoiceProps, 'advice' | 'onMade'>): ReactNode {
  const { client } = useApp();
  const [place, setPlace] = useState('');
  const [busy, setBusy] = useState(false);
  const dataCenterId = place === '' ? advice.dataCenters[0]?.id : place;
  if (dataCenterId === undefined) return <p className="text-sm text-soft">{words.volume.nowhere}</p>;

  function make(where: string): void {
    setBusy(true);
    client
      .call('volumes.create', { model: advice.model, dataCenterId: where, sizeGb: advice.sizeGb })
      .then(onMade)
      .catch((error: unknown) => tell(error, words.volume.makeFailed))
      .finally(() => setBusy(false));
  }

  return (
    <div className="flex flex-wrap items-end gap-3">
      <SelectField
        label={words.volume.where}
        className="max-w-xl min-w-64 grow"
        value={dataCenterId}
        onChange={(event) => setPlace(event.target.value)}
      >
        {advice.dataCenters.map(({ id, gpu, usdPerHour, stock }) => (
          <option key={id} value={id}>
            {words.volume.place({
              id,
              gpu,
              price: `${usd(usdPerHour)}/h`,
              stock: words.stock[stock].toLowerCase(),
            })}
          </option>
        ))}
      </SelectField>
      <Button blocked={busy ? words.volume.making : null} onClick={() => make(dataCenterId)}>
        {words.volume.make(advice.sizeGb, usd(advice.usdPerMonth))}
      </Button>
    </div>
  );
}
