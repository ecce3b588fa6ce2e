/**
 * The agent's HTTP server: its pages and APIs, and the place and access of its port.
 */

import { readAclsFlag } from '../../../runtime/auth/acls';
import { logFileOf } from '../../../runtime/config/log-flags';
import { printFlags } from '../../../runtime/config/print-flags';
import { readFirewall } from '../../../runtime/http/firewall';
import { OTHER_PROCESSES } from '../../../runtime/http/help-pages';
import { hostRule } from '../../../runtime/http/hosts';
import type { Route } from '../../../runtime/http/server';
import type { ServerPlan } from '../../../runtime/process';
import { type AgentConfig, agentFlags } from '../../config';
import { Statistics, statisticsPage, type Usage } from '../../containerizer/statistics';
import { recoveryError } from '../../core/connections/executor-api';
import { AGENT_ID, type AgentParts } from '../parts';
import { agentFiles } from '../work-folder/sandboxes';
import { AUTHENTICATION_FLAGS, agentAccess } from './authentication';
import { containerPages } from './container-pages';
import { withHelpers } from './helper-routes';
import { snapshot } from './metrics';
import { RECORDIO } from './operator-media';
import { agentRoutes } from './routes';

const BODY_MAX_BYTES = 64 * 1024 * 1024;

export function agentServer(config: AgentConfig, parts: AgentParts): ServerPlan {
  const { context, libprocess } = parts;
  const routes = createRoutes(config, parts);
  return {
    what: 'the agent',
    about: 'Its tasks are at /state, its API at /api/v1, all pages at /help.',
    address: config.ip,
    port: config.port,
    addressFlag: '--ip',
    portFlag: '--port',
    insecure: config.insecure,
    hosts: hostRule({ advertised: [config.hostname, config.advertise_ip], allowed: config.allowed_hosts }),
    jsonp: config.jsonp,
    access: agentAccess(config, context),
    credentialsFlag: AUTHENTICATION_FLAGS,
    libprocess,
    paths: {
      main: AGENT_ID,
      others: OTHER_PROCESSES,
      known: routes.map(({ path }) => path),
      disabled: readFirewall(config.firewall_rules),
    },
    compress: true,
    routes,
    notFound: (_request, reply) => reply.code(404).type('text/plain; charset=utf-8').send('404 Not Found.'),
    bodyMaxBytes: BODY_MAX_BYTES,
    streamedTypes: [RECORDIO],
  };
}

function createRoutes(
  config: AgentConfig,
  {
    core,
    context,
    door,
    containerizer,
    provisioner,
    operatorContainers,
    metrics,
    verbosity,
    workDir,
  }: AgentParts,
): Route[] {
  const { read } = core;
  const statistics = new Statistics(async (id) => await containerizer.get(id)?.usage());
  const usage = (): Promise<Usage> =>
    statistics.usage(
      read((state) => state),
      now(),
    );
  const acls = readAclsFlag(config.acls);
  const sandboxes = { workDir, logFile: logFileOf(config, 'mesos-agent'), acls, read };
  const now = (): number => context.clock.now();
  const agentPages = agentRoutes(door, {
    read,
    unready: () => recoveryError(core.state),
    acls,
    verbosity,
    operatorContainers,
    heartbeatMs: config.http_heartbeat_interval,
    files: agentFiles(sandboxes),
    flags: printFlags(agentFlags, config),
    metrics: () => ({
      ...read((state) => snapshot(state, now())),
      ...metrics(),
      'slave/invariant_violations': core.violations,
    }),
    statistics: async () => {
      const measured = await usage();
      return read((state) => statisticsPage(state, measured));
    },
    containers: containerPages({ read, acls, usage, containers: () => containerizer.all() }),
    pruneImages: async (excluded) =>
      await provisioner?.prune([...excluded, ...(config.image_gc_config?.excluded ?? [])]),
  });
  return withHelpers(agentPages, sandboxes, verbosity);
}
