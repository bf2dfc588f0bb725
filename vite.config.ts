import { resolve } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The renderer alone: `npx vite build` writes out/renderer, which the desktop window and the control port both serve.
 * electron.vite.config.ts takes it over as it is.
 */
export default defineConfig({
  root: resolve(import.meta.dirname, 'src/renderer'),
  // Relative addresses: the same files are served from a custom protocol and from a port.
  base: './',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: resolve(import.meta.dirname, 'out/renderer'),
    emptyOutDir: true,
    target: 'chrome140',
    // electron-vite would leave it as it is.
    minify: 'oxc',
    sourcemap: false,
    assetsInlineLimit: 0,
    // Both bodies are modern Chromium or an evergreen browser; the polyfill would be an inline script under the CSP.
    modulePreload: { polyfill: false },
    rolldownOptions: { input: resolve(import.meta.dirname, 'src/renderer/index.html') },
  },
});
