import { z } from 'zod';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const MINIMUM = { width: 760, height: 520 } as const;
const USUAL = { width: 1180, height: 780 } as const;

const coordinate = z.int().min(-100_000).max(100_000);
const length = z.int().min(1).max(100_000);

export const windowStateSchema = z.object({
  bounds: z.object({ x: coordinate, y: coordinate, width: length, height: length }),
  maximized: z.boolean(),
  fullScreen: z.boolean(),
});
export type WindowState = z.infer<typeof windowStateSchema>;

/** A strip of the title bar that must be in reach, so that the window can be moved. */
const GRIP = { width: 120, height: 24 } as const;

/**
 * Where to put the window: where it was, unless its title bar would be out of reach (a screen is gone, a resolution
 * changed); then centred on the first screen. Never larger than its screen. `areas` are the screens' work areas, the
 * primary one first.
 */
export function placeWindow(kept: WindowState | null, areas: readonly Rectangle[]): WindowState {
  const [primary = { x: 0, y: 0, ...USUAL }] = areas;
  if (kept === null) return { bounds: centred(USUAL, primary), maximized: false, fullScreen: false };
  // Judged in the size that it will have: what is made smaller may slip out of reach.
  const fitting = areas.map((area) => ({ area, bounds: within(kept.bounds, area) }));
  const home = fitting.find(({ area, bounds }) => hasGrip(bounds, area));
  return { ...kept, bounds: home?.bounds ?? centred(kept.bounds, primary) };
}

function hasGrip(window: Rectangle, area: Rectangle): boolean {
  const left = Math.max(window.x, area.x);
  const right = Math.min(window.x + window.width, area.x + area.width);
  const isTopInside = window.y >= area.y && window.y + GRIP.height <= area.y + area.height;
  return isTopInside && right - left >= GRIP.width;
}

function within(window: Rectangle, area: Rectangle): Rectangle {
  return { ...window, ...sizeFor(window, area) };
}

function centred(size: { readonly width: number; readonly height: number }, area: Rectangle): Rectangle {
  const { width, height } = sizeFor(size, area);
  return {
    x: Math.round(area.x + (area.width - width) / 2),
    y: Math.round(area.y + (area.height - height) / 2),
    width,
    height,
  };
}

/** At least usable, at most the screen; on a screen smaller than that, the screen. */
function sizeFor(
  size: { readonly width: number; readonly height: number },
  area: Rectangle,
): { readonly width: number; readonly height: number } {
  return {
    width: Math.min(area.width, Math.max(MINIMUM.width, size.width)),
    height: Math.min(area.height, Math.max(MINIMUM.height, size.height)),
  };
}
