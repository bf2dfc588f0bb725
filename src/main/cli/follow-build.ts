import { AppError, ERRORS, fromErrorBody, type ErrorCode } from '../../shared/errors.ts';
import type { BuildView } from '../../shared/images.ts';
import type { ControlClient } from '../control/client.ts';
import type { Cli } from './cli.ts';
import { BuildLines } from './render/images.ts';

/**
 * Shows a build or push until it ends. Ctrl-C cancels it, as it does with Docker's own.
 * @throws AppError its problem, or client_closed once it has really stopped
 */
export async function followBuild(cli: Cli, api: ControlClient, begun: BuildView): Promise<BuildView> {
  const lines = new BuildLines();
  let last = begun;
  try {
    for await (const event of api.stream('images.follow', { build: begun.id }, cli.signal)) {
      if (event.type === 'view') last = event.build;
      for (const line of lines.read(event)) cli.say(line);
    }
  } catch (error) {
    if (!cli.signal.aborted) throw error;
    const { state } = await api.call('images.cancel', { build: begun.id });
    throw new AppError('client_closed', `The ${begun.kind} is ${state}.`, { cause: error });
  }
  if (last.state === 'cancelled') throw new AppError('client_closed', `The ${begun.kind} was cancelled.`);
  if (last.problem !== null) {
    const { code } = last.problem;
    throw fromErrorBody({ ...last.problem, code: isErrorCode(code) ? code : 'internal' });
  }
  return last;
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
