/** State by shape, never by colour alone (UX 3.4 A): outline, half, filled, with a triangle, striped. */
export const TRAY_SHAPES = ['idle', 'starting', 'running', 'attention', 'sandbox'] as const;
export type TrayShape = (typeof TRAY_SHAPES)[number];

/**
 * The file of a shape as each system wants it, below resources/tray. macOS colours template images itself; Windows gets
 * light marks for dark bars and dark ones for light bars; a Linux panel does not tell its colour, so its pictures bring
 * their own ground. Larger scales lie beside it under `@2x` names, or inside the .ico.
 */
export function trayIconFile(shape: TrayShape, platform: NodeJS.Platform, isBarDark: boolean): string {
  if (platform === 'darwin') return `${shape}Template.png`;
  if (platform === 'win32') return `${shape}-${isBarDark ? 'light' : 'dark'}.ico`;
  return `${shape}.png`;
}
