import { CLIENTS, type ClientSheet, type ConnectFacts } from '../../shared/clients/clients.ts';
import { AppError } from '../../shared/errors.ts';
import { nearest } from '../control/nearest.ts';
import { undoClientFile, writeClientFile } from './client-file.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { configuredProxyUrl } from './offline.ts';
import { baseUrl } from './render/words.ts';
import { renderClient, renderConnectOverview } from './render/connect.ts';

interface ConnectOptions {
  readonly model?: string;
  readonly showKey?: boolean;
  readonly write?: boolean;
  readonly undo?: boolean;
  readonly yes?: boolean;
}

/** Where the proxy answers and what it serves, as far as that is known. */
interface Endpoint {
  readonly running: boolean;
  readonly baseUrl: string;
  readonly keyHint: string | null;
  readonly key: string | null;
  readonly models: readonly { readonly id: string; readonly contextTokens: number }[];
}

const UNKNOWN_MODEL = { id: 'your-model', contextTokens: 32_768 };

export const define: Define = (command, run) => {
  command
    .argument('[client]', 'such as curl, openai-python, opencode, vscode; without it all are listed')
    .option('--model <name>', 'model to fill in; without it the first that is served')
    .option('--show-key', 'fill the local key in instead of a command that prints it')
    .option('--write', 'write it into the client’s own file, after showing what changes')
    .option('--undo', 'put back what stood in that file before')
    .option('--yes', 'write without asking')
    .addHelpText('after', examples('connect', 'connect curl', 'connect opencode --model coder --write'))
    .action(
      run(async (cli, invocation) => {
        const [id] = invocation.args;
        const options = invocation.opts<ConnectOptions>();
        if (id !== undefined && options.undo === true) return undoClientFile(cli, clientOf(id));
        if (id !== undefined && options.write === true) return writeClientFile(cli, clientOf(id), options);
        const endpoint = await readEndpoint(cli, options.showKey === true);
        if (id === undefined) showOverview(cli, endpoint);
        else showClient(cli, clientOf(id), factsOf(endpoint, options.model));
      }),
    );
};

async function readEndpoint(cli: Cli, withKey: boolean): Promise<Endpoint> {
  const api = await cli.connectIfRunning();
  if (api === null) {
    if (withKey) await cli.connect();
    return { running: false, baseUrl: await configuredProxyUrl(cli), keyHint: null, key: null, models: [] };
  }
  const [{ proxy }, { models }, key] = await Promise.all([
    api.call('app.status', {}, cli.signal),
    api.call('models.list', {}, cli.signal),
    withKey ? api.call('proxy.key', {}, cli.signal) : null,
  ]);
  return {
    running: true,
    baseUrl: baseUrl(proxy.url),
    keyHint: proxy.keyHint,
    key: key?.key ?? null,
    models,
  };
}

function factsOf(endpoint: Endpoint, wanted: string | undefined): ConnectFacts {
  const served = endpoint.models.find((model) => wanted === undefined || model.id === wanted);
  const model = served ?? { ...UNKNOWN_MODEL, ...(wanted === undefined ? {} : { id: wanted }) };
  return {
    baseUrl: endpoint.baseUrl,
    model: model.id,
    contextTokens: model.contextTokens,
    key: endpoint.key ?? '<what "runpod-llm key show" prints>',
    shellKey: endpoint.key ?? '$(runpod-llm key show)',
  };
}

function showOverview(cli: Cli, endpoint: Endpoint): void {
  const { running, keyHint } = endpoint;
  const overview = {
    running,
    baseUrl: endpoint.baseUrl,
    keyHint,
    models: endpoint.models.map((model) => model.id),
  };
  const clients = CLIENTS.map(({ id, name, way }) => ({ id, name, way }));
  cli.print({ ...overview, clients }, () => renderConnectOverview(overview, CLIENTS, cli.paint));
}

function showClient(cli: Cli, client: ClientSheet, facts: ConnectFacts): void {
  const { id, name, way, notes } = client;
  cli.print({ client: { id, name, way, notes }, snippets: client.snippets(facts) }, () =>
    renderClient(client, facts, cli.paint),
  );
}

function clientOf(id: string): ClientSheet {
  const found = CLIENTS.find((client) => client.id === id);
  if (found !== undefined) return found;
  const near = nearest(
    id,
    CLIENTS.map((client) => client.id),
  );
  throw new AppError(
    'not_found',
    `There is no client "${id}"${near === null ? '' : `; did you mean "${near}"?`}`,
    {
      advice: 'List them with: runpod-llm connect',
    },
  );
}
