import { findPublicTemplate } from '../catalogue/public-templates.ts';
import { EMPTY, json } from '../http/message.ts';
import { checkEnv, checkPorts, checkRegistry } from '../pods/rules.ts';
import { notFound } from '../problem.ts';
import type { TemplateRecord } from '../state.ts';
import { newId, type World } from '../world.ts';
import { parseBody } from './body.ts';
import { param, type Call, type Route } from './router.ts';
import { createTemplateSchema, updateTemplateSchema, type CreateTemplateBody } from './schemas.ts';

const DEFAULT_DISK_GB = 20;

export function templateRoutes(world: World): Route[] {
  const own = (call: Call): TemplateRecord => {
    const template = world.state.templates.get(param(call, 'id'));
    if (template === undefined) throw notFound('template');
    return template;
  };
  const path = '/v2/templates';
  return [
    { method: 'GET', path, run: () => json(200, { templates: [...world.state.templates.values()] }) },
    {
      method: 'POST',
      path,
      run: ({ request }) => json(201, create(world, parseBody(createTemplateSchema, request, true))),
    },
    {
      method: 'GET',
      path: `${path}/{id}`,
      run: (call) => json(200, findPublicTemplate(param(call, 'id')) ?? own(call)),
    },
    {
      method: 'PATCH',
      path: `${path}/{id}`,
      run: (call) => {
        const changes = parseBody(updateTemplateSchema, call.request);
        return json(200, save(world, { ...own(call), ...changes }));
      },
    },
    {
      method: 'DELETE',
      path: `${path}/{id}`,
      run: (call) => {
        world.state.templates.delete(own(call).id);
        world.save();
        return EMPTY;
      },
    },
  ];
}

/** Unlike pods, templates start SSH and Jupyter unless told not to (FACTS 4). */
function create(world: World, body: CreateTemplateBody): TemplateRecord {
  const blank: TemplateRecord = {
    id: newId(world, 'sbtpl'),
    name: body.name,
    image: body.image,
    args: '',
    disk: DEFAULT_DISK_GB,
    mounts: {},
    ports: [],
    env: {},
    registry: null,
    serverless: false,
    public: false,
    category: 'NVIDIA',
    startSsh: true,
    startJupyter: true,
    allowedCudaVersions: [],
  };
  return save(world, { ...blank, ...body });
}

function save(world: World, template: TemplateRecord): TemplateRecord {
  checkEnv(template.env);
  checkPorts(template.ports);
  checkRegistry(world, template.registry);
  world.state.templates.set(template.id, template);
  world.save();
  return template;
}
