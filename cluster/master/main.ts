/**
 * Starts a master: registry store, mailbox, HTTP and libprocess on one port.
 */

import { randomInt, randomUUID } from 'node:crypto';
import { present } from '../model/assert';
import type { Principal } from '../model/principal';
import type { Clock } from '../runtime/clock';
import { printFlags } from '../runtime/config/flags';
import { logFileOf } from '../runtime/config/log-flags';
import { readFirewall } from '../runtime/http/firewall';
import { OTHER_PROCESSES } from '../runtime/http/help-pages';
import { hostRule } from '../runtime/http/hosts';
import { type HttpServer, startHttpServer } from '../runtime/http/server';
import { Lifetime, type Running } from '../runtime/lifecycle';
import { type Logger, setLogLevel } from '../runtime/log';
import { Mailbox, type Recorder } from '../runtime/mailbox';
import { ADVERTISE, advertisedAddress, reachableAddress } from '../runtime/messages/advertised-address';
import { Links } from '../runtime/messages/links';
import { MessageRouter, routerOptions } from '../runtime/messages/receive';
import { Timings } from '../runtime/metrics';
import { Requests } from '../runtime/requests';
import { SlicedWork } from '../runtime/sliced-work';
import { tlsSettings } from '../runtime/tls/settings';
import { Verbosity } from '../runtime/verbosity';
import { VERSION } from '../runtime/version';
import type { StateStore } from '../state/store';
import { type MasterConfig, masterFlags, masterSettings, stateFolder } from './config';
import { ALLOCATE_TIMER } from './core/offers/schedule';
import type { MasterEffect } from './core/state/effects';
import type { MasterBoot, MasterEvent, MasterInput } from './core/state/events';
import { printMasterInfo } from './core/state/master-info';
import type { MasterState } from './core/state/state';
import { masterMachine } from './core/step';
import { patternLimits } from './edge/allocator-flags';
import { AUTHENTICATION_FLAGS, masterAccess, peerSecrets } from './edge/authentication';
import { readRateLimits } from './edge/driver-traffic';
import { Ensemble } from './edge/ensemble';
import { moveFormer } from './edge/former-registry';
import { frameworkMetrics } from './edge/framework-metrics';
import { helperRoutes, masterFiles, withHelp } from './edge/http/helper-routes';
import { type Leadership, leaderOnly } from './edge/http/leader';
import { welcome } from './edge/http/operator-lists';
import { masterRoutes } from './edge/http/routes';
import { Inbox } from './edge/inbox';
import { snapshot } from './edge/metrics';
import { type Answer, masterPerformers } from './edge/perform';
import { RegistryStore } from './edge/registry-store';
import { Streams } from './edge/streams';
import { watchWhitelist } from './edge/whitelist';

export interface MasterDeps {
  readonly log: Logger;
  readonly clock: Clock;
  /** The store of the registry, unless ZooKeeper has it (`--zk`). */
  readonly state: StateStore;
  /** Creates the recorder once the boot value is known. */
  readonly record?: ((start: { machine: string; boot: unknown }) => Recorder) | undefined;
  /** Called when the master can no longer lead; the process should end. */
  readonly onResign?: ((reason: string) => void) | undefined;
}

export interface RunningMaster extends Running {
  readonly http: HttpServer;
  /** The pid of this master, `master@ip:port`. */
  readonly pid: string;
}

/**
 * The limit of unread events of one follower, beside the state it began with, and of the time it reads nothing.
 * Followers share the bytes of an event, so many slow ones need no more memory than one.
 */
const OPERATOR_LIMITS = { unreadMaxBytes: 16 * 1024 * 1024, stallMs: 60_000 };

type MasterMailbox = Mailbox<MasterState, MasterEvent, MasterEffect, MasterBoot>;

