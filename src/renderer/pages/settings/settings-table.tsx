import type { ReactNode } from 'react';
import { cell, headCell } from '../../components/request-table.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Section, Tag } from '../../components/surface.tsx';
import { settingsList } from '../../view/settings.ts';
import { words } from './messages.ts';
import { ResetButton } from './reset-button.tsx';
import { settingValue } from './setting-value.ts';
import { WithSettings } from './with-settings.tsx';

/** Every setting with what it is by itself and whether somebody set it. */
export function SettingsTable(): ReactNode {
  const w = words.table;
  return (
    <WithSettings wide>
      {(inside) => {
        const list = settingsList(inside.settings);
        return (
          <Section
            title={w.title}
            aside={<ResetButton {...inside} paths={list.map(({ path }) => path)} whole />}
            flush
          >
            <ScrollRegion label={w.list} className="overflow-x-auto">
              <table className="w-full">
                <thead>
                  <tr className="border-y border-line">
                    {[w.name, w.value, w.standard, w.from].map((head) => (
                      <th key={head} scope="col" className={headCell}>
                        {head}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {list.map(({ path, value, standard, isStandard }) => (
                    <tr key={path} className="border-b border-line/60 last:border-b-0">
                      <th scope="row" className={`${cell} font-normal`}>
                        {words.settings[path]}
                      </th>
                      <td className={cell}>{settingValue(path, value)}</td>
                      <td className={`${cell} text-soft`}>{settingValue(path, standard)}</td>
                      <td className={cell}>
                        {isStandard ? (
                          <span className="text-faint">{w.byItself}</span>
                        ) : (
                          <Tag tone="accent">{w.setHere}</Tag>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollRegion>
          </Section>
        );
      }}
    </WithSettings>
  );
}
