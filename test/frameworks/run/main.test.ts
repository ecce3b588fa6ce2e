import { systemClock } from '../../../cluster/runtime/clock';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../cluster/runtime/log';
import { runFlags } from '../../../frameworks/run/config';
import { runTasks } from '../../../frameworks/run/main';

const deps = { clock: systemClock(), log: silentLogger, out: () => undefined };

describe('runTasks', () => {
  test.each(['[1]', '{"A": 1}', 'null', '{"A": {"B": "c"}}'])('refuses the variables %s', async (env) => {
    const args = ['--name=a', '--command=true', `--env=${env}`];
    const { flags } = parseFlags(runFlags, { command: 'meseta run', about: '', args, env: {} });
    await expect(runTasks(flags, deps)).rejects.toThrow('--env: expected an object of strings');
  });
});
