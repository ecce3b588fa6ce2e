/**
 * The parts of a master: registry, election, messages, streams and pages, made from its flags. None needs the port yet.
 */

import type { Principal } from '../../model/principal';
import { logFileOf } from '../../runtime/config/log-flags';
import { printFlags } from '../../runtime/config/print-flags';
import { setLogLevel } from '../../runtime/log';
import { ADVERTISE } from '../../runtime/messages/advertised-address';
import { Libprocess } from '../../runtime/messages/libprocess';
import type { ProcessContext } from '../../runtime/process';
import { Requests } from '../../runtime/requests';
import { SlicedWork } from '../../runtime/sliced-work';
import { Verbosity } from '../../runtime/verbosity';
import type { StateStore } from '../../state/store';
import { type MasterConfig, masterFlags, masterSettings } from '../config';
import type { MasterEvent } from '../core/state/events';
import type { MasterState } from '../core/state/state';
import { patternLimits } from './allocator-flags';
import { peerSecrets } from './authentication';
import { readRateLimits } from './driver-traffic';
import { Ensemble } from './ensemble';
import { masterFiles } from './http/helper-routes';
import type { Leadership } from './http/leader';
import type { OperatorContext } from './http/operator-door';
import type { Answer, SchedulerContext } from './http/scheduler-api';
import { Inbox } from './inbox';

import { createTimings, masterMetrics } from './process-metrics';
import { RegistryStore } from './registry-store';
import { Streams } from './streams';

export type MasterContext = ProcessContext<MasterState, MasterEvent>;

/**
 * The limit of unread events of one follower, beside the state it began with, and of the time it reads nothing.
 * Followers share the bytes of an event, so many slow ones need no more memory than one.
 */
const OPERATOR_LIMITS = { unreadMaxBytes: 16 * 1024 * 1024, stallMs: 60_000 };

export type MasterParts = ReturnType<typeof masterParts>;

/** Makes the parts; `state` has the registry unless ZooKeeper has it (`--zk`). */
export function masterParts(config: MasterConfig, state: StateStore, context: MasterContext) {
  const { core, life, log } = context;
  const settings = masterSettings(config);
  const libprocess: Libprocess = createLibprocess(config, context, (pid) => inbox.exited(pid));
  const secrets = peerSecrets(config, log);
  const limits = readRateLimits(config.rate_limits);
  const ensemble = Ensemble.of(config, context);
  if (ensemble) life.add(() => ensemble.stop());
  const timings = createTimings();
  const registry = new RegistryStore({
    state: ensemble?.store ?? state,
    timings,
    limits: { fetchMs: config.registry_fetch_timeout, storeMs: config.registry_store_timeout },
    clock: context.clock,
  });
  const leadership = (): Leadership => {
    const recovered = core.state?.electedAt !== undefined;
    return ensemble ? ensemble.leadership(recovered) : { kind: 'leading', recovered };
  };
  const inbox = new Inbox({
    ...context,
    secrets,
    limits,
    patternLimits: patternLimits(config),
    required: config.authenticate_agents,
    timeoutMs: config.authentication_v0_timeout,
    messages: libprocess,
    send: (...message) => libprocess.send(...message),
    leads: () => leadership().kind === 'leading',
  });
  life.add(() => inbox.stop());
  libprocess.register('master', (message) => inbox.receive(message));
  const requests = new Requests<Answer>();
  const streams = new Streams('mesos.v1.scheduler.Event');
  const schedulers: SchedulerContext = {
    streams,
    requests,
    post: core.post,
    patternLimits: patternLimits(config),
  };
  const metrics = (): Record<string, number> =>
    masterMetrics(config, { ...context, timings, registry, inbox, leadership, operators, schedulers });
  const operators = createOperators(config, context, { requests, leadership, metrics });
  return {
    context,
    core,
    settings,
    libprocess,
    ensemble,
    timings,
    registry,
    inbox,
    requests,
    schedulers,
    operators,
  };
}

/** The endpoints of operators: streams, pages, files and the level of the log. */
function createOperators(
  config: MasterConfig,
  { core, clock, life, log }: MasterContext,
  sources: Pick<OperatorContext, 'requests' | 'leadership' | 'metrics'>,
): OperatorContext & { readonly pageHits: () => number } {
  const verbosity = new Verbosity(clock, (level) => setLogLevel(log, level));
  life.add(() => verbosity.stop());
  const logFile = logFileOf(config, 'mesos-master');
  let pageHits = 0;
  return {
    ...sources,
    streams: new Streams('mesos.v1.master.Event', OPERATOR_LIMITS),
    slices: new SlicedWork(),
    viewers: new Map<string, Principal | undefined>(),
    post: core.post,
    read: core.read,
    moment: () => core.handled,
    files: masterFiles(logFile, core.read),
    logFile,
    verbosity,
    flags: printFlags(masterFlags, config),
    pageHit: () => void pageHits++,
    pageHits: () => pageHits,
  };
}

function createLibprocess(
  config: MasterConfig,
  context: MasterContext,
  exited: (pid: string) => void,
): Libprocess {
  return new Libprocess({
    id: 'master',
    address: config,
    wayOut: ADVERTISE,
    log: context.log,
    tls: context.tls(),
    authenticated: config.authenticate_agents && config.authenticate_frameworks,
    exited,
  });
}
