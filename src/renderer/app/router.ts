import { useSyncExternalStore } from 'react';

/** Every page has an address, for the palette, notifications and deep links. In the hash: it needs no server's help. */
export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'deploy'; readonly model: string | null; readonly from: string | null }
  | { readonly page: 'deployment'; readonly name: string; readonly tab: string }
  | { readonly page: 'playground'; readonly model: string | null }
  | { readonly page: 'costs' }
  | { readonly page: 'logs'; readonly source: string | null }
  | { readonly page: 'connect'; readonly client: string | null }
  | { readonly page: 'settings'; readonly section: string | null }
  | { readonly page: 'images'; readonly build: string | null }
  | { readonly page: 'welcome' }
  /** The small window beside the tray icon. */
  | { readonly page: 'popover' }
  | { readonly page: 'unknown'; readonly address: string };

export type PageName = Route['page'];

/** Pages that take nothing from their address. */
const BARE = ['costs', 'welcome', 'popover'] as const;
const isBare = (name: string): name is (typeof BARE)[number] => BARE.some((bare) => bare === name);

export function parseRoute(hash: string): Route {
  const address = hash.replace(/^#/, '') || '/';
  const url = new URL(address, 'http://page.invalid');
  const [first = '', second] = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const query = (name: string): string | null => url.searchParams.get(name);
  if (isBare(first)) return { page: first };
  switch (first) {
    case '':
      return { page: 'overview' };
    case 'deploy':
      return { page: 'deploy', model: query('model'), from: query('from') };
    case 'deployments':
      if (second) return { page: 'deployment', name: second, tab: query('tab') ?? 'summary' };
      return { page: 'overview' };
    case 'playground':
      return { page: 'playground', model: query('model') };
    case 'logs':
      return { page: 'logs', source: query('source') };
    case 'images':
      return { page: 'images', build: query('build') };
    case 'connect':
      return { page: 'connect', client: query('client') };
    case 'settings':
      return { page: 'settings', section: second ?? null };
    default:
      return { page: 'unknown', address };
  }
}

const withQuery = (path: string, values: Readonly<Record<string, string | null | undefined>>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value != null) query.set(name, value);
  const text = query.toString();
  return `#${path}${text === '' ? '' : `?${text}`}`;
};

export const to = {
  overview: () => '#/',
  deploy: (values: { model?: string; from?: string } = {}) => withQuery('/deploy', values),
  deployment: (name: string, tab?: string) => withQuery(`/deployments/${encodeURIComponent(name)}`, { tab }),
  playground: (model?: string) => withQuery('/playground', { model }),
  costs: () => '#/costs',
  logs: (source?: string) => withQuery('/logs', { source }),
  images: (build?: string) => withQuery('/images', { build }),
  connect: (client?: string) => withQuery('/connect', { client }),
  settings: (section?: string) => (section === undefined ? '#/settings' : `#/settings/${section}`),
  welcome: () => '#/welcome',
} as const;

export function navigate(address: string): void {
  window.location.hash = address.replace(/^#/, '');
}

/** Same page, other address, no step in the history: for tabs. */
export function replaceAddress(address: string): void {
  window.history.replaceState(null, '', address);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange);
  return () => window.removeEventListener('hashchange', onChange);
}

function useAddress(): string {
  return useSyncExternalStore(subscribe, () => window.location.hash);
}

export function useRoute(): Route {
  return parseRoute(useAddress());
}
