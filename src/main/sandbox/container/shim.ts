import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The programs of a simulated container. `vllm` and `ollama` are stand-ins that tell the sandbox how they were called,
 * print what it sends and end as it says; their connection is their life line in both directions.
 */
const PROGRAM = `
import { request } from 'node:http';
const [program, ...argv] = process.argv.slice(2);
const names = /^(?:OLLAMA|VLLM|HF|HUGGING|MODEL)/;
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => names.test(name)));
const call = request(process.env.RUNPOD_SANDBOX_SHIM, { method: 'POST', agent: false }, (answer) => {
  let rest = '';
  answer.setEncoding('utf8');
  answer.on('data', (chunk) => {
    const lines = (rest + chunk).split('\\n');
    rest = lines.pop();
    for (const line of lines) take(JSON.parse(line));
  });
  answer.on('end', () => process.exit(137));
  answer.on('error', () => process.exit(137));
});
call.on('error', () => process.exit(137));
call.end(JSON.stringify({ program, argv, env }));
function take(message) {
  if (message.exit !== undefined) process.exit(message.exit);
  process.stdout.write(message.line + '\\n');
}
`;

/** What Ubuntu's base image brings; the Ollama image has little more: no curl, no python (FACTS 2.4). */
const BASE_TOOLS =
  `awk base64 basename bash cat chmod chown cp cut date dd df dirname du echo env expr false find grep gzip head hostname
  id kill ln ls md5sum mkdir mkfifo mktemp mv nohup nproc od perl printf ps pwd readlink realpath rm rmdir sed seq sh
  sha256sum sleep sort stat stty sync tail tar tee test timeout touch tr true uname uniq wc whoami xargs yes`.split(
    /\s+/,
  );

export interface Programs {
  /** PATH of a container of this engine. */
  path(engine: 'vllm' | 'ollama' | 'none'): string;
}

/** Writes the programs below a folder. */
export function writePrograms(folder: string): Programs {
  const shims = join(folder, 'bin');
  const base = join(folder, 'base');
  mkdirSync(shims, { recursive: true });
  mkdirSync(base, { recursive: true });
  const program = join(folder, 'shim.mjs');
  writeFileSync(program, PROGRAM);
  for (const name of ['vllm', 'ollama']) {
    const file = join(shims, name);
    // In the desktop app the executable is Electron, which acts as Node when told so.
    const line = `ELECTRON_RUN_AS_NODE=1 exec ${quoted(process.execPath)} ${quoted(program)} ${name} "$@"`;
    writeFileSync(file, `#!/bin/sh\n${line}\n`);
    chmodSync(file, 0o755);
  }
  const hostPath = process.env['PATH'] ?? '/usr/bin:/bin';
  for (const tool of BASE_TOOLS) {
    const found = which(tool, hostPath);
    if (found !== null) symlinkSync(found, join(base, tool));
  }
  return { path: (engine) => [shims, engine === 'ollama' ? base : hostPath].join(delimiter) };
}

function which(tool: string, path: string): string | null {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, tool);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue; // Not in this folder.
    }
  }
  return null;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
