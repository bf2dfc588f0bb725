import { findPublicTemplate } from '../catalogue/public-templates.ts';
import { Problem, notFound } from '../problem.ts';
import type { Mounts, TemplateRecord } from '../state.ts';
import type { World } from '../world.ts';

export interface ContainerSettings {
  readonly image: string;
  readonly args: string;
  readonly disk: number | null;
  readonly ports: string[];
  readonly env: Record<string, string>;
  readonly registry: string | null;
  readonly mounts: Mounts;
  readonly startSsh: boolean;
  readonly startJupyter: boolean;
  readonly allowedCudaVersions: readonly string[];
}

interface Body {
  readonly templateId?: string | undefined;
  readonly image?: string | undefined;
  readonly args?: string | undefined;
  readonly disk?: number | undefined;
  readonly ports?: string[] | undefined;
  readonly env?: Record<string, string> | undefined;
  readonly registry?: string | null | undefined;
  readonly startSsh?: boolean | undefined;
  readonly startJupyter?: boolean | undefined;
}

const NO_TEMPLATE: ContainerSettings = {
  image: '',
  args: '',
  disk: null,
  ports: [],
  env: {},
  registry: null,
  mounts: {},
  startSsh: false,
  startJupyter: false,
  allowedCudaVersions: [],
};

/** A template is copied once: body fields win, `env` merges per key (FACTS 2.1). */
export function settingsFromTemplate(world: World, body: Body, use: 'pod' | 'serverless'): ContainerSettings {
  const base: ContainerSettings =
    body.templateId === undefined ? NO_TEMPLATE : resolveTemplate(world, body.templateId, use);
  return {
    image: body.image ?? base.image,
    args: body.args ?? base.args,
    disk: body.disk ?? base.disk,
    ports: body.ports ?? base.ports,
    env: { ...base.env, ...body.env },
    registry: body.registry === undefined ? base.registry : body.registry,
    mounts: base.mounts,
    startSsh: body.startSsh ?? base.startSsh,
    startJupyter: body.startJupyter ?? base.startJupyter,
    allowedCudaVersions: base.allowedCudaVersions,
  };
}

/** @throws Problem 404 for an unknown id, 422 for a template of the other kind */
function resolveTemplate(world: World, id: string, use: 'pod' | 'serverless'): TemplateRecord {
  const template = world.state.templates.get(id) ?? findPublicTemplate(id);
  if (template === undefined) throw notFound('template');
  if (template.serverless !== (use === 'serverless')) {
    const kind = template.serverless ? 'a serverless template' : 'a pod template';
    throw new Problem(422, `template ${id} is ${kind}`, { errors: [`$.templateId: ${id} is ${kind}`] });
  }
  return template;
}
