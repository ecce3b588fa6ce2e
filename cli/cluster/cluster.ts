/**
 * The cluster of `meseta up`: all parts in one process, which talk to each other over the real wire.
 */

import { createServer } from 'node:net';
import { join } from 'node:path';
import { agentFlags } from '../../cluster/agent/config';
import { type GoneAgent, type RunningAgent, startAgent } from '../../cluster/agent/main';
import { hostExecutor } from '../../cluster/executor/main';
import { masterFlags } from '../../cluster/master/config';
import { type RunningMaster, startMaster } from '../../cluster/master/main';
import type { Clock } from '../../cluster/runtime/clock';
import { type FlagTable, parseFlags, type Values } from '../../cluster/runtime/config/flags';
import { Lifetime, type Running, StartError } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import { MESETA_VERSION } from '../../cluster/runtime/version';
import { LocalStore } from '../../cluster/state/local';
import type { StateStore } from '../../cluster/state/store';
import { dnsFlags, readDnsConfig } from '../../dns/config';
import { startDns } from '../../dns/main';
import { CHRONOS_FLAGS, chronosConfig } from '../../frameworks/chronos/config';
import { startChronos } from '../../frameworks/chronos/main';
import { MARATHON_FLAGS, marathonConfig } from '../../frameworks/marathon/config';
import { startMarathon } from '../../frameworks/marathon/main';
import { lbFlags, readLbConfig } from '../../lb/config';
import { startLb } from '../../lb/main';
import { agentArgs, chronosArgs, dnsArgs, lbArgs, marathonArgs, masterArgs, type UpOptions } from './options';
import { type FlagNames, Parts } from './parts';
import { recorderFor, recordersFor } from './recorders';

export interface ClusterDeps {
  readonly log: Logger;
  readonly clock: Clock;
  /** Tells the operator that a part ended by itself; the others go on. */
  readonly tell: (text: string) => void;
}

/** One address on which a part listens. */
export interface Endpoint {
  readonly part: string;
  readonly url: string;
  readonly about: string;
}

export interface Cluster {
  readonly endpoints: readonly Endpoint[];
  readonly master: string;
  readonly marathon: string;
  /** Undefined where it does not run. */
  readonly chronos: string | undefined;
  readonly dns: { readonly address: string; readonly port: number } | undefined;
  readonly http: { readonly address: string; readonly port: number } | undefined;
}

/** Starts all parts, those that do not need each other side by side. Stopping ends every task, too. */
export function startCluster(options: UpOptions, deps: ClusterDeps): Promise<Cluster & Running> {
  return Lifetime.start(async (life) => {
    const parts = new Parts(deps, life);
    const context: StartContext = { options, deps, life, parts };
    const master = await startMasterPart(context);
    const address = `${master.http.address}:${master.http.port}`;
    const lbPort = options.lb ? await chooseLbPort(options) : undefined;
    const [agents, marathon, chronos] = await Promise.all([
      startAgents(context, address),
      startMarathonPart(context, { master: address, lbPort }),
      options.chronos ? startChronosPart(context, address) : undefined,
    ]);
    const [dns, lb] = await Promise.all([
      options.dns ? startDnsPart(context, address) : undefined,
      lbPort === undefined ? undefined : startLbPart(context, { marathon: marathon.http.url, lbPort }),
    ]);
    parts.allStarted();
    return {
      endpoints: listEndpoints({
        master,
        agents,
        marathon: marathon.http.url,
        chronos: chronos?.http.url,
        dns,
        lb,
      }),
      master: master.http.url,
      marathon: marathon.http.url,
      chronos: chronos?.http.url,
      dns: dns?.dns,
      http: lb?.vhosts,
    };
  });
}

/** Chooses the port of the load balancer's API: Marathon needs it and starts before the load balancer. */
async function chooseLbPort(options: UpOptions): Promise<number> {
  if (!options['free-ports']) return options['lb-port'];
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof bound === 'object' && bound ? bound.port : 0;
}

function flagsOf<Table extends FlagTable>(
  table: Table,
  command: string,
  args: readonly string[],
): Values<Table> {
  return parseFlags(table, { command, about: '', args, env: {} }).flags;
}

async function openState(folder: string, log: Logger, life: Lifetime): Promise<StateStore> {
  const state = await LocalStore.open(join(folder, 'state'), { log }).catch((error: unknown) => {
    throw error instanceof StartError
      ? new StartError(error.message.replace('--work_dir', '--work-dir'))
      : error;
  });
  life.add(() => state.close());
  return state;
}

interface StartContext {
  readonly options: UpOptions;
  readonly deps: ClusterDeps;
  readonly life: Lifetime;
  readonly parts: Parts;
}

async function startMasterPart({ options, deps, life, parts }: StartContext): Promise<RunningMaster> {
  const config = flagsOf(masterFlags, 'meseta master', masterArgs(options));
  const state = await openState(config.work_dir, deps.log, life);
  return await parts.start('the master', { '--port': '--master-port' }, (ended) =>
    startMaster(config, {
      log: deps.log.child({ part: 'master' }),
      clock: deps.clock,
      state,
      record: recorderFor(config.record),
      onEnd: ended,
    }),
  );
}

async function startAgents(context: StartContext, master: string): Promise<RunningAgent[]> {
  const starts = Array.from({ length: context.options.agents }, (_none, index) =>
    startAgentPart(context, index, master),
  );
  return await Promise.all(starts);
}

const AGENT_FLAGS: FlagNames = { '--port': '--agent-port', '--work_dir': '--work-dir' };

/**
 * Starts an agent. The master refuses an agent whose id in the work folder was marked gone: it starts once more as a
 * new one, with `renewed`.
 */
