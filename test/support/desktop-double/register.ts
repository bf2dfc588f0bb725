/** Preloaded with `--import`: whoever asks for `electron` gets the double, and every module that is loaded is noted. */
import { registerHooks } from 'node:module';

const double = new URL('electron.ts', import.meta.url).href;

export const loaded: string[] = [];

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'electron') return { url: double, shortCircuit: true };
    const resolved = next(specifier, context);
    if (resolved.url.endsWith('node_modules/electron/index.js')) return { url: double, shortCircuit: true };
    return resolved;
  },
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
