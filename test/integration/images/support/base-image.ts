import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

/**
 * A small Linux made of this machine's own programs, that stands in for the stock images: bash, coreutils, perl and
 * python3, and doubles of vLLM, Ollama, the package installers and Hugging Face's library.
 */
const PROGRAMS = `
  bash env cat chmod chown cp cut date dd echo head id ln ls
  mkdir mktemp mv printf pwd rm seq sha256sum sleep sort stat tail timeout touch
  tr true false wc sed grep base64 gzip perl curl`
  .trim()
  .split(/\s+/);

const DOUBLES = join(import.meta.dirname, 'doubles');

/** The archive of the base image; `dispose` once it was read. */
export function baseImage(): { readonly tar: () => Readable; readonly dispose: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'rplm-base-'));
  for (const folder of ['usr/bin', 'usr/lib', 'tmp', 'etc', 'proc', 'sys', 'dev', 'root', 'var/tmp', 'src']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  chmodSync(root, 0o755);
  for (const folder of ['tmp', 'var/tmp']) chmodSync(join(root, folder), 0o1777);
  symlinkSync('usr/bin', join(root, 'bin'));
  for (const program of PROGRAMS) addProgram(root, find(program), `/usr/bin/${program}`);
  symlinkSync('bash', join(root, 'usr/bin/sh'));
  addPerl(root);
  addPython(root);
  addDoubles(root);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  return {
    tar: () => spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout,
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}

function find(program: string): string {
  // The system's own first: a version manager's shim would not work in there.
  const folders = ['/usr/bin', '/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`The base image needs ${program}.`);
  return realpathSync(found);
}

/** The program and the libraries it is linked with, at their own places. */
function addProgram(root: string, from: string, to: string): void {
  place(root, from, to);
  for (const library of librariesOf(from)) place(root, library, library);
}

function librariesOf(file: string): string[] {
  const listed = spawnSync('ldd', [file], { encoding: 'utf8' }).stdout;
  return [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
}

function place(root: string, from: string, to: string): void {
  const target = join(root, to);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(realpathSync(from), target);
}

/** perl-base: what every Debian and Ubuntu image has, and no more. */
function addPerl(root: string): void {
  const listed = spawnSync('dpkg', ['-L', 'perl-base'], { encoding: 'utf8' }).stdout.split('\n');
  for (const path of listed) {
    if (!path.startsWith('/usr/lib/') || !/\.(?:pm|pl|so|al|ix)$/.test(path)) continue;
    place(root, path, path);
    if (path.endsWith('.so')) for (const library of librariesOf(path)) place(root, library, library);
  }
}

function addPython(root: string): void {
  const python = find('python3');
  addProgram(root, python, '/usr/bin/python3');
  const asked = spawnSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))'], {
    encoding: 'utf8',
  });
  const library = asked.stdout.trim();
  const left =
    /\/(?:__pycache__|test|config-[^/]*|idlelib|lib2to3|pydoc_data|distutils|ensurepip|venv|unittest|site-packages|dist-packages)$/;
  cpSync(library, join(root, library), { recursive: true, filter: (path) => !left.test(path) });
  const extensions = spawnSync('find', [join(library, 'lib-dynload'), '-name', '*.so'], {
    encoding: 'utf8',
  }).stdout;
  for (const extension of extensions.split('\n').filter(Boolean)) {
    for (const linked of librariesOf(extension)) place(root, linked, linked);
  }
  cpSync(join(DOUBLES, 'python'), join(root, 'usr/lib/python3/dist-packages'), { recursive: true });
}

function addDoubles(root: string): void {
  for (const name of ['vllm', 'ollama', 'apt-get']) {
    copyFileSync(join(DOUBLES, name), join(root, 'usr/bin', name));
    chmodSync(join(root, 'usr/bin', name), 0o755);
  }
  mkdirSync(join(root, 'usr/lib/ollama'), { recursive: true });
  writeFileSync(join(root, 'usr/lib/ollama/runner'), 'of the double\n');
  writeFileSync(join(root, 'src/main.py'), readFileSync(join(DOUBLES, 'worker-main.py')));
}
