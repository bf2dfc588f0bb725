import { EXIT } from '../../shared/errors.ts';
import type { Define } from './commands.ts';
import { followBuild } from './follow-build.ts';
import { examples } from './help.ts';
import { confirm } from './price.ts';
import { bytesText, renderBuilds, renderEngine, renderImages, renderOutcome } from './render/images.ts';
import { plural } from './render/words.ts';

interface YesOptions {
  readonly yes?: boolean;
}

export const define: Define = (command, run) => {
  command.description('List, send, check and remove the images that this app has built.');
  const parts = [defineList, defineBuilds, defineEngine, definePush, defineSmoke, defineRemove, definePrune];
  for (const defineOne of parts) defineOne(command, run);
};

const defineList: Define = (command, run) => {
  command
    .command('list')
    .description('List the images on this machine with their size and age.')
    .addHelpText('after', examples('images', 'images list --json'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const result = await api.call('images.list', {}, cli.signal);
        const table = { width: cli.terminal.columns, paint: cli.paint };
        cli.print(result, () => renderImages(result.images, cli.clock.now(), table));
      }),
    );
};

const defineBuilds: Define = (command, run) => {
  command
    .command('builds')
    .description('List builds and pushes, those under way first.')
    .addHelpText('after', examples('images builds'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const result = await api.call('images.builds', {}, cli.signal);
        const table = { width: cli.terminal.columns, paint: cli.paint };
        cli.print(result, () => renderBuilds(result.builds, cli.clock.now(), table));
      }),
    );
};

const defineEngine: Define = (command, run) => {
  command
    .command('engine')
    .description('Show the Docker engine that builds, or how to start one.')
    .addHelpText('after', examples('images engine'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const engine = await api.call('images.engine', {}, cli.signal);
        cli.print(engine, () => renderEngine(engine));
        return engine.available ? EXIT.done : EXIT.refused;
      }),
    );
};

const definePush: Define = (command, run) => {
  command
    .command('push')
    .description('Send an image to its registry; layers that have arrived are not sent again.')
    .argument('<image>', 'as images list shows it')
    .addHelpText('after', examples('images push ghcr.io/me/llm:vllm-pod-0123456789abcdef'))
    .action(
      run(async (cli, invocation) => {
        const [reference = ''] = invocation.args;
        const api = await cli.connect();
        const build = await followBuild(cli, api, await api.call('images.push', { reference }, cli.signal));
        cli.print(build, () => renderOutcome(build));
      }),
    );
};

const defineSmoke: Define = (command, run) => {
  command
    .command('smoke')
    .description('Start an image once without a GPU and let it check what it needs.')
    .argument('<image>', 'as images list shows it')
    .addHelpText('after', examples('images smoke runpod-llm/qwen-qwen3-8b:vllm-pod-0123456789abcdef'))
    .action(
      run(async (cli, invocation) => {
        const [reference = ''] = invocation.args;
        const api = await cli.connect();
        const result = await api.call('images.smoke', { reference }, cli.signal);
        cli.print(result, () => result.lines.join('\n'));
        return result.ok ? EXIT.done : EXIT.failed;
      }),
    );
};

const defineRemove: Define = (command, run) => {
  command
    .command('remove')
    .description('Remove an image from this machine.')
    .argument('<image>', 'as images list shows it')
    .addHelpText('after', examples('images remove runpod-llm/qwen-qwen3-8b:vllm-pod-0123456789abcdef'))
    .action(
      run(async (cli, invocation) => {
        const [reference = ''] = invocation.args;
        const api = await cli.connect();
        const result = await api.call('images.remove', { reference }, cli.signal);
        cli.print(result, () => `${reference} is removed.`);
      }),
    );
};

const definePrune: Define = (command, run) => {
  command
    .command('prune')
    .description('Remove all images of this app that nothing uses.')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('images prune', 'images prune --yes'))
    .action(
      run(async (cli, invocation) => {
        const { yes } = invocation.opts<YesOptions>();
        const api = await cli.connect();
        const preview = await api.call('images.prunePreview', {}, cli.signal);
        const table = { width: cli.terminal.errColumns, paint: cli.errPaint };
        if (preview.images.length === 0) {
          cli.print(preview, () => 'Every image of this app is in use.');
          return;
        }
        cli.say(renderImages(preview.images, cli.clock.now(), table));
        const question = `Remove ${plural(preview.images.length, 'image')}, at least ${bytesText(preview.bytes)}?`;
        if (yes !== true) await confirm(cli, question);
        const ids = preview.images.map(({ id }) => id);
        const result = await api.call('images.prune', { ids }, cli.signal);
        cli.print(
          result,
          () =>
            `${plural(result.images.length, 'image')} removed, at least ${bytesText(result.bytes)} freed.`,
        );
      }),
    );
};
