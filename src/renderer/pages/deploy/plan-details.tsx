import { Info } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Plan, Provenance } from '../../../shared/model.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { cell, headCell, numCell, numHead } from '../../components/request-table.tsx';
import { Tag } from '../../components/surface.tsx';
import { core } from '../../view/core-words.ts';
import { gib, usdPerHour } from '../../view/format.ts';
import { words } from './messages.ts';
import { CoreText } from '../../components/core-text.tsx';

/** Behind the recommendation: what was assumed, what was rejected and why. */
export function PlanDetails({ plan }: { readonly plan: Plan }): ReactNode {
  const warnings = [
    ...(plan.ownImage == null ? [] : [words.hardware.ownImage]),
    ...(plan.factsComplete ? [] : [words.hardware.estimate]),
    ...plan.warnings,
  ];
  return (
    <div className="border-t border-line px-4 py-2">
      {warnings.map((warning) => (
        <p key={warning} className="flex items-center gap-2 py-1 text-sm text-warn">
          <Info size={14} aria-hidden className="shrink-0" /> <CoreText text={warning} />
        </p>
      ))}
      {plan.rejected.length > 0 && (
        <Disclosure summary={words.hardware.rejected(plan.rejected.length)}>
          <Rejected plan={plan} />
        </Disclosure>
      )}
      <Disclosure summary={words.hardware.facts}>
        <Facts plan={plan} />
      </Disclosure>
    </div>
  );
}

function Rejected({ plan }: { readonly plan: Plan }): ReactNode {
  return (
    <ul className="max-h-64 overflow-y-auto text-sm">
      {plan.rejected.map((rejection) => (
        <li
          key={`${rejection.gpuTypeId}-${rejection.gpuCount}-${rejection.cloud}-${rejection.code}`}
          className="flex gap-3 py-0.5"
        >
          <span className="w-48 shrink-0 truncate font-medium">
            {rejection.gpuCount > 1 && `${rejection.gpuCount} × `}
            {rejection.gpuName}
          </span>
          <span className="num w-16 shrink-0 text-right text-soft">{usdPerHour(rejection.usdPerHour)}</span>
          <span className="text-soft">
            {core.rejections[rejection.code] !== undefined && <>{core.rejections[rejection.code]}: </>}
            <CoreText text={rejection.reason} />
          </span>
        </li>
      ))}
    </ul>
  );
}

const SURE: Readonly<Record<Provenance, 'ok' | 'warn' | 'accent' | undefined>> = {
  exact: 'ok',
  derived: 'accent',
  guessed: 'warn',
  given: undefined,
};

function Facts({ plan }: { readonly plan: Plan }): ReactNode {
  const { memory } = plan;
  return (
    <>
      <p className="num text-sm text-soft">
        {words.memorySum({
          weights: gib(memory.weightsGiB),
          kv: gib(memory.kvGiB),
          kibPerToken: Math.round(memory.kvBytesPerToken / 1024),
          overhead: gib(memory.overheadGiB),
          need: gib(memory.needGiB),
        })}
      </p>
      <table className="mt-1 text-sm">
        <thead>
          <tr>
            <th scope="col" className={`${headCell} pl-0!`}>
              {words.facts.fact}
            </th>
            <th scope="col" className={numHead}>
              {words.facts.value}
            </th>
            <th scope="col" className={headCell}>
              {words.facts.sure}
            </th>
            <th scope="col" className={headCell}>
              {words.facts.source}
            </th>
          </tr>
        </thead>
        <tbody>
          {plan.facts.map((fact) => {
            const tone = SURE[fact.provenance];
            return (
              <tr key={fact.name}>
                <th scope="row" className={`${cell} pl-0! font-normal`}>
                  {fact.name}
                </th>
                <td className={numCell}>
                  {fact.value} {fact.unit}
                </td>
                <td className={cell}>
                  <Tag {...(tone === undefined ? {} : { tone })}>{words.provenance[fact.provenance]}</Tag>
                </td>
                <td className={`${cell} text-soft`}>{fact.source}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
