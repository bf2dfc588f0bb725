/**
 * Draws every picture of the desktop app from resources/icons/icon.svg and the tray's shapes below: the app's icon as
 * PNG, ICO and ICNS, and the tray's marks for each system, scale and ground. Chromium does the drawing; what it made is
 * committed, so this runs only after a change: `node scripts/icons.ts`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright';
import { packIcns, packIco, type Picture } from './icon-files.ts';

const root = resolve(import.meta.dirname, '..');
const icons = join(root, 'resources/icons');
const tray = join(root, 'resources/tray');

/** On a grid of 16: state by shape (UX 3.4 A). `INK` is replaced by the colour, `CUT` by the ground. */
const SHAPES = {
  idle: '<circle cx="8" cy="8" r="5.4" fill="none" stroke="INK" stroke-width="1.8"/>',
  starting:
    '<circle cx="8" cy="8" r="5.4" fill="none" stroke="INK" stroke-width="1.8"/><path d="M8 2.6a5.4 5.4 0 0 1 0 10.8z" fill="INK"/>',
  running: '<circle cx="8" cy="8" r="6.2" fill="INK"/>',
  attention:
    '<path d="M8 1.6 15 14.2H1z" fill="INK" stroke="INK" stroke-width="1.2" stroke-linejoin="round"/><path d="M8 6v3.8M8 11.9v.3" stroke="CUT" stroke-width="1.7" stroke-linecap="round"/>',
  sandbox:
    '<circle cx="8" cy="8" r="5.9" fill="none" stroke="INK" stroke-width="1.4"/><path d="M4.6 9.9 9.9 4.6M6.2 12.1l5.9-5.9" stroke="INK" stroke-width="1.6" stroke-linecap="round"/>',
} as const;

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'],
});
const page = await browser.newPage();

/** A picture of `size` pixels from SVG text. */
async function draw(svg: string, size: number): Promise<Picture> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
  );
  return { size, png: await page.screenshot({ omitBackground: true, type: 'png' }) };
}

const onGrid = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${body}</svg>`;

/** A mark in one colour on nothing; a cut is a hole. */
function mark(shape: keyof typeof SHAPES, ink: string): string {
  const body = SHAPES[shape];
  const solid = body.replaceAll('INK', ink);
  if (!body.includes('CUT')) return onGrid(solid);
  const cuts = /<path[^>]*CUT[^>]*\/>/.exec(body)?.[0].replaceAll('CUT', '#000') ?? '';
  const rest = solid.replace(/<path[^>]*CUT[^>]*\/>/, '');
  return onGrid(
    `<mask id="m"><rect width="16" height="16" fill="#fff"/>${cuts}</mask><g mask="url(#m)">${rest}</g>`,
  );
}

/** A mark on the app's own ground, for bars whose colour is not told. */
function tile(shape: keyof typeof SHAPES): string {
  const ink = shape === 'running' ? '#6ee7b7' : shape === 'attention' ? '#fcd34d' : '#ffffff';
  const body = SHAPES[shape].replaceAll('INK', ink).replaceAll('CUT', '#4338ca');
  return onGrid(
    `<rect width="16" height="16" rx="3.6" fill="#4338ca"/><g transform="translate(2.4 2.4) scale(.7)">${body}</g>`,
  );
}

for (const folder of [icons, tray]) mkdirSync(folder, { recursive: true });
rmSync(tray, { recursive: true });
mkdirSync(tray);

const source = readFileSync(join(icons, 'icon.svg'), 'utf8');
const sizes = [16, 20, 24, 32, 48, 64, 128, 256, 512, 1024];
const pictures = new Map<number, Picture>();
for (const size of sizes) pictures.set(size, await draw(source, size));
const of = (...wanted: readonly number[]): Picture[] =>
  wanted.map((size) => pictures.get(size)).filter((picture) => picture !== undefined);

for (const { size, png } of of(16, 32, 48, 64, 128, 256, 512)) {
  writeFileSync(join(icons, `icon-${size}.png`), png);
}
writeFileSync(join(icons, 'icon.ico'), packIco(of(16, 20, 24, 32, 48, 64, 128, 256)));
writeFileSync(join(icons, 'icon.icns'), packIcns(of(16, 32, 64, 128, 256, 512, 1024)));

for (const shape of Object.keys(SHAPES) as (keyof typeof SHAPES)[]) {
  for (const [scale, suffix] of [
    [1, ''],
    [2, '@2x'],
    [3, '@3x'],
  ] as const) {
    const template = await draw(mark(shape, '#000'), 16 * scale);
    writeFileSync(join(tray, `${shape}Template${suffix}.png`), template.png);
    writeFileSync(join(tray, `${shape}${suffix}.png`), (await draw(tile(shape), 24 * scale)).png);
  }
  for (const [tone, ink] of [
    ['light', '#ffffff'],
    ['dark', '#1b1d23'],
  ] as const) {
    const all: Picture[] = [];
    for (const size of [16, 20, 24, 32, 48]) all.push(await draw(mark(shape, ink), size));
    writeFileSync(join(tray, `${shape}-${tone}.ico`), packIco(all));
  }
}
await browser.close();
