import type { DesktopAction } from '../desktop-action.ts';

/** Menus as data: the tray's menu is compared as such in tests, and applied by one adapter. */
export type MenuItem =
  | { readonly kind: 'line' }
  /** Text that does nothing. */
  | { readonly kind: 'text'; readonly label: string }
  | {
      readonly kind: 'action';
      readonly label: string;
      readonly action: DesktopAction;
      readonly enabled?: boolean;
      readonly checked?: boolean;
      readonly accelerator?: string;
    }
  | { readonly kind: 'submenu'; readonly label: string; readonly items: readonly MenuItem[] };
