import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placePopover } from '../../../src/main/desktop/windows/popover-place.ts';
import { placeWindow, type Rectangle } from '../../../src/main/desktop/windows/window-state.ts';

const screen = { x: 0, y: 24, width: 1600, height: 876 };
const second = { x: 1600, y: 0, width: 1920, height: 1080 };
const state = (bounds: Rectangle) => ({ bounds, maximized: false, fullScreen: false });
const area = fc.record({
  x: fc.integer({ min: -4000, max: 4000 }),
  y: fc.integer({ min: -4000, max: 4000 }),
  width: fc.integer({ min: 640, max: 5000 }),
  height: fc.integer({ min: 400, max: 3000 }),
});

describe('where a window opens', () => {
  it('is centred the first time', () => {
    expect(placeWindow(null, [screen]).bounds).toEqual({ x: 210, y: 72, width: 1180, height: 780 });
  });

  it('is where it was, on whichever screen', () => {
    const kept = state({ x: 1700, y: 100, width: 1000, height: 700 });
    expect(placeWindow(kept, [screen, second])).toEqual(kept);
    expect(placeWindow({ ...kept, maximized: true }, [screen, second]).maximized).toBe(true);
  });

  it.each([
    ['its screen is gone', { x: 1700, y: 100, width: 1000, height: 700 }],
    ['its title bar is above the screen', { x: 100, y: -10, width: 1000, height: 700 }],
    ['only a sliver shows', { x: 1550, y: 100, width: 1000, height: 700 }],
    ['it is below the screen', { x: 100, y: 890, width: 1000, height: 700 }],
  ])('is centred again when %s', (_why, bounds) => {
    expect(placeWindow(state(bounds), [screen]).bounds).toEqual({ x: 300, y: 112, width: 1000, height: 700 });
  });

  it('always has its title bar in reach and fits its screen', () => {
    fc.assert(
      fc.property(area, area, (bounds, only) => {
        const placed = placeWindow(state(bounds), [only]).bounds;
        expect(placed.y).toBeGreaterThanOrEqual(only.y);
        expect(placed.y + 24).toBeLessThanOrEqual(only.y + only.height);
        expect(
          Math.min(placed.x + placed.width, only.x + only.width) - Math.max(placed.x, only.x),
        ).toBeGreaterThanOrEqual(120);
        expect(placed.width).toBeLessThanOrEqual(only.width);
        expect(placed.height).toBeLessThanOrEqual(only.height);
      }),
    );
  });
});

describe('where the popover opens', () => {
  it('is below an icon at the top and above one at the bottom', () => {
    expect(placePopover({ x: 1400, y: 0, width: 24, height: 24 }, { x: 0, y: 0 }, screen)).toMatchObject({
      x: 1220,
      y: 30,
    });
    const bottom = placePopover({ x: 1400, y: 880, width: 24, height: 20 }, { x: 0, y: 0 }, screen);
    expect(bottom.y + bottom.height).toBeLessThanOrEqual(880);
  });

  it('is always whole on the screen, known icon or not', () => {
    fc.assert(
      fc.property(area, area, fc.boolean(), (icon, only, known) => {
        const at = known ? { ...icon, width: 24, height: 24 } : { x: 0, y: 0, width: 0, height: 0 };
        const placed = placePopover(at, { x: icon.x, y: icon.y }, only);
        expect(placed.x).toBeGreaterThanOrEqual(only.x);
        expect(placed.y).toBeGreaterThanOrEqual(only.y);
        expect(placed.x + placed.width).toBeLessThanOrEqual(only.x + only.width);
        expect(placed.y + placed.height).toBeLessThanOrEqual(only.y + only.height);
      }),
    );
  });
});
