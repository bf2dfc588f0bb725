import { setFlagsFromString } from 'node:v8';

/** Loaded before the proxy's own modules: the young generation that `serve` has (cli/main.ts). */
setFlagsFromString('--semi-space-growth-factor=1');
