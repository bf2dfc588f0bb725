import type { MenuItemConstructorOptions } from 'electron';
import type { DesktopAction } from '../desktop-action.ts';
import type { MenuItem } from './menu-item.ts';

/** Menu data as Electron's template. */
export function toTemplate(
  items: readonly MenuItem[],
  perform: (action: DesktopAction) => void,
): MenuItemConstructorOptions[] {
  return items.map((item) => {
    switch (item.kind) {
      case 'line':
        return { type: 'separator' };
      case 'text':
        return { label: literal(item.label), enabled: false };
      case 'submenu':
        return { label: literal(item.label), submenu: toTemplate(item.items, perform) };
      case 'action':
        return {
          label: literal(item.label),
          enabled: item.enabled ?? true,
          click: () => perform(item.action),
          ...(item.checked === undefined ? {} : { type: 'checkbox' as const, checked: item.checked }),
          ...(item.accelerator === undefined ? {} : { accelerator: item.accelerator }),
        };
    }
  });
}

/** Menus take `&` for the mark of a key. */
const literal = (label: string): string => label.replaceAll('&', '&&');
