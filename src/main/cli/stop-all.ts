import { asAppError } from '../../shared/errors.ts';
import type { Radar } from '../../shared/model.ts';
import type { ControlClient } from '../control/client.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { billText, unseenText } from './render/status.ts';
import { plural } from './render/words.ts';
import { addWaitOptions, waitFor, type WaitOptions } from './wait.ts';

export const define: Define = (command, run) => {
  addWaitOptions(command, 'RunPod has confirmed every stop')
    .addHelpText('after', examples('stop-all', 'stop-all --wait'))
    .action(
      run(async (cli, invocation) => {
        const options = invocation.opts<WaitOptions>();
        const api = await cli.connect();
        const result = await api.call('deployments.stopAll', {}, cli.signal);
        for (const name of options.wait === true ? result.stopping : []) {
          const view = await api.call('deployments.get', { deployment: name }, cli.signal);
          await waitFor(cli, api, view, 'stopped', options);
        }
        const verb = options.wait === true ? 'Stopped' : 'Stopping';
        cli.print(result, () =>
          result.stopping.length === 0 ? 'Nothing was running.' : `${verb} ${result.stopping.join(', ')}.`,
        );
        if (!cli.json) await tellOthers(cli, api);
      }),
    );
};

/** What this app did not make is never stopped without being named; that it bills must be known. */
async function tellOthers(cli: Cli, api: ControlClient): Promise<void> {
  let radar: Radar;
  try {
    radar = await api.call('radar.scan', {}, cli.signal);
  } catch (error) {
    cli.say(`What else bills in the account cannot be told now: ${asAppError(error).message}`);
    return;
  }
  const hidden = unseenText(radar);
  if (hidden !== '') cli.say(hidden);
  const others = radar.items.filter(
    ({ ownership, usdPerHour, usdPerMonthAtRest }) =>
      ownership !== 'known' && usdPerHour + usdPerMonthAtRest > 0,
  );
  if (others.length === 0) return;
  const verb = others.length === 1 ? 'goes' : 'go';
  cli.say(
    `${plural(others.length, 'thing')} under no deployment ${verb} on billing ${billText(others)}: runpod-llm radar`,
  );
}
