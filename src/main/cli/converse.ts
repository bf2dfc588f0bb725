import type { Interface } from 'node:readline/promises';

/**
 * A conversation by lines, on one reader: what is pasted at once comes line by line, what is typed meanwhile is kept.
 * While it reads, the terminal gives Ctrl-C to it instead of making a signal.
 */
export async function converse(
  lines: Interface,
  onLine: (line: string, signal: AbortSignal) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let working: AbortController | null = null;
  const close = (): void => lines.close();
  lines.on('SIGINT', () => {
    if (working === null) lines.close();
    else working.abort();
  });
  signal.addEventListener('abort', close, { once: true });
  try {
    lines.prompt();
    for await (const line of lines) {
      working = new AbortController();
      const goesOn = await onLine(line, AbortSignal.any([signal, working.signal]));
      working = null;
      if (!goesOn || signal.aborted) return;
      lines.prompt();
    }
  } finally {
    signal.removeEventListener('abort', close);
    lines.close();
  }
}