/** Starts a master. It serves once it leads and has recovered (core/recovery/recovery.ts). */
export function startMaster(config: MasterConfig, deps: MasterDeps): Promise<RunningMaster> {
  return Lifetime.start(async (life) => {
    const settings = masterSettings(config);
    advertisedAddress(config, ADVERTISE);
    const secrets = peerSecrets(config, deps.log);
    const limits = readRateLimits(config.rate_limits);
    const ensemble = Ensemble.of(config, deps.log);
    if (ensemble) life.add(() => ensemble.stop());
    const doors = createDoors(config, deps, ensemble);
    life.add(() => doors.verbosity.stop());
    const http = await listen(config, deps, doors);
    life.add(() => http.close());
    const ip = await reachableAddress({ ip: http.address, advertise_ip: config.advertise_ip }, ADVERTISE);
    const place = { ip, port: config.advertise_port ?? http.port };
    const pid = `master@${place.ip}:${place.port}`;
    const links = new Links({
      from: { id: 'master', host: place.ip, port: place.port },
      log: deps.log,
      tls: doors.tls,
      exited: (peer) => doors.inbox.exited(peer),
    });
    life.add(() => links.stop());
    doors.inbox.open({
      secrets,
      limits,
      required: config.authenticate_agents,
      timeoutMs: config.authentication_v0_timeout,
      clock: deps.clock,
      messages: doors.messages,
      send: (to, name, body, id) => links.send(to, name, body, { id, host: place.ip, port: place.port }),
    });
    life.add(() => doors.inbox.stop());
    const boot: MasterBoot = {
      id: randomUUID(),
      hostname: config.hostname ?? place.ip,
      ...place,
      version: VERSION,
      cluster: config.cluster,
      startedAt: deps.clock.now(),
      seed: randomInt(2 ** 32),
      settings,
    };
    const registry = new RegistryStore(ensemble?.store ?? deps.state, doors.timings, {
      fetchMs: config.registry_fetch_timeout,
      storeMs: config.registry_store_timeout,
    });
    const mailbox = openMailbox(boot, deps, { ...doors, links, registry });
    doors.use(mailbox, registry);
    life.add(() => mailbox.stop());
    life.add(() => doors.closeStreams());
    if (config.whitelist !== undefined) {
      const changed = (hosts: readonly string[] | undefined): void =>
        mailbox.post({ kind: 'whitelist.changed', hosts });
      life.add(await watchWhitelist({ path: config.whitelist, clock: deps.clock, log: deps.log, changed }));
    }
    const lead = async (): Promise<void> => {
      const stored = await registry.fetch();
      const former = { found: stored, folder: stateFolder(config), log: deps.log };
      const current = ensemble?.store ? await moveFormer(registry, former) : stored;
      mailbox.post({ kind: 'registry.fetched', registry: current });
    };
    const info = printMasterInfo(mailbox.state);
    if (ensemble) ensemble.start({ info, elected: lead, lost: (reason) => resign(deps, reason) });
    else await lead();
    return { http, pid };
  });
}

function createTimings() {
  return {
    allocation: new Timings('allocator/mesos/allocation_run'),
    latency: new Timings('allocator/mesos/allocation_run_latency'),
    fetch: new Timings('registrar/state_fetch', false),
    store: new Timings('registrar/state_store'),
  };
}

