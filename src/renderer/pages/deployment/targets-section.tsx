import { useEffect, type ReactNode } from 'react';
import type { DeploymentView, TargetView } from '../../../shared/model.ts';
import { every } from '../../app/clock.ts';
import { useCall } from '../../app/use-call.ts';
import { cell, headCell, numCell, numHead } from '../../components/request-table.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Section, Tag } from '../../components/surface.tsx';
import { count, latency } from '../../view/format.ts';
import { words } from './messages.ts';

const AGAIN_MS = 10_000;
const TONES = { closed: undefined, open: 'bad', 'half-open': 'warn' } as const;

/** Every server that the proxy can send requests for this model to, as it finds them now (SPEC 4.3, 4.9). */
export function TargetsSection({ view }: { readonly view: DeploymentView }): ReactNode {
  const list = useCall('targets.list', {});
  const { reload } = list;
  useEffect(() => every(AGAIN_MS, reload), [reload]);
  const w = words.targets;
  const targets = (list.value?.targets ?? []).filter(({ models }) =>
    models.some((model) => view.models.includes(model)),
  );
  // One server that answers as it should is told by the deployment's own state.
  const [only] = targets;
  if (only === undefined || (targets.length === 1 && only.breaker === 'closed')) return null;
  return (
    <Section title={w.title} flush>
      <ScrollRegion label={w.list} className="overflow-x-auto border-t border-line">
        <table className="w-full">
          <thead>
            <tr className="border-b border-line">
              <th scope="col" className={headCell}>
                {w.name}
              </th>
              <th scope="col" className={headCell}>
                {w.state}
              </th>
              <th scope="col" className={headCell}>
                {w.breaker}
              </th>
              <th scope="col" className={numHead}>
                {words.live.inFlight}
              </th>
              <th scope="col" className={numHead}>
                {words.live.firstToken}
              </th>
            </tr>
          </thead>
          <tbody>
            {targets.map((target) => (
              <Row key={target.id} target={target} own={target.id === view.id} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </Section>
  );
}

function Row({ target, own }: { readonly target: TargetView; readonly own: boolean }): ReactNode {
  const w = words.targets;
  const tone = TONES[target.breaker];
  return (
    <tr className="border-b border-line/60 last:border-b-0">
      <th scope="row" className={`${cell} font-medium`}>
        {target.name} {own && <span className="font-normal text-soft">{w.own}</span>}
      </th>
      <td className={cell}>{w.states[target.state]}</td>
      <td className={`${cell} whitespace-normal!`}>
        {tone === undefined ? (
          w.breakers[target.breaker]
        ) : (
          <Tag tone={tone}>{w.breakers[target.breaker]}</Tag>
        )}
      </td>
      <td className={numCell}>{count(target.inFlight)}</td>
      <td className={numCell}>{latency(target.firstTokenMs)}</td>
    </tr>
  );
}
