import type { ReactNode } from 'react';
import { replaceAddress, to, useRoute } from '../../app/router.ts';
import { PageHead } from '../../components/page.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { AppearanceTab } from './appearance-tab.tsx';
import { ConfigurationTab } from './configuration-tab.tsx';
import { DiagnosticsTab } from './diagnostics-tab.tsx';
import { KeysTab } from './keys-tab.tsx';
import { words } from './messages.ts';
import { ServersTab } from './servers/servers-tab.tsx';
import { useApp } from '../../app/app-context.ts';
import { DesktopTab } from './desktop-tab.tsx';
import { BudgetTab, NotificationsTab, ProxyTab } from './user-settings-tabs.tsx';

export default function Settings(): ReactNode {
  const route = useRoute();
  const { client } = useApp();
  const tabs = allTabs().filter((tab) => client.body === 'desktop' || tab.id !== 'desktop');
  const asked = route.page === 'settings' ? route.section : null;
  const shown = tabs.some((tab) => tab.id === asked) ? (asked ?? 'appearance') : 'appearance';
  return (
    <>
      <PageHead title={words.title} />
      <Tabs
        label={words.tabsLabel}
        tabs={tabs}
        value={shown}
        onChange={(id) => replaceAddress(to.settings(id))}
      />
    </>
  );
}

function allTabs() {
  return [
    { id: 'appearance', label: words.tabs.appearance, content: <AppearanceTab /> },
    { id: 'keys', label: words.tabs.keys, content: <KeysTab /> },
    { id: 'budget', label: words.tabs.budget, content: <BudgetTab /> },
    { id: 'proxy', label: words.tabs.proxy, content: <ProxyTab /> },
    { id: 'servers', label: words.tabs.servers, content: <ServersTab /> },
    { id: 'notifications', label: words.tabs.notifications, content: <NotificationsTab /> },
    { id: 'desktop', label: words.tabs.desktop, content: <DesktopTab /> },
    { id: 'diagnostics', label: words.tabs.diagnostics, content: <DiagnosticsTab /> },
    { id: 'configuration', label: words.tabs.configuration, content: <ConfigurationTab /> },
  ];
}
