import { shell } from '../app/messages.de.ts';
import { components } from '../components/messages.de.ts';
import { connect } from '../pages/connect/messages.de.ts';
import { costs } from '../pages/costs/messages.de.ts';
import { deploy } from '../pages/deploy/messages.de.ts';
import { deployment } from '../pages/deployment/messages.de.ts';
import { images } from '../pages/images/messages.de.ts';
import { logs } from '../pages/logs/messages.de.ts';
import { overview } from '../pages/overview/messages.de.ts';
import { playground } from '../pages/playground/messages.de.ts';
import { popover } from '../pages/popover/messages.de.ts';
import { servers } from '../pages/settings/servers/messages.de.ts';
import { settings } from '../pages/settings/messages.de.ts';
import { welcome } from '../pages/welcome/messages.de.ts';
import { core } from '../view/core-words.de.ts';
import { view } from '../view/messages.de.ts';
import type { Translation } from './catalogue.ts';

/** German, loaded when it is wanted. */
export const de = {
  shell,
  components,
  view,
  core,
  connect,
  costs,
  deploy,
  deployment,
  images,
  logs,
  overview,
  playground,
  popover,
  servers,
  settings,
  welcome,
} satisfies Translation;
