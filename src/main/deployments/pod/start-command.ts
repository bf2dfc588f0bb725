import { gzipSync } from 'node:zlib';
import type { Backend } from '../../../shared/model.ts';
import { shellJoin } from './shell-quote.ts';

/** The scripts that travel in the environment of a pod or a worker; see resources/watchdog/. */
export interface GuardScripts {
  readonly watchdog: string;
  /** The key check in front of Ollama. */
  readonly front: string;
  /** What has Ollama fetch and load its model by itself. */
  readonly preload: string;
}

/** What a start command starts beside the model server; Ollama has its key check always. */
export interface Beside {
  readonly watchdog: boolean;
  /** The model loads by itself: nobody can ask a certain worker of an endpoint to. */
  readonly preload: boolean;
}

/** Entrypoints of the stock images (FACTS 2.3, 2.4), to hand over to after the watchdog was started. */
const ENTRYPOINTS: Readonly<Record<Backend, readonly string[]>> = {
  vllm: ['vllm', 'serve'],
  ollama: ['ollama'],
};

/** The images' own CMD, which an overridden entrypoint cuts off. */
const DEFAULT_ARGS: Readonly<Record<Backend, readonly string[]>> = { vllm: [], ollama: ['serve'] };
/** Ollama moves to loopback: should the start command ever be ignored, nothing of it is on the public URL. */
const OLLAMA_LOOPBACK = '127.0.0.1:11435';

/** `args` of an image that is started as it is. */
export const plainArgs = (args: readonly string[]): string => shellJoin(args);

/** Kept in a crash, gone with the container: where the watchdog counts its grace. */
const FIRST_STEP = 'export RPLM_STATE="${HOME:-/tmp}"';

/** Whether a start command is one of this file's: the only kind that a sandbox on the user's machine may run for real. */
export function isGuardCommand(argv: readonly string[]): boolean {
  return (
    argv[0] === 'bash' &&
    argv[1] === '-c' &&
    argv.length === 3 &&
    (argv[2] ?? '').startsWith(`${FIRST_STEP}; `)
  );
}

/**
 * `args` in the JSON form that replaces the image's entrypoint (FACTS 2.2): bash unpacks the scripts from the
 * environment, starts them beside, and becomes the model server, so that PID 1 and its signals are the image's own.
 */
export function guardedArgs(
  backend: Backend,
  args: readonly string[],
  { watchdog, preload }: Beside,
): string {
  const unpack = (name: string, file: string): string =>
    `printf %s "$${name}" | base64 -d | gzip -dc > "$RPLM_STATE/${file}"`;
  const steps = [
    FIRST_STEP,
    '[ -w "$RPLM_STATE" ] || RPLM_STATE=/tmp',
    ...(watchdog
      ? [unpack('RPLM_WATCHDOG', 'rplm-watchdog.sh'), '(bash "$RPLM_STATE/rplm-watchdog.sh" &)']
      : []),
    // Of the container that ended: the new one has loaded nothing yet.
    ...(preload
      ? [
          'export RPLM_FRONT_GATE="$RPLM_STATE/rplm-loaded"',
          'rm -f "$RPLM_FRONT_GATE"',
          unpack('RPLM_PRELOADER', 'rplm-preload.sh'),
          '(env -u RPLM_FRONT_KEY bash "$RPLM_STATE/rplm-preload.sh" &)',
        ]
      : []),
    ...(backend === 'ollama'
      ? [unpack('RPLM_FRONT', 'rplm-front.pl'), '(perl "$RPLM_STATE/rplm-front.pl" &)']
      : []),
    `exec ${shellJoin([...ENTRYPOINTS[backend], ...(args.length === 0 ? DEFAULT_ARGS[backend] : args)])}`,
  ];
  return JSON.stringify({ entrypoint: ['bash', '-c'], cmd: [steps.join('; ')] });
}

export interface GuardSettings {
  readonly apiUrl: string;
  readonly action: 'stop' | 'terminate';
  /** Epoch milliseconds on the cloud's clock. */
  readonly deadlineAt: number;
  /** How long it may run at most, by the machine's own count: the deadline of one whose clock is wrong. */
  readonly mostSeconds: number;
  /** null = only the deadline counts. */
  readonly idleSeconds: number | null;
  readonly bootGraceSeconds: number;
  readonly backend: Backend;
  readonly port: number;
}

/** The watchdog's settings; given to custom images too, for those that bring the watchdog themselves. */
export function guardEnv(settings: GuardSettings): Record<string, string> {
  return {
    RPLM_API: settings.apiUrl,
    RPLM_ACTION: settings.action,
    ...deadlineEnv(settings.deadlineAt),
    RPLM_MOST: String(settings.mostSeconds),
    RPLM_IDLE: String(settings.idleSeconds ?? 0),
    RPLM_BOOT_GRACE: String(settings.bootGraceSeconds),
    RPLM_SOURCE: settings.backend === 'vllm' ? `http://127.0.0.1:${settings.port}/metrics` : 'front',
  };
}

export const deadlineEnv = (deadlineAt: number): Record<string, string> => ({
  RPLM_DEADLINE: String(Math.floor(deadlineAt / 1000)),
});

export function scriptEnv(
  backend: Backend,
  scripts: GuardScripts,
  { watchdog, preload }: Beside,
): Record<string, string> {
  return {
    ...(watchdog ? { RPLM_WATCHDOG: packed(scripts.watchdog) } : {}),
    ...(preload ? { RPLM_PRELOADER: packed(scripts.preload) } : {}),
    ...(backend === 'ollama' ? { RPLM_FRONT: packed(scripts.front) } : {}),
  };
}

/** Settings of the key check in front of Ollama, and Ollama's own place behind it. */
export function frontEnv(key: string, port: number): Record<string, string> {
  return {
    RPLM_FRONT_KEY: key,
    RPLM_FRONT_LISTEN: `0.0.0.0:${port}`,
    RPLM_FRONT_UPSTREAM: OLLAMA_LOOPBACK,
    OLLAMA_HOST: OLLAMA_LOOPBACK,
  };
}

/** Compressed, as environments are bounded; `base64` and `gzip` are in every Debian and Ubuntu image. */
const packed = (script: string): string => gzipSync(script).toString('base64');
