/** `meseta agent`: the agent daemon. */

import { agentFlags } from '../../cluster/agent/config';
import { startAgent } from '../../cluster/agent/main';
import { hostExecutor } from '../../cluster/executor/main';
import { systemClock } from '../../cluster/runtime/clock';
import { misspeltVariables, warnMisspeltVariables } from '../../cluster/runtime/config/environment';
import { variablesOf } from '../../cluster/runtime/config/flags';
import { logOptions } from '../../cluster/runtime/config/log-flags';
import { createLogger } from '../../cluster/runtime/log';

import { recorderFor } from '../cluster/recorders';
import { flagCommand } from '../command';
import { onSignal, runDaemon } from '../daemon';

const clock = systemClock();

export const agent = flagCommand({
  flags: agentFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const log = createLogger(logOptions(flags, 'mesos-agent'));
      warnMisspeltVariables(misspeltVariables(variablesOf(agentFlags), 'MESOS_', terminal.env), log);

      // One that comes while the agent starts is obeyed once it has started.
      const leaving = onSignal('SIGUSR1');
      const running = await startAgent(flags, {
        log,
        clock,
        executor: hostExecutor,
        record: recorderFor(flags.record),
        onEnd: fail,
      });
      log.info({ url: running.http.url }, 'the agent listens');
      const unregistered = leaving.then(() => running.unregister());
      return { running, finished: Promise.race([unregistered, running.cleanedUp]).then(() => 0) };
    }),
});
