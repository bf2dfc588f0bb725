import type { Rectangle } from './window-state.ts';

export const POPOVER_SIZE = { width: 380, height: 520 } as const;
const GAP = 6;

/**
 * Beside the tray icon, on the side that has room, whole on its screen. Systems that do not tell where the icon is (all
 * zeros) get the corner next to the pointer.
 */
export function placePopover(
  icon: Rectangle,
  pointer: { readonly x: number; readonly y: number },
  area: Rectangle,
): Rectangle {
  const known = icon.width > 0 && icon.height > 0;
  const anchor = known ? icon : { ...pointer, width: 0, height: 0 };
  const width = Math.min(POPOVER_SIZE.width, area.width);
  const height = Math.min(POPOVER_SIZE.height, area.height);
  const centre = anchor.x + anchor.width / 2;
  const isAbove = anchor.y + anchor.height / 2 < area.y + area.height / 2;
  const y = isAbove ? anchor.y + anchor.height + GAP : anchor.y - height - GAP;
  return {
    x: clamp(Math.round(centre - width / 2), area.x, area.x + area.width - width),
    y: clamp(Math.round(y), area.y, area.y + area.height - height),
    width,
    height,
  };
}

const clamp = (value: number, least: number, most: number): number =>
  Math.max(least, Math.min(value, Math.max(least, most)));
