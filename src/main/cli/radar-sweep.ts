import { AppError, EXIT, isAbort } from '../../shared/errors.ts';
import { sweepTier, UNDO_SECONDS } from '../../shared/sweep.ts';
import type { Sweep, SweepPreview } from '../../shared/model.ts';
import type { ControlClient } from '../control/client.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { confirm } from './price.ts';
import { countdownLine, renderPreview, renderSweep, renderSweeps, sweepQuestion } from './render/sweep.ts';
import { wholeNumber } from './wish.ts';

interface SweepOptions {
  readonly yes?: boolean;
  readonly undoSeconds?: number;
}

/** Between looks at how far it is. */
const LOOK_MS = 500;
const LONGEST_UNDO_SECONDS = 3600;

export const defineSweep: Define = (command, run) => {
  command
    .command('sweep')
    .description(
      'Clear what this computer left over, or the things named, once a time to undo is over. What others made goes only by name: it is stopped first, and deleted by the next sweep.',
    )
    .argument('[ids...]', 'as radar list shows them; none = what this computer left over')
    .option('--yes', 'do not ask; it can still be undone')
    .option(
      '--undo-seconds <n>',
      `time to undo it (default: ${UNDO_SECONDS})`,
      wholeNumber(0, LONGEST_UNDO_SECONDS),
    )
    .addHelpText('after', examples('radar sweep', 'radar sweep abc123 vol1', 'radar sweep --yes --json'))
    .action(
      run(async (cli, invocation) => {
        const { args } = invocation;
        const ids = args.length === 0 ? null : [...args];
        const api = await cli.connect();
        const preview = await api.call('radar.sweepPreview', { ids }, cli.signal);
        if (preview.things.length === 0) return tellNothing(cli, preview);
        cli.say(renderPreview(preview, { width: cli.terminal.errColumns, paint: cli.errPaint }));
        const options = invocation.opts<SweepOptions>();
        if (options.yes !== true) await ask(cli, preview);
        return follow(cli, api, await begin(cli, api, preview, ids, options));
      }),
    );
};

export const defineUndo: Define = (command, run) => {
  command
    .command('undo')
    .description('Undo the sweep that waits; nothing of it was sent.')
    .addHelpText('after', examples('radar undo'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const sweep = await api.call('radar.undo', {}, cli.signal);
        cli.print(sweep, () => UNDONE);
      }),
    );
};

export const defineSweeps: Define = (command, run) => {
  command
    .command('sweeps')
    .description('List the last sweeps and what came of them.')
    .addHelpText('after', examples('radar sweeps', 'radar sweeps --json'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const result = await api.call('radar.sweeps', {}, cli.signal);
        cli.print(result, () =>
          renderSweeps(result.sweeps, { width: cli.terminal.columns, paint: cli.paint }),
        );
      }),
    );
};

const UNDONE = 'Undone. Nothing was sent to RunPod.';

/** @throws AppError not_allowed_now: everything named was refused */
function tellNothing(cli: Cli, preview: SweepPreview): void {
  if (preview.refused.length > 0) {
    const why = preview.refused.map(({ name, why: reason }) => `${name}: ${reason}`).join(' ');
    throw new AppError('not_allowed_now', `Nothing can be swept. ${why}`, {
      details: { refused: preview.refused },
    });
  }
  cli.print(preview, () => 'There is nothing of this computer’s left over.');
}

/** On a terminal the countdown is question enough where nothing of others' and no data is at stake. */
async function ask(cli: Cli, preview: SweepPreview): Promise<void> {
  if (sweepTier(preview.things) === 'none' && cli.terminal.interactive && !cli.json) return;
  await confirm(cli, sweepQuestion(preview.things));
}

const begin = (
  cli: Cli,
  api: ControlClient,
  { fingerprint }: SweepPreview,
  ids: string[] | null,
  { undoSeconds }: SweepOptions,
): Promise<Sweep> =>
  api.call(
    'radar.sweep',
    { ids, fingerprint, ...(undoSeconds === undefined ? {} : { undoSeconds }) },
    cli.signal,
  );

/** Counts down, then shows what comes of it. Ctrl-C undoes it while that is possible. */
async function follow(cli: Cli, api: ControlClient, made: Sweep): Promise<number> {
  const line = statusLine(cli, made);
  let sweep = made;
  try {
    while (isUnderWay(sweep)) {
      line.draw(sweep);
      await cli.clock.sleep(LOOK_MS, cli.signal);
      sweep = await look(cli, api, sweep);
    }
  } catch (error) {
    if (!isAbort(error) && !cli.signal.aborted) throw error;
    line.end();
    return interrupted(cli, api, sweep);
  }
  line.end();
  cli.print(sweep, () => renderSweep(sweep, { width: cli.terminal.columns, paint: cli.paint }));
  return exitOf(sweep);
}

/** One that RunPod has not confirmed for a while is not waited for: the app keeps trying. */
const isUnderWay = ({ state, things }: Sweep): boolean =>
  state === 'pending' ||
  (state === 'working' && things.some((thing) => thing.state === 'planned' || thing.state === 'working'));

async function look(cli: Cli, api: ControlClient, { id }: Sweep): Promise<Sweep> {
  const { sweeps } = await api.call('radar.sweeps', {}, cli.signal);
  const found = sweeps.find((sweep) => sweep.id === id);
  if (found !== undefined) return found;
  throw new AppError('not_found', 'The app was started anew and dropped the sweep. Nothing was sent.');
}

const exitOf = ({ state, things }: Sweep): number => {
  if (state === 'undone') return EXIT.refused;
  return things.every((thing) => thing.state === 'done') ? EXIT.done : EXIT.failed;
};

/** The command's own signal has fired: what follows needs another. */
async function interrupted(cli: Cli, api: ControlClient, { id }: Sweep): Promise<number> {
  const sweep = await api.call('radar.undo', { sweep: id });
  cli.print(sweep, () => UNDONE);
  return EXIT.refused;
}

/** A line that is redrawn where somebody watches, else one that says when it begins. */
function statusLine(cli: Cli, { dueAt }: Sweep) {
  const { terminal, json } = cli;
  const isDrawn = terminal.interactive && !json;
  if (!isDrawn) cli.say(`It begins at ${dueAt}. Undo it before with: runpod-llm radar undo`);
  return {
    draw: (sweep: Sweep): void => {
      if (isDrawn) terminal.errRaw(`\r\u001b[2K${countdownLine(sweep)}`);
    },
    end: (): void => {
      if (isDrawn) terminal.errRaw('\r\u001b[2K');
    },
  };
}
