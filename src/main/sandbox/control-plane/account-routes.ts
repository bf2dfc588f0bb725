import { EMPTY, json } from '../http/message.ts';
import { Problem, badRequest, notFound } from '../problem.ts';
import { newId, type World } from '../world.ts';
import { parseBody } from './body.ts';
import { param, type Call, type Route } from './router.ts';
import { createRegistrySchema, sshKeysSchema } from './schemas.ts';

/** Registry credentials, SSH keys, and the parts of the account that this cloud leaves empty. */
export function accountRoutes(world: World): Route[] {
  return [...registryRoutes(world), ...sshKeyRoutes(world), ...emptyRoutes()];
}

function registryRoutes(world: World): Route[] {
  const { registries } = world.state;
  const known = (call: Call): { readonly id: string; readonly name: string } => {
    const registry = registries.get(param(call, 'id'));
    if (registry === undefined) throw notFound('registry');
    return registry;
  };
  return [
    { method: 'GET', path: '/v2/registries', run: () => json(200, { registries: [...registries.values()] }) },
    {
      method: 'POST',
      path: '/v2/registries',
      run: ({ request }) => {
        // Credentials are write-only; a simulation has no use for them and keeps none.
        const { name } = parseBody(createRegistrySchema, request);
        const registry = { id: newId(world, 'sbreg'), name };
        registries.set(registry.id, registry);
        world.save();
        return json(201, registry);
      },
    },
    { method: 'GET', path: '/v2/registries/{id}', run: (call) => json(200, known(call)) },
    {
      method: 'DELETE',
      path: '/v2/registries/{id}',
      run: (call) => {
        removeRegistry(world, known(call).id);
        return EMPTY;
      },
    },
  ];
}

/** Refused while a pod pulls with it; templates lose it silently (FACTS 4). */
function removeRegistry(world: World, id: string): void {
  const pod = [...world.state.pods.values()].find((entry) => entry.registry === id);
  if (pod !== undefined) throw badRequest(`registry credential is in use by pod ${pod.id}`);
  for (const template of world.state.templates.values()) {
    if (template.registry === id) template.registry = null;
  }
  world.state.registries.delete(id);
  world.save();
}

function sshKeyRoutes(world: World): Route[] {
  return [
    { method: 'GET', path: '/v2/account/ssh-keys', run: () => json(200, { keys: world.state.sshKeys }) },
    {
      method: 'PUT',
      path: '/v2/account/ssh-keys',
      run: ({ request }) => {
        world.state.sshKeys = parseBody(sshKeysSchema, request).keys;
        world.save();
        return json(200, { keys: world.state.sshKeys });
      },
    },
  ];
}

/** Clusters and ECR delegations: none exist and none can be made (docs/sandbox.md). */
function emptyRoutes(): Route[] {
  const refuse = (): never => {
    throw new Problem(501, 'not simulated by the sandbox');
  };
  const absent = (): never => {
    throw notFound('resource');
  };
  return [
    { method: 'GET', path: '/v2/clusters', run: () => json(200, { clusters: [] }) },
    { method: 'POST', path: '/v2/clusters', run: refuse },
    { method: 'GET', path: '/v2/clusters/{id}', run: absent },
    { method: 'PATCH', path: '/v2/clusters/{id}', run: absent },
    { method: 'DELETE', path: '/v2/clusters/{id}', run: absent },
    { method: 'GET', path: '/v2/clusters/{id}/pods', run: absent },
    { method: 'GET', path: '/v2/registries/delegations', run: () => json(200, { delegations: [] }) },
    { method: 'POST', path: '/v2/registries/delegations', run: refuse },
    { method: 'DELETE', path: '/v2/registries/delegations/{id}', run: absent },
  ];
}