/** The inputs of the master. They are created before the mailbox: its boot value needs the port they listen on. */
function createDoors(config: MasterConfig, deps: MasterDeps, ensemble: Ensemble | undefined) {
  const timings = createTimings();
  let mailbox: MasterMailbox | undefined;
  let registry: RegistryStore | undefined;
  let pageHits = 0;
  const messages = createRouter(config, deps.log);
  const post = (event: MasterInput): void => mailbox?.post(event);
  const schedulers = new Streams('mesos.v1.scheduler.Event');
  const operators = new Streams('mesos.v1.master.Event', OPERATOR_LIMITS);
  const slices = new SlicedWork();
  const logFile = logFileOf(config, 'mesos-master');
  const read = <T>(view: (state: MasterState) => T): T =>
    view(present(mailbox, 'the master is starting').state);
  const leadership = (): Leadership => {
    const recovered = mailbox?.state.electedAt !== undefined;
    return ensemble ? ensemble.leadership(recovered) : { kind: 'leading', recovered };
  };
  const inbox = new Inbox({
    log: deps.log,
    patternLimits: patternLimits(config),
    leads: () => leadership().kind === 'leading',
    post,
    state: () => mailbox?.state,
  });
  return {
    schedulers,
    operators,
    requests: new Requests<Answer>(),
    viewers: new Map<string, Principal | undefined>(),
    flags: printFlags(masterFlags, config),
    patternLimits: patternLimits(config),
    use: (created: MasterMailbox, store: RegistryStore) => {
      mailbox = created;
      registry = store;
    },
    post,
    messages,
    inbox,
    read,
    slices,
    leadership,
    tls: tlsSettings(process.env),
    verbosity: new Verbosity(deps.clock, (level) => setLogLevel(deps.log, level)),
    logFile,
    files: masterFiles(logFile, read),
    moment: () => mailbox?.handled ?? 0,
    pageHit: () => void pageHits++,
    timings,
    metrics: () => ({
      ...read((state) => snapshot(state, deps.clock.now(), Object.values(timings))),
      ...(config.publish_per_framework_metrics ? read(frameworkMetrics) : {}),
      'registrar/registry_size_bytes': registry?.sizeBytes ?? 0,
      'master/http_cache_hits': pageHits,
      'master/invariant_violations': mailbox?.violations ?? 0,
      'master/elected': leadership().kind === 'leading' ? 1 : 0,
      ...read((state) => inbox.metrics(state)),
      'master/event_streams/operators/unread_bytes': operators.unreadBytes,
      'master/event_streams/schedulers/unread_bytes': schedulers.unreadBytes,
    }),
    closeStreams: () => {
      slices.stop();
      schedulers.closeAll();
      operators.closeAll();
    },
  };
}

function createRouter(config: MasterConfig, log: Logger): MessageRouter {
  const authenticated = config.authenticate_agents && config.authenticate_frameworks;
  return new MessageRouter(log, { ...routerOptions(process.env), authenticated });
}

type Doors = ReturnType<typeof createDoors>;

function listen(config: MasterConfig, deps: MasterDeps, doors: Doors): Promise<HttpServer> {
  const { messages } = doors;
  messages.register('master', (message) => doors.inbox.receive(message));
  const operators = { ...doors, streams: doors.operators };
  const ownRoutes = masterRoutes({ ...doors, streams: doors.schedulers }, operators);
  const routes = withHelp([...leaderOnly(ownRoutes, doors.leadership), ...helperRoutes(operators)]);
  const disabled = readFirewall(config.firewall_rules);
  return startHttpServer({
    what: 'the master',
    about: 'The state of the cluster is at /state, the operator API at /api/v1, all pages at /help.',
    address: config.ip,
    port: config.port,
    addressFlag: '--ip',
    portFlag: '--port',
    insecure: config.insecure,
    hosts: hostRule({ advertised: [config.hostname], allowed: config.allowed_hosts }),
    jsonp: config.jsonp,
    access: masterAccess(config, deps),
    credentialsFlag: AUTHENTICATION_FLAGS,
    log: deps.log,
    messages,
    tls: doors.tls,
    paths: { main: 'master', others: OTHER_PROCESSES, known: routes.map(({ path }) => path), disabled },
    compress: true,
    routes,
    notFound: (_request, reply) => reply.code(404).type('text/plain; charset=utf-8').send('404 Not Found.'),
    bodyMaxBytes: 64 * 1024 * 1024,
  });
}

function openMailbox(
  boot: MasterBoot,
  deps: MasterDeps,
  outside: Doors & { links: Links; registry: RegistryStore },
): MasterMailbox {
  return new Mailbox({
    machine: masterMachine,
    boot,
    clock: deps.clock,
    log: deps.log,
    recorder: deps.record?.({ machine: masterMachine.name, boot }),
    observe: (event, ms) => {
      if (event.kind !== 'woke' || event.timer !== ALLOCATE_TIMER) return;
      outside.timings.allocation.add(ms);
      outside.timings.latency.add(outside.read((state) => state.allocator.lateMs));
    },
    onBroken: (error) => resign(deps, error.stack ?? error.message),
    perform: masterPerformers({
      ...outside,
      welcome: (stream) => welcome({ ...outside, streams: outside.operators }, stream),
      resign: (reason) => resign(deps, reason),
    }),
  });
}

/** Ends leading: the process has to end, and its supervisor to start another one. */
function resign(deps: MasterDeps, reason: string): void {
  deps.log.error({ reason }, 'the master stops leading');
  deps.onResign?.(reason);
}
