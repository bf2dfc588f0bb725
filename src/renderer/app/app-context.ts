import { createContext, useContext } from 'react';
import { AppError } from '../../shared/errors.ts';
import type { Client } from '../api/client.ts';
import type { Actions } from './actions.ts';
import type { ChatSession } from './chat-session.ts';

interface AppTools {
  readonly client: Client;
  readonly actions: Actions;
  readonly chat: ChatSession;
}

export const AppContext = createContext<AppTools | null>(null);

export function useApp(): AppTools {
  const tools = useContext(AppContext);
  if (tools === null) throw new AppError('internal', 'A page was shown outside the app.');
  return tools;
}
