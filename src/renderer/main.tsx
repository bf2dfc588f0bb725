import './api/jitless.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createActions } from './app/actions.ts';
import { createChatSession } from './app/chat-session.ts';
import { AppContext } from './app/app-context.ts';
import { App } from './app/app.tsx';
import { startEffects } from './app/effects.ts';
import { startKeyboard } from './app/keyboard.ts';
import { navigate } from './app/router.ts';
import { usePreferences } from './stores/preferences.ts';
import { speak } from './words/speak.ts';
import { keepPreferences, languageFor } from './app/preferences-effect.ts';
import { detectClient } from './api/detect.ts';
import './styles/main.css';

const root = document.getElementById('root');
if (root !== null) {
  keepPreferences();
  const client = detectClient();
  const actions = createActions(client);
  startEffects(client);
  client.onShowPage(navigate);
  startKeyboard(actions, client.body);
  const shown = createRoot(root);
  // The first picture is in the right words already.
  void speak(languageFor(usePreferences.getState().language)).then(() =>
    shown.render(
      <StrictMode>
        <AppContext value={{ client, actions, chat: createChatSession(client) }}>
          <App />
        </AppContext>
      </StrictMode>,
    ),
  );
}
