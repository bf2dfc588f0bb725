import { create } from 'zustand';
import type { DeploymentView, HistoryEntry } from '../../shared/model.ts';

interface DeploymentsState {
  readonly loaded: boolean;
  readonly byId: Readonly<Record<string, DeploymentView>>;
  /** Entries heard since the page was opened, by deployment, oldest first. */
  readonly news: Readonly<Record<string, readonly HistoryEntry[]>>;
}

const MOST_NEWS = 200;

export const useDeployments = create<DeploymentsState>(() => ({ loaded: false, byId: {}, news: {} }));

export function replaceDeployments(views: readonly DeploymentView[]): void {
  useDeployments.setState({ loaded: true, byId: Object.fromEntries(views.map((view) => [view.id, view])) });
}

export function putDeployment(view: DeploymentView): void {
  useDeployments.setState((state) => ({ byId: { ...state.byId, [view.id]: view } }));
}

export function removeDeployment(id: string): void {
  useDeployments.setState((state) => {
    const { [id]: _gone, ...byId } = state.byId;
    const { [id]: _silent, ...news } = state.news;
    return { byId, news };
  });
}

export function addHistory(id: string, entry: HistoryEntry): void {
  useDeployments.setState((state) => ({
    news: { ...state.news, [id]: [...(state.news[id] ?? []), entry].slice(-MOST_NEWS) },
  }));
}

export function deploymentByName(
  byId: Readonly<Record<string, DeploymentView>>,
  name: string,
): DeploymentView | undefined {
  return byId[name] ?? Object.values(byId).find((view) => view.name === name);
}
