import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Runs the command in a process group of its own and ends the whole group when this process does, however it ends: the
 * supervising shell holds the other end of its input, and the end of that input is the end of the group.
 */
const SUPERVISOR = `exec 3<&0 </dev/null
"$@" 3<&- &
child=$!
( read -r _ <&3; kill -KILL 0 ) 2>/dev/null &
wait "$child"
exit $?`;

const LONGEST_LINE = 16_000;

export interface ContainerProcess {
  /** Ends the whole group at once. */
  kill(): void;
}

export interface ProcessOptions {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly onLine: (line: string) => void;
  readonly onExit: (code: number) => void;
}

/** Starts a container's main process; everything it left behind dies with it, as in a container. */
export function startProcess(options: ProcessOptions): ContainerProcess {
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'sandbox', ...options.argv], {
    cwd: options.cwd,
    env: { ...options.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A group that is gone makes its pipe break; its exit tells all there is to tell.
  child.stdin.on('error', () => {});
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => options.onLine(line.slice(0, LONGEST_LINE)));
  }
  child.once('error', () => options.onExit(127));
  child.once('exit', (code, signal) => {
    killGroup(child);
    options.onExit(code ?? (signal === null ? 1 : 137));
  });
  return { kill: () => killGroup(child) };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // Nobody left in the group.
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'ESRCH') throw error;
  }
}
