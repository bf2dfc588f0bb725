import { Boxes, ChartColumn, Gauge, MessageSquare, Plug, Rocket, ScrollText, Settings } from 'lucide-react';
import { lazy } from 'react';
import { to, type PageName } from './router.ts';

/** The sections in the order of their keys; `shell.pages` names them. Pages are loaded when first opened. */
export const SECTIONS = [
  { page: 'overview', href: to.overview(), icon: Gauge },
  { page: 'deploy', href: to.deploy(), icon: Rocket },
  { page: 'playground', href: to.playground(), icon: MessageSquare },
  { page: 'connect', href: to.connect(), icon: Plug },
  { page: 'costs', href: to.costs(), icon: ChartColumn },
  { page: 'logs', href: to.logs(), icon: ScrollText },
  { page: 'images', href: to.images(), icon: Boxes },
  { page: 'settings', href: to.settings(), icon: Settings },
] as const satisfies readonly { page: PageName; href: string; icon: unknown }[];

export const PAGES = {
  overview: lazy(() => import('../pages/overview/overview.tsx')),
  deploy: lazy(() => import('../pages/deploy/deploy.tsx')),
  deployment: lazy(() => import('../pages/deployment/deployment.tsx')),
  playground: lazy(() => import('../pages/playground/playground.tsx')),
  connect: lazy(() => import('../pages/connect/connect.tsx')),
  costs: lazy(() => import('../pages/costs/costs.tsx')),
  logs: lazy(() => import('../pages/logs/logs.tsx')),
  images: lazy(() => import('../pages/images/images.tsx')),
  settings: lazy(() => import('../pages/settings/settings.tsx')),
  popover: lazy(() => import('../pages/popover/popover.tsx')),
  welcome: lazy(() => import('../pages/welcome/welcome.tsx')),
} as const;
