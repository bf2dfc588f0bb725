import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program outside npm that some suites need, and the Debian package that brings it. */
interface Component {
  readonly program: string;
  readonly debianPackage: string;
  readonly neededBy: string;
}

export const components: readonly Component[] = [
  { program: 'bash', debianPackage: 'bash', neededBy: 'the watchdog script' },
  { program: 'perl', debianPackage: 'perl', neededBy: "Ollama's authenticating front" },
  { program: 'curl', debianPackage: 'curl', neededBy: 'the watchdog script and the first-use suite' },
  { program: 'openssl', debianPackage: 'openssl', neededBy: 'the watchdog script without curl' },
  { program: 'dbus-run-session', debianPackage: 'dbus', neededBy: 'the keychain suite' },
  { program: 'gnome-keyring-daemon', debianPackage: 'gnome-keyring', neededBy: 'the keychain suite' },
  { program: 'dockerd', debianPackage: 'docker.io', neededBy: 'the image suites' },
  { program: 'docker-registry', debianPackage: 'docker-registry', neededBy: 'the image suites' },
  { program: 'python3', debianPackage: 'python3', neededBy: 'the base image of the image suites' },
  { program: 'chromium', debianPackage: 'chromium', neededBy: 'the browser suites' },
];

export function isInstalled(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/**
 * Installs what is missing where that is possible without asking: Debian, as root. Returns what is still missing; the
 * suites that need it report themselves skipped with the reason, which is a failure under CI=true.
 */
export function installMissing(say: (line: string) => void): readonly Component[] {
  const missing = components.filter((component) => !isInstalled(component.program));
  if (missing.length === 0) return [];
  const names = missing.map((component) => component.debianPackage);
  const canInstall = process.platform === 'linux' && process.getuid?.() === 0 && isInstalled('apt-get');
  if (!canInstall) {
    say(`Missing on this machine: ${names.join(', ')}. Install them to run every suite.`);
    return missing;
  }
  say(`Installing ${names.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  });
  return missing.filter((component) => !isInstalled(component.program));
}
