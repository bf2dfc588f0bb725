import type { AppConfig } from './app-config.ts';
import { nameOfTarget } from '../../shared/targets.ts';
import { addressProblem, isLoopbackHost, withoutUser } from './address.ts';
import { foundText, type ValuePath } from './config-problem.ts';
import { targetRules } from './target-rules.ts';

/** Rules across values (SPEC 1.1), as pure functions of the whole configuration. */
export interface BrokenRule {
  /** The value to blame, as a path in AppConfig. */
  readonly path: ValuePath;
  readonly found: string;
  readonly allowed: string;
}

export function brokenRules(config: AppConfig): BrokenRule[] {
  return [
    ...addressRules(config),
    ...exposureRules(config),
    ...originRules(config),
    ...portRules(config),
    ...targetsRules(config),
    ...deploymentRules(config),
  ];
}

/** Keys travel to these addresses: encrypted, or not leaving this machine. */
function addressRules(config: AppConfig): BrokenRule[] {
  const { runpod, huggingface, images } = config;
  const addresses: [ValuePath, string][] = [
    [['runpod', 'apiUrl'], runpod.apiUrl],
    [['runpod', 'invokeUrl'], runpod.invokeUrl],
    [['runpod', 'graphqlUrl'], runpod.graphqlUrl],
    [['runpod', 'podUrlTemplate'], runpod.podUrlTemplate],
    [['runpod', 'lbUrlTemplate'], runpod.lbUrlTemplate],
    [['huggingface', 'endpoint'], huggingface.endpoint],
    [['images', 'packageIndex'], images.packageIndex],
  ];
  return addresses.flatMap(([path, value]): BrokenRule[] => {
    const allowed = addressProblem(value);
    return allowed === null ? [] : [{ path, found: foundText(withoutUser(value), path), allowed }];
  });
}

/** Whoever can reach the proxy can spend money. */
function exposureRules({ proxy }: AppConfig): BrokenRule[] {
  if (isLoopbackHost(proxy.host)) return [];
  const reach = `while proxy.host is "${proxy.host}": others can reach it`;
  const broken: BrokenRule[] = [];
  if (!proxy.requireKey) {
    broken.push({ path: ['proxy', 'requireKey'], found: 'false', allowed: `true ${reach}` });
  }
  if (proxy.ollamaRoutes) {
    const allowed = `false ${reach}, and these routes ask for no key`;
    broken.push({ path: ['proxy', 'ollamaRoutes'], found: 'true', allowed });
  }
  return broken;
}

/** Browsers send exactly `scheme://host[:port]`; anything else could never match, or would match too much. */
function originRules({ proxy }: AppConfig): BrokenRule[] {
  return proxy.allowedOrigins.flatMap((value, index): BrokenRule[] => {
    const url = URL.parse(value);
    if (url !== null && url.origin === value && /^https?:$/.test(url.protocol)) return [];
    const example = url === null || url.origin === 'null' ? 'http://localhost:3000' : url.origin;
    return [
      {
        path: ['proxy', 'allowedOrigins', index],
        found: JSON.stringify(value),
        allowed: `an exact origin such as ${example}`,
      },
    ];
  });
}

function portRules({ proxy, control, runpod }: AppConfig): BrokenRule[] {
  const broken: BrokenRule[] = [];
  if (proxy.port !== 0 && proxy.port === control.port) {
    broken.push({
      path: ['control', 'port'],
      found: `${control.port}`,
      allowed: 'another port than proxy.port',
    });
  }
  if (runpod.idlePollSeconds < runpod.pollSeconds) {
    broken.push({
      path: ['runpod', 'idlePollSeconds'],
      found: `${runpod.idlePollSeconds}`,
      allowed: `at least runpod.poll_seconds (${runpod.pollSeconds})`,
    });
  }
  return broken;
}

function targetsRules({ proxy, deployments }: AppConfig): BrokenRule[] {
  const taken = new Set(deployments.map((deployment) => deployment.name));
  return proxy.targets.flatMap((target, index): BrokenRule[] => {
    const path = ['proxy', 'targets', index];
    const broken = targetRules(target, path);
    const name = nameOfTarget(target);
    if (name !== '' && taken.has(name)) {
      broken.push({
        path: [...path, target.name === null ? 'publicEndpoint' : 'name'],
        found: JSON.stringify(name),
        allowed: 'a name that nothing else has',
      });
    }
    taken.add(name);
    return broken;
  });
}

function deploymentRules({ deployments }: AppConfig): BrokenRule[] {
  const names = new Set<string>();
  return deployments.flatMap((deployment, index): BrokenRule[] => {
    const path = ['deployments', index];
    const broken: BrokenRule[] = [];
    if (names.has(deployment.name)) {
      broken.push({
        path: [...path, 'name'],
        found: JSON.stringify(deployment.name),
        allowed: 'a name that no other deployment has',
      });
    }
    names.add(deployment.name);
    if (Object.hasOwn(deployment.env, 'RUNPOD_API_KEY')) {
      // FACTS 2.11: it would hide the pod's own key, and leave the user's on a public machine.
      const allowed = 'an environment without RUNPOD_API_KEY: RunPod gives every pod a key of its own';
      broken.push({ path: [...path, 'env'], found: 'RUNPOD_API_KEY', allowed });
    }
    // FACTS 2.1.
    if (deployment.volume !== null && deployment.compute.cloud === 'COMMUNITY') {
      const allowed = '"SECURE": network volumes are only there';
      broken.push({ path: [...path, 'compute', 'cloud'], found: '"COMMUNITY"', allowed });
    }
    return broken;
  });
}