function startAgentPart(
  context: StartContext,
  index: number,
  master: string,
  renewed = false,
): Promise<RunningAgent> {
  const { options, deps, parts } = context;
  const config = flagsOf(agentFlags, 'meseta agent', agentArgs(options, index, master));
  const name = `agent ${index + 1}`;
  const log = deps.log.child({ part: `agent-${index + 1}` });
  return parts.start(name, AGENT_FLAGS, async (ended) => {
    const goneEnded = async (reason: string, gone: GoneAgent): Promise<void> => {
      await gone.forget();
      const [first = reason] = reason.split('. ');
      if (gone.admitted || renewed) return ended(first, 'the next start in this folder makes it a new agent');
      deps.tell(`${name} was marked gone before; it starts as a new agent.`);
      await agent.stop();
      await startAgentPart(context, index, master, true);
    };
    const agent = await startAgent(config, {
      log,
      clock: deps.clock,
      executor: hostExecutor,
      endsTasks: true,
      record: recorderFor(config.record),
      onEnd: (reason, gone) => {
        if (gone === undefined) return ended(reason);
        goneEnded(reason, gone).catch((error: Error) => ended(`${reason}; ${error.message}`));
      },
    });
    return agent;
  });
}

async function startMarathonPart(
  { options, deps, life, parts }: StartContext,
  { master, lbPort }: { readonly master: string; readonly lbPort: number | undefined },
) {
  const args = marathonArgs(options, master, lbPort);
  const flags = flagsOf(MARATHON_FLAGS, 'meseta marathon', args);
  const config = marathonConfig(flags);
  const state = await openState(join(options['work-dir'], 'marathon'), deps.log, life);
  return await parts.start('Marathon', { '--http_port': '--marathon-port' }, (ended) =>
    startMarathon(config, {
      log: deps.log.child({ part: 'marathon' }),
      clock: deps.clock,
      state,
      record: recordersFor(flags.record),
      onEnd: ended,
    }),
  );
}

async function startChronosPart({ options, deps, life, parts }: StartContext, master: string) {
  const flags = flagsOf(CHRONOS_FLAGS, 'meseta chronos', chronosArgs(options, master));
  const config = chronosConfig(flags);
  const state = await openState(config.workDir, deps.log, life);
  return await parts.start('Chronos', { '--http_port': '--chronos-port' }, (ended) =>
    startChronos(config, {
      log: deps.log.child({ part: 'chronos' }),
      clock: deps.clock,
      state,
      record: recordersFor(flags.record),
      onEnd: ended,
    }),
  );
}

function startDnsPart({ options, deps, parts }: StartContext, master: string) {
  const config = readDnsConfig(flagsOf(dnsFlags, 'meseta dns', dnsArgs(options, master)), {
    version: MESETA_VERSION,
  });
  const flags = { '--port': '--dns-port', '--http-port': '--dns-http-port' };
  return parts.start('DNS', flags, (ended) =>
    startDns(config, { log: deps.log.child({ part: 'dns' }), clock: deps.clock, onEnd: ended }),
  );
}

function startLbPart(
  { options, deps, parts }: StartContext,
  { marathon, lbPort }: { readonly marathon: string; readonly lbPort: number },
) {
  const lb = flagsOf(lbFlags, 'meseta lb', lbArgs(options, marathon, lbPort));
  const config = readLbConfig(lb);
  const record = recorderFor(lb.record);
  const flags = { '--http-in-port': '--http-port', '--http-port': '--lb-port' };
  return parts.start('the load balancer', flags, (ended) =>
    startLb(config, { log: deps.log.child({ part: 'lb' }), clock: deps.clock, onEnd: ended, record }),
  );
}

interface StartedParts {
  readonly master: RunningMaster;
  readonly agents: readonly RunningAgent[];
  readonly marathon: string;
  readonly chronos: string | undefined;
  readonly dns: Awaited<ReturnType<typeof startDnsPart>> | undefined;
  readonly lb: Awaited<ReturnType<typeof startLbPart>> | undefined;
}

function listEndpoints({ master, agents, marathon, chronos, dns, lb }: StartedParts): Endpoint[] {
  const endpoints: Endpoint[] = [
    { part: 'master', url: master.http.url, about: 'cluster state at /state, v1 API at /api/v1' },
    ...agents.map(({ http }, index) => ({
      part: `agent ${index + 1}`,
      url: http.url,
      about: 'tasks of this agent at /state',
    })),
    { part: 'marathon', url: marathon, about: 'apps at /v2/apps' },
  ];
  if (chronos !== undefined)
    endpoints.push({ part: 'chronos', url: chronos, about: 'jobs at /v1/scheduler/jobs' });
  if (dns) {
    endpoints.push(
      {
        part: 'dns',
        url: `${dns.dns.address}:${dns.dns.port}`,
        about: 'names of the domain mesos, UDP and TCP',
      },
      { part: 'dns', url: `http://${dns.http.address}:${dns.http.port}`, about: 'the same over HTTP at /v1' },
    );
  }
  if (lb) {
    const urlOf = ({ address, port }: { address: string; port: number }): string =>
      `http://${address}:${port}`;
    if (lb.vhosts) endpoints.push({ part: 'haproxy', url: urlOf(lb.vhosts), about: 'virtual hosts of apps' });
    endpoints.push(
      { part: 'haproxy', url: urlOf(lb.appIds), about: 'apps by the header X-Marathon-App-Id' },
      { part: 'haproxy', url: urlOf(lb.stats), about: 'statistics at /haproxy?stats' },
      { part: 'lb', url: urlOf(lb.http), about: 'the configuration at /_haproxy_getconfig' },
    );
  }
  return endpoints;
}
