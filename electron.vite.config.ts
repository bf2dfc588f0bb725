import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';
import renderer from './vite.config.ts';

/**
 * The three bundles of the desktop app. Everything is bundled, so that no node_modules are shipped but for the keyring's
 * native library; a chunk is loaded when its part of the app is first used.
 */
export default defineConfig({
  main: {
    build: {
      outDir: resolve(import.meta.dirname, 'out/main'),
      emptyOutDir: true,
      // Not shipped: for stack traces, and for the test that lists what is loaded at the start.
      sourcemap: 'hidden',
      externalizeDeps: false,
      rolldownOptions: {
        input: resolve(import.meta.dirname, 'src/main/index.ts'),
        // The keyring is native; ssh2 and its optional native part are for Docker engines over SSH.
        external: ['@napi-rs/keyring', 'cpu-features', /\.node$/],
        // Flat, so that what lies beside the bundle has the same relative address from every chunk.
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: resolve(import.meta.dirname, 'out/preload'),
      emptyOutDir: true,
      externalizeDeps: false,
      rolldownOptions: {
        input: resolve(import.meta.dirname, 'src/preload/index.ts'),
        // A sandboxed preload is one CommonJS file, whatever the package says.
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer,
});
