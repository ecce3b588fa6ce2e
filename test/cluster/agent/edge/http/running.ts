/**
 * An agent's pages over HTTP, of a state that a script has played.
 */

import { posixCpu, posixMem } from '../../../../../cluster/agent/containerizer/isolators/posix-usage';
import {
  Statistics,
  statisticsPage,
  type Usage,
} from '../../../../../cluster/agent/containerizer/statistics';
import { containerUsage } from '../../../../../cluster/agent/containerizer/usage';
import {
  claimsOf,
  missingError,
  recoveryError,
} from '../../../../../cluster/agent/core/connections/executor-api';
import {
  OperatorContainers,
  type OperatorContainersOptions,
} from '../../../../../cluster/agent/edge/containers/operator-containers';
import { containerPages } from '../../../../../cluster/agent/edge/http/container-pages';
import { ExecutorDoor } from '../../../../../cluster/agent/edge/http/executor-api';
import { withHelpers } from '../../../../../cluster/agent/edge/http/helper-routes';
import { snapshot } from '../../../../../cluster/agent/edge/http/metrics';
import { agentRoutes } from '../../../../../cluster/agent/edge/http/routes';
import { agentFiles } from '../../../../../cluster/agent/edge/work-folder/sandboxes';
import type { Image, ResourceStatistics } from '../../../../../cluster/api/generated/mesos';
import type { Acls } from '../../../../../cluster/model/acls';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { OTHER_PROCESSES } from '../../../../../cluster/runtime/http/help-pages';
import type { HttpServer } from '../../../../../cluster/runtime/http/server';
import { Verbosity } from '../../../../../cluster/runtime/verbosity';
import { startTestServer } from '../../../runtime/http/test-server';
import { runOf } from '../../containerizer/isolators/builders';
import type { AgentScript } from '../../interpreter';

/** The usage of a container that has no processes any more, by the isolators of the default list. */
function usageOf(containerId: string, now: number): Promise<ResourceStatistics> {
  return containerUsage([posixCpu(), posixMem()], runOf({ containerId }, { folder: '/run' }), {
    pids: [],
    now,
  });
}

/** The images that were to stay in calls of PRUNE_IMAGES. */
export const pruned: Image[] = [];

/** A container nested in that of no executor here. */
const NESTED = {
  id: 'other.nested',
  ended: new Promise<never>(() => undefined),
  usage: () => Promise.resolve({ timestamp: 1 }),
  status: () => Promise.resolve({}),
};

interface ServedContainers {
  readonly all?: Parameters<typeof containerPages>[0]['containers'];
  readonly containers?: OperatorContainers;
  readonly heartbeatMs?: number;
}

/** A containerizer without containers. */
const NONE = {
  launch: () => Promise.reject(new Error('none is launched here')),
  wait: () => Promise.resolve(undefined),
  destroy: () => Promise.resolve(undefined),
  all: () => [],
  get: () => undefined,
};

/** Containers of the operator API in a containerizer; without one there are none. */
export function operatorContainers(
  containerizer: OperatorContainersOptions['containerizer'] = NONE,
  { workDir = '/work-dir', ...more }: Partial<OperatorContainersOptions> = {},
): OperatorContainers {
  return new OperatorContainers({
    containerizer,
    workDir,
    sandboxBegun: () => undefined,
    sandboxEnded: () => undefined,
    discard: () => undefined,
    ...more,
  });
}

/** Serves the script's state; nobody is asked who it is, and what is asked is nobody's. */
export function serve(
  script: AgentScript,
  acls?: Acls,
  { all = () => [NESTED], containers = operatorContainers(), heartbeatMs = 60_000 }: ServedContainers = {},
): Promise<HttpServer> {
  const read = script.read.bind(script);
  const now = (): number => 1000;
  const statistics = new Statistics((containerId) => usageOf(containerId, now()));
  const usage = (): Promise<Usage> =>
    statistics.usage(
      read((state) => state),
      now(),
    );
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
    unready: () => undefined,
    heartbeatMs,
    operatorContainers: containers,
    verbosity,
    files: agentFiles(sandboxes),
    flags: { port: '5051' },
    metrics: () => read((state) => snapshot(state, now())),
    statistics: async () => {
      const measured = await usage();
      return read((state) => statisticsPage(state, measured));
    },
    containers: containerPages({ read, acls, usage, containers: all }),
    pruneImages: async (excluded: readonly Image[]) => void pruned.push(...excluded),
  };
  const routes = withHelpers(agentRoutes(door, pages), sandboxes, verbosity);
  return startTestServer({
    routes,
    streamedTypes: ['application/recordio'],
    paths: {
      main: 'slave(1)',
      others: OTHER_PROCESSES,
      known: routes.map(({ path }) => path),
      disabled: new Set(),
    },
  });
}
