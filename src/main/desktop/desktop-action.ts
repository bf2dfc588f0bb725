/** What menus, notifications and windows can ask of the app. Data, so that models of menus can be compared in tests. */
export type DesktopAction =
  | { readonly do: 'open'; readonly page: string }
  | { readonly do: 'quick-view' }
  | { readonly do: 'copy-endpoint' }
  | { readonly do: 'copy-key' }
  | { readonly do: 'copy-model'; readonly model: string }
  | { readonly do: 'start'; readonly deployment: string }
  | { readonly do: 'stop'; readonly deployment: string }
  | { readonly do: 'keep-awake'; readonly deployment: string; readonly minutes: number }
  | { readonly do: 'stop-all' }
  | { readonly do: 'start-on-request'; readonly on: boolean }
  | { readonly do: 'install-update' }
  | { readonly do: 'about' }
  | { readonly do: 'console' }
  | { readonly do: 'show-logs' }
  | { readonly do: 'quit' };
