import { Suspense, useEffect, useRef, type ReactNode } from 'react';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { EmptyState, Loading, ProblemPanel } from '../components/surface.tsx';
import { useAnnouncer } from '../stores/announcer.ts';
import { useAppStatus } from '../stores/app-status.ts';
import { useDeployments } from '../stores/deployments.ts';
import { usePreferences } from '../stores/preferences.ts';
import { useSpoken } from '../words/speak.ts';
import { Banners } from './banners.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { KeysPanel } from './keys-panel.tsx';
import { shell } from './messages.ts';
import { NoticesPanel, Toasts } from './notices.tsx';
import { PAGES } from './pages.ts';
import { Palette } from './palette.tsx';
import { navigate, to, useRoute, type Route } from './router.ts';
import { Sidebar } from './sidebar.tsx';

export function App(): ReactNode {
  // Another language draws everything anew, in place.
  useSpoken();
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  useWelcome(route);
  usePageFocus(route, main);
  if (route.page === 'popover') return <Small route={route} />;
  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent"
      >
        {shell.skip}
      </a>
      <Banners />
      <div className="flex min-h-0 grow max-sm:flex-col">
        <Sidebar page={route.page} />
        <main
          ref={main}
          id="main"
          data-region
          tabIndex={-1}
          className="@container flex min-h-0 min-w-0 grow flex-col"
        >
          <ErrorBoundary resetKey={window.location.hash}>
            <Suspense fallback={<Loading what={shell.aPage} lines={6} />}>
              <Page route={route} />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <Toasts />
      <Palette />
      <NoticesPanel />
      <KeysPanel />
      <ConfirmDialog />
      <LiveRegions />
    </div>
  );
}

/** A window without the shell around its page. */
function Small({ route }: { readonly route: Route }): ReactNode {
  return (
    <main id="main" data-region tabIndex={-1} className="@container flex h-full flex-col">
      <ErrorBoundary resetKey={route.page}>
        <Suspense fallback={<Loading what={shell.aPage} />}>
          <Page route={route} />
        </Suspense>
      </ErrorBoundary>
      <Toasts />
      <ConfirmDialog />
      <LiveRegions />
    </main>
  );
}

function Page({ route }: { readonly route: Route }): ReactNode {
  const problem = useAppStatus((state) => state.problem);
  const known = useAppStatus((state) => state.status !== null);
  if (!known && problem !== null) {
    return (
      <div className="p-8">
        <h1 className="mb-4 text-xl font-semibold">{shell.product}</h1>
        <ProblemPanel problem={problem} onRetry={() => window.location.reload()} />
      </div>
    );
  }
  if (route.page === 'unknown') {
    return (
      <EmptyState title={shell.noPage}>
        <p>
          <code>{route.address}</code> {shell.leadsNowhere}
        </p>
        <Button className="mt-3" onClick={() => navigate(to.overview())}>
          {shell.goToOverview}
        </Button>
      </EmptyState>
    );
  }
  const Shown = PAGES[route.page];
  return <Shown key={route.page === 'deployment' ? route.name : route.page} />;
}

/** The first start leads to the welcome page once; it can be left and found again in Settings. */
function useWelcome(route: Route): void {
  const welcomed = usePreferences((state) => state.welcomed);
  const fresh = useAppStatus((state) => state.status !== null && !state.status.runpod.keyPresent);
  const empty = useDeployments((state) => state.loaded && Object.keys(state.byId).length === 0);
  useEffect(() => {
    if (!welcomed && fresh && empty && route.page === 'overview') navigate(to.welcome());
  }, [welcomed, fresh, empty, route.page]);
}

const title = (route: Route): string => {
  if (route.page === 'deployment') return route.name;
  if (route.page === 'welcome' || route.page === 'unknown') return shell.welcome;
  if (route.page === 'popover') return shell.product;
  return shell.pages[route.page];
};

/** Names the window after the page and moves the focus into a page just opened, as a browser does. */
function usePageFocus(route: Route, main: { readonly current: HTMLElement | null }): void {
  const simulated = useAppStatus((state) => state.status?.simulated ?? false);
  const shown = useRef<string>(null);
  const name = title(route);
  // Not its name, which another language changes too.
  const place = route.page === 'deployment' ? `deployment ${route.name}` : route.page;
  useEffect(() => {
    document.title = `${name} · ${shell.product}${simulated ? ' (Sandbox)' : ''}`;
  }, [name, simulated]);
  useEffect(() => {
    if (shown.current !== null && shown.current !== place) main.current?.focus();
    shown.current = place;
  }, [place, main]);
}

function LiveRegions(): ReactNode {
  const polite = useAnnouncer((state) => state.polite);
  const urgent = useAnnouncer((state) => state.urgent);
  return (
    <>
      <div aria-live="polite" aria-atomic className="sr-only">
        {polite}
      </div>
      <div role="alert" aria-atomic className="sr-only">
        {urgent}
      </div>
    </>
  );
}
