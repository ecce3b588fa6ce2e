/**
 * An agent's pages over HTTP, of a state that a script has played.
 */

import { Statistics } from '../../../../../cluster/agent/containerizer/statistics';
import { claimsOf, missingError, recoveryError } from '../../../../../cluster/agent/core/executor-api';
import { containerPages } from '../../../../../cluster/agent/edge/http/container-pages';
import { ExecutorDoor } from '../../../../../cluster/agent/edge/http/executor-api';
import { withHelpers } from '../../../../../cluster/agent/edge/http/helper-routes';
import { agentRoutes } from '../../../../../cluster/agent/edge/http/routes';
import { snapshot } from '../../../../../cluster/agent/edge/metrics';
import { agentFiles } from '../../../../../cluster/agent/edge/sandboxes';
import type { Acls } from '../../../../../cluster/model/acls';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { OTHER_PROCESSES } from '../../../../../cluster/runtime/http/help-pages';
import type { HttpServer } from '../../../../../cluster/runtime/http/server';
import { Verbosity } from '../../../../../cluster/runtime/verbosity';
import { startTestServer } from '../../../runtime/http/test-server';
import type { AgentScript } from '../../interpreter';

/** Serves the script's state; nobody is asked who it is, and what is asked is nobody's. */
export function serve(script: AgentScript, acls?: Acls): Promise<HttpServer> {
  const read = script.read.bind(script);
  const statistics = new Statistics();
  const now = (): number => 1000;
  const verbosity = new Verbosity(systemClock(), () => undefined);
  const sandboxes = { workDir: '/work-dir', logFile: undefined, acls, read };
  const door = new ExecutorDoor(() => undefined, {
    missing: (call) => read((state) => missingError(state, call)),
    unready: () => read(recoveryError),
    claims: (call) => read((state) => claimsOf(state, call)),
  });
  const pages = {
    read,
    acls,
    verbosity,
    files: agentFiles(sandboxes),
    flags: { port: '5051' },
    metrics: () => read((state) => snapshot(state, now())),
    statistics: () => read((state) => statistics.read(state, now())),
    containers: containerPages({ read, acls, statistics, now }),
  };
  const routes = withHelpers(agentRoutes(door, pages), sandboxes, verbosity);
  return startTestServer({
    routes,
    paths: {
      main: 'slave(1)',
      others: OTHER_PROCESSES,
      known: routes.map(({ path }) => path),
      disabled: new Set(),
    },
  });
}
