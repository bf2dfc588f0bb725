import { clipboard } from 'electron';
import { asAppError, assertNever } from '../../shared/errors.ts';
import type { DeploymentView } from '../../shared/model.ts';
import type { LocalApi } from '../control/local-api.ts';
import type { Log } from '../logs/log.ts';
import type { UserSettingsStore } from '../settings/user-settings.ts';
import type { DesktopAction } from './desktop-action.ts';
import type { Ask } from './system/ask.ts';
import { startQuestion, stopAllQuestion, stopQuestion } from './system/questions.ts';
import { endpointOf, type DesktopState } from './tray/tray-state.ts';
import type { Words } from './words/en.ts';

export interface ActionParts {
  readonly api: () => LocalApi | null;
  readonly state: () => DesktopState;
  readonly settings: Pick<UserSettingsStore, 'get' | 'set'>;
  readonly words: () => Words;
  readonly ask: Ask;
  readonly openPage: (page: string) => void;
  readonly quickView: () => void;
  readonly showAbout: () => void;
  readonly openConsole: () => void;
  readonly showLogs: () => void;
  readonly installUpdate: () => void;
  readonly quit: () => void;
  /** Tells the user in passing. */
  readonly tell: (title: string, body: string) => void;
  readonly log: Log;
}

/** Carries out what menus and notifications ask. A failure is told, never thrown. */
export function createPerformer(parts: ActionParts): (action: DesktopAction) => void {
  return (action) => {
    perform(action, parts).catch((error: unknown) => {
      const known = asAppError(error);
      parts.log.warn({ err: error, action: action.do }, 'an action of the desktop failed');
      parts.tell(parts.words().notify.failed, parts.words().notify.problem(known));
    });
  };
}

async function perform(action: DesktopAction, parts: ActionParts): Promise<void> {
  switch (action.do) {
    case 'copy-endpoint':
    case 'copy-key':
    case 'copy-model':
      return copy(action, parts);
    case 'start':
      return start(action.deployment, parts);
    case 'stop':
      return stop(action.deployment, parts);
    case 'stop-all':
      return stopAll(parts);
    case 'keep-awake': {
      const { deployment, minutes } = action;
      await parts.api()?.call('deployments.keepAlive', { deployment, minutes });
      return;
    }
    case 'start-on-request': {
      const before = parts.settings.get();
      parts.settings.set({ ...before, proxy: { ...before.proxy, wakeOnRequest: action.on } });
      return;
    }
    default:
      return show(action, parts);
  }
}

/** What only shows something, or ends the app. */
function show(
  action: Extract<
    DesktopAction,
    { do: 'open' | 'quick-view' | 'install-update' | 'about' | 'console' | 'show-logs' | 'quit' }
  >,
  parts: ActionParts,
): void {
  switch (action.do) {
    case 'open':
      return parts.openPage(action.page);
    case 'quick-view':
      return parts.quickView();
    case 'install-update':
      return parts.installUpdate();
    case 'about':
      return parts.showAbout();
    case 'console':
      return parts.openConsole();
    case 'show-logs':
      return parts.showLogs();
    case 'quit':
      return parts.quit();
    default:
      return assertNever(action);
  }
}

async function copy(
  action: Extract<DesktopAction, { do: `copy-${string}` }>,
  { api, state }: ActionParts,
): Promise<void> {
  if (action.do === 'copy-model') return write(action.model);
  const { status } = state();
  if (action.do === 'copy-endpoint') return status === null ? undefined : write(endpointOf(status));
  const answer = await api()?.call('proxy.key', {});
  return answer === undefined ? undefined : write(answer.key);
}

const write = (text: string): Promise<void> => clipboard.writeText(text);

const find = (name: string, { state }: ActionParts): DeploymentView | undefined =>
  state().deployments.find((view) => view.name === name);

async function start(name: string, parts: ActionParts): Promise<void> {
  const view = find(name, parts);
  if (view === undefined) return;
  const question = startQuestion(view, parts.state().quotes[view.id], parts.words());
  if (question !== null && (await parts.ask(question)) === 'no') return;
  await parts.api()?.call('deployments.start', { deployment: name });
}

async function stop(name: string, parts: ActionParts): Promise<void> {
  const view = find(name, parts);
  if (view === undefined) return;
  const question = stopQuestion(view, parts.words());
  if (question !== null && (await parts.ask(question)) === 'no') return;
  await parts.api()?.call('deployments.stop', { deployment: name });
}

async function stopAll(parts: ActionParts): Promise<void> {
  const question = stopAllQuestion(parts.state().deployments, parts.words());
  if (question === null || (await parts.ask(question)) === 'no') return;
  await parts.api()?.call('deployments.stopAll', {});
}
