import { app } from 'electron';
import type { Log } from '../../logs/log.ts';

/**
 * Tells the log whether assistive technology is in use. Chromium builds its accessibility tree by itself then; a log
 * that says so explains a slower window.
 */
export function watchAccessibility(platform: NodeJS.Platform, log: Log): void {
  // Elsewhere Electron does not tell.
  if (platform !== 'darwin' && platform !== 'win32') return;
  const tell = (isOn: boolean): void => log.info({ isOn }, 'assistive technology');
  if (app.accessibilitySupportEnabled) tell(true);
  app.on('accessibility-support-changed', (_event, isOn) => tell(isOn));
}
