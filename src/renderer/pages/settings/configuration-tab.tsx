import { useState, type ReactNode } from 'react';
import { useCall } from '../../app/use-call.ts';
import { cell, headCell } from '../../components/request-table.tsx';
import { Loading, ProblemPanel, Section, Tag } from '../../components/surface.tsx';
import { words } from './messages.ts';
import { SettingsTable } from './settings-table.tsx';

/** Start-up configuration: every value with where it came from (SPEC 1.1). */
export function ConfigurationTab(): ReactNode {
  const config = useCall('config.show', {});
  const [filter, setFilter] = useState('');
  if (config.value === null) {
    return config.problem === null ? (
      <Loading what={words.tabs.configuration} />
    ) : (
      <div className="p-5">
        <ProblemPanel problem={config.problem} onRetry={config.reload} />
      </div>
    );
  }
  const shown = config.value.values.filter((value) =>
    `${value.path} ${value.source}`.toLowerCase().includes(filter.trim().toLowerCase()),
  );
  return (
    <>
      <SettingsTable />
      <div className="px-5 pb-4">
        <Section
          title={words.config.title}
          aside={
            <input
              data-find
              type="search"
              aria-label={words.config.filter}
              placeholder={words.config.filterHint}
              className="field h-8 w-48"
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
          }
          flush
        >
          <table className="w-full">
            <thead>
              <tr className="border-y border-line">
                <th scope="col" className={headCell}>
                  {words.config.name}
                </th>
                <th scope="col" className={headCell}>
                  {words.config.value}
                </th>
                <th scope="col" className={headCell}>
                  {words.table.standard}
                </th>
                <th scope="col" className={headCell}>
                  {words.config.from}
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((value) => (
                <tr key={value.path} className="border-b border-line/60 last:border-b-0">
                  <th scope="row" className={`${cell} font-normal`}>
                    <code>{value.path}</code>
                  </th>
                  <td className={`${cell} break-all whitespace-normal!`}>
                    <code>{JSON.stringify(value.value)}</code>
                  </td>
                  <td className={`${cell} break-all whitespace-normal! text-soft`}>
                    {value.default !== undefined && <code>{JSON.stringify(value.default)}</code>}
                  </td>
                  <td className={cell}>
                    {value.source === 'default' ? (
                      <span className="text-faint">{words.config.fallback}</span>
                    ) : (
                      <Tag tone="accent">{value.source}</Tag>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      </div>
    </>
  );
}
