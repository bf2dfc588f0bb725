import type { ClientSheet } from '../../shared/clients/clients.ts';
import { fileClientSchema, writesFile, type FileClient } from '../../shared/clients/files.ts';
import { AppError } from '../../shared/errors.ts';
import type { ControlClient } from '../control/client.ts';
import type { Cli } from './cli.ts';
import { confirm } from './price.ts';
import { renderFilePreview, renderWritten } from './render/client-file.ts';

/** Writes a client's own file after showing what changes in it: `connect <client> --write`. */
export async function writeClientFile(
  cli: Cli,
  sheet: ClientSheet,
  { model, yes = false }: { readonly model?: string; readonly yes?: boolean },
): Promise<void> {
  const client = fileClientOf(sheet);
  const api = await cli.connect();
  const deployment = await deploymentOf(cli, api, model);
  const preview = await api.call('connect.preview', { client, deployment }, cli.signal);
  if (preview.upToDate) {
    const { path, next } = preview;
    cli.print({ path, backup: null, madeKey: null, next }, () => `${path} says all of it already.`);
    return;
  }
  cli.say(renderFilePreview(preview, cli.errPaint));
  if (!yes) await confirm(cli, `Write ${preview.path}?`);
  const { fingerprint } = preview;
  const written = await api.call('connect.write', { client, deployment, fingerprint }, cli.signal);
  cli.print(written, () => renderWritten(written, sheet));
}

const OUTCOMES = {
  restored: 'is as it was before',
  removed: 'is gone again',
  'taken-out': 'was changed since it was written: only what this app put there was taken out',
} as const;

/** Puts back what stood there before the last write: `connect <client> --undo`. */
export async function undoClientFile(cli: Cli, sheet: ClientSheet): Promise<void> {
  const client = fileClientOf(sheet);
  const api = await cli.connect();
  const restored = await api.call('connect.restore', { client }, cli.signal);
  cli.print(restored, () => {
    const what = OUTCOMES[restored.outcome];
    const key =
      restored.revokedKey === null ? '' : ` The key "${restored.revokedKey}" opens nothing any more.`;
    return `${restored.path} ${what}.${key}`;
  });
}

function fileClientOf({ id, name }: ClientSheet): FileClient {
  if (writesFile(id)) return id;
  throw new AppError('unsupported', `${name} has no file that could be written.`, {
    advice: `Files are written for: ${fileClientSchema.options.join(', ')}.`,
  });
}

async function deploymentOf(cli: Cli, api: ControlClient, model: string | undefined): Promise<string> {
  const { models: all } = await api.call('models.list', {}, cli.signal);
  const models = all.flatMap(({ id, deployment }) => (deployment === null ? [] : [{ id, deployment }]));
  const found = models.find(({ id }) => model === undefined || id === model);
  if (found !== undefined) return found.deployment;
  const known = models.map(({ id }) => id).join(', ');
  throw new AppError(
    'not_found',
    model === undefined ? 'No model is deployed yet.' : `There is no "${model}".`,
    {
      advice: known === '' ? 'Deploy one with: runpod-llm deploy' : `Models: ${known}.`,
    },
  );
}
