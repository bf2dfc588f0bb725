import { EXIT } from '../../shared/errors.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderDoctor } from './render/status.ts';

export const define: Define = (command, run) => {
  command
    .description('Check key, network, ports and tools. Ends with 1 when a check fails.')
    .addHelpText('after', examples('doctor', 'doctor --json'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const result = await api.call('app.doctor', {}, cli.signal);
        cli.print(result, () => renderDoctor(result.checks, cli.paint));
        return result.checks.some((check) => check.status === 'fail') ? EXIT.failed : EXIT.done;
      }),
    );
};
