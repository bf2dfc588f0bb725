import type { ReactNode } from 'react';
import type { PublicModel } from '../../../../shared/public-model.ts';
import { nameOfTarget, type TargetSetting } from '../../../../shared/targets.ts';
import { say, tell } from '../../../app/actions.ts';
import { useApp } from '../../../app/app-context.ts';
import { useCall } from '../../../app/use-call.ts';
import { Switch } from '../../../components/field.tsx';
import { cell, headCell, numCell, numHead } from '../../../components/request-table.tsx';
import { ScrollRegion } from '../../../components/scroll-region.tsx';
import { Loading, ProblemPanel, Section, Tag } from '../../../components/surface.tsx';
import { contextSize, usd } from '../../../view/format.ts';
import { words } from './messages.ts';
import type { Inside } from './servers-tab.tsx';

/** RunPod's public endpoints: every price before its switch. */
export function HostedSection({ routing, put }: Inside): ReactNode {
  const { client } = useApp();
  const models = useCall('models.public', {});
  const w = words.hosted;
  const turn = async (model: PublicModel, setting: TargetSetting | undefined): Promise<void> => {
    try {
      if (setting === undefined) {
        put(await client.call('targets.save', { target: { publicEndpoint: model.id } }));
        say(w.turnedOn(model.id), w.price(usd(model.usdPerMillionInput), usd(model.usdPerMillionOutput)));
      } else {
        put(await client.call('targets.remove', { name: nameOfTarget(setting.target) }));
        say(w.turnedOff(model.id));
      }
    } catch (error) {
      tell(error, w.failed(model.id));
    }
  };
  return (
    <Section title={w.title} flush>
      <p className="px-4 pb-3 text-sm text-soft">
        {w.about}
        {models.value?.simulated === true && ` ${w.simulated}`}
      </p>
      {models.value === null && models.problem === null && <Loading what={w.title} />}
      {models.value === null && models.problem !== null && (
        <div className="px-4 pb-4">
          <ProblemPanel problem={models.problem} onRetry={models.reload} />
        </div>
      )}
      {models.value !== null && (
        <>
          <ScrollRegion label={w.list} className="overflow-x-auto border-t border-line">
            <table className="w-full">
              <thead>
                <tr className="border-b border-line">
                  <th scope="col" className={headCell}>
                    {w.model}
                  </th>
                  {[w.context, w.input, w.output].map((head) => (
                    <th key={head} scope="col" className={numHead}>
                      {head}
                    </th>
                  ))}
                  <th scope="col" className={numHead}>
                    {w.on}
                  </th>
                </tr>
              </thead>
              <tbody>
                {models.value.models.map((model) => (
                  <HostedRow
                    key={model.id}
                    model={model}
                    setting={routing.targets.find(({ target }) => target.publicEndpoint === model.id)}
                    onTurn={(setting) => void turn(model, setting)}
                  />
                ))}
              </tbody>
            </table>
          </ScrollRegion>
          <p className="border-t border-line px-4 py-2.5 text-sm text-faint">
            {w.asOf(models.value.pricesAsOf)} <code>{models.value.source}</code>
          </p>
        </>
      )}
    </Section>
  );
}

function HostedRow({
  model: { id, model, contextTokens, usdPerMillionInput, usdPerMillionOutput },
  setting,
  onTurn,
}: {
  readonly model: PublicModel;
  readonly setting: TargetSetting | undefined;
  readonly onTurn: (setting: TargetSetting | undefined) => void;
}): ReactNode {
  const w = words.hosted;
  const input = usd(usdPerMillionInput);
  const output = usd(usdPerMillionOutput);
  return (
    <tr className="border-b border-line/60 last:border-b-0">
      <th scope="row" className={`${cell} font-medium`}>
        {id}
        {model !== id && <span className="block text-sm font-normal text-soft">{model}</span>}
      </th>
      <td className={numCell}>{contextTokens === null ? '–' : contextSize(contextTokens)}</td>
      <td className={numCell}>{input}</td>
      <td className={numCell}>{output}</td>
      <td className={`${cell} text-right`}>
        {setting?.source === 'file' ? (
          <Tag>{w.inFile}</Tag>
        ) : (
          <Switch
            checked={setting !== undefined}
            onCheckedChange={() => onTurn(setting)}
            aria-label={w.turn(id, input, output)}
          />
        )}
      </td>
    </tr>
  );
}
