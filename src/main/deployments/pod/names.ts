/**
 * Names of pods made by this app: `rplm-<installation>-<deployment id>-<nonce>`. The name is the only thing a create
 * can be found by when its answer was lost (FACTS 1), and what tells our pods from all others in the account.
 */
const PREFIX = 'rplm';
const PATTERN = /^rplm-([0-9a-f]{8,})-([a-z]+_[0-9a-f]+)-([0-9a-f]+)$/;

export interface PodName {
  readonly installation: string;
  readonly deploymentId: string;
}

export function podName(installation: string, deploymentId: string, nonce: string): string {
  return `${PREFIX}-${installation}-${deploymentId}-${nonce}`;
}

/** RunPod's console adds marks behind the names of endpoints, such as "-fb" for FlashBoot; our own names have no spaces. */
const bare = (name: string): string => name.split(' ')[0] ?? name;

/** The resource that a create of this name made. */
export const isNamed = (name: string, asked: string): boolean => bare(name) === asked;

/** null = not made by this app, on any computer. */
export function parsePodName(name: string): PodName | null {
  const match = PATTERN.exec(bare(name));
  if (match === null) return null;
  const [, installation = '', deploymentId = ''] = match;
  return { installation, deploymentId };
}
