import { useState, type ReactNode } from 'react';
import { navigate, to, useRoute } from '../../app/router.ts';
import { Choice, labelled } from '../../components/choice.tsx';
import { LogView } from '../../components/log-view/log-view.tsx';
import { PageHead } from '../../components/page.tsx';
import { EmptyState } from '../../components/surface.tsx';
import { VirtualRequests } from './virtual-requests.tsx';
import { useDeployments } from '../../stores/deployments.ts';
import { useTraffic } from '../../stores/traffic.ts';
import { filterRequests, type RequestFilter } from '../../view/requests.ts';
import { sortForOverview } from '../../view/state.ts';
import { words } from './messages.ts';

const APP = '@app';
const REQUESTS = '@requests';

/** Pods, the app itself and the requests, one at a time. */
export default function Logs(): ReactNode {
  const route = useRoute();
  const byId = useDeployments((state) => state.byId);
  const names = sortForOverview(Object.values(byId)).map((view) => view.name);
  const asked = route.page === 'logs' ? route.source : null;
  const source = asked ?? names[0] ?? APP;
  const picker = (
    <select
      aria-label={words.log}
      className="field h-8 max-w-56"
      value={source}
      onChange={(event) => navigate(to.logs(event.target.value))}
    >
      <optgroup label={words.deployments}>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </optgroup>
      <optgroup label={words.thisApp}>
        <option value={REQUESTS}>{words.requests}</option>
        <option value={APP}>{words.appLog}</option>
      </optgroup>
    </select>
  );
  return (
    <>
      <PageHead title={words.title} />
      {source === REQUESTS ? (
        <Requests picker={picker} />
      ) : (
        <LogView
          key={source}
          source={source === APP ? { kind: 'app' } : { kind: 'deployment', name: source }}
          picker={picker}
        />
      )}
    </>
  );
}

const OUTCOMES = ['all', 'ok', 'error', 'aborted'] as const;

function Requests({ picker }: { readonly picker: ReactNode }): ReactNode {
  const recent = useTraffic((state) => state.recent);
  const [filter, setFilter] = useState<RequestFilter>({ text: '', outcome: 'all' });
  const shown = filterRequests(recent ?? [], filter);
  return (
    <div className="flex min-h-0 grow flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-2">
        {picker}
        <Choice
          label={words.result}
          options={labelled(OUTCOMES, words.outcomes)}
          value={filter.outcome}
          onChange={(outcome) => setFilter({ ...filter, outcome })}
        />
        <input
          data-find
          type="search"
          aria-label={words.filter}
          placeholder={words.filterHint}
          className="field h-8 w-52"
          value={filter.text}
          onChange={(event) => setFilter({ ...filter, text: event.target.value })}
        />
        <span role="status" className="num text-sm text-soft">
          {shown.length} {words.of} {recent?.length ?? 0}
        </span>
      </div>
      {shown.length === 0 ? (
        <EmptyState title={recent?.length ? words.noMatch : words.noneYet} />
      ) : (
        <VirtualRequests requests={shown} />
      )}
    </div>
  );
}
