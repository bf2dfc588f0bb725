import { BrowserWindow, Menu, type MenuItemConstructorOptions, type WebContents } from 'electron';

export interface TextPlace {
  readonly isEditable: boolean;
  readonly selectionText: string;
  readonly isPassword: boolean;
}

/** The menu of text: what can be done with it here. A secret field offers no copy; nothing to offer gives no menu. */
export function textMenuTemplate(place: TextPlace): MenuItemConstructorOptions[] {
  const selected = place.selectionText !== '';
  const mayCopy = selected && !place.isPassword;
  if (!place.isEditable) return mayCopy ? [{ role: 'copy' }] : [];
  return [
    { role: 'undo' },
    { role: 'redo' },
    { type: 'separator' },
    ...(mayCopy ? ([{ role: 'cut' }, { role: 'copy' }] as const) : []),
    { role: 'paste' },
    { role: 'selectAll' },
  ];
}

/** Gives the text of a window the system's menu; pages have none of their own. */
export function addTextMenu(contents: WebContents): void {
  contents.on('context-menu', (_event, params) => {
    const template = textMenuTemplate({
      isEditable: params.isEditable,
      selectionText: params.selectionText,
      isPassword: params.formControlType === 'input-password',
    });
    const window = BrowserWindow.fromWebContents(contents);
    if (template.length > 0 && window !== null) Menu.buildFromTemplate(template).popup({ window });
  });
}
