/**
 * Starts the load balancer: wires HAProxy, the follower of Marathon and the HTTP API together.
 *
 * A running HAProxy is adopted as it is; else one starts with the configuration of the earlier run, or with the apps of
 * Marathon. The start waits for Marathon, for a moment, only when there is nothing else to serve.
 */

import { existsSync, statSync } from 'node:fs';
import { bearerOf } from '../cluster/runtime/auth/flags';
import type { Clock } from '../cluster/runtime/clock';
import { warnOpenFolder, warnOpenSecret } from '../cluster/runtime/files/private';
import { checkListen } from '../cluster/runtime/http/guard';
import { hostRule } from '../cluster/runtime/http/hosts';
import { startHttpServer } from '../cluster/runtime/http/server';
import { Lifetime, type Running, StartError } from '../cluster/runtime/lifecycle';
import type { Logger } from '../cluster/runtime/log';
import type { Recorder } from '../cluster/runtime/mailbox';
import { Metrics } from '../cluster/runtime/metrics';
import { tlsSettings } from '../cluster/runtime/tls/settings';
import type { LbConfig } from './config';
import type { LbBoot } from './core/events';
import { createRenderer } from './core/render/render';
import type { Bind, ModelOptions } from './core/services/options';
import { reservedListeners } from './core/services/services';
import { lbMachine } from './core/step';
import { type AdminDeps, addMetrics, adminRoutes } from './edge/admin-api';
import { Balancer } from './edge/balancer';
import { requireBindable } from './edge/bind-check';
import { Certificates } from './edge/certificates';
import { applyKernelSettings } from './edge/container-setup';
import { Drains } from './edge/drains';
import { findHaproxy } from './edge/find-haproxy';
import { Follower } from './edge/follow';
import { Handover } from './edge/handover';
import { Haproxy } from './edge/haproxy';
import { LbMachine } from './edge/machine';
import type { Marathon } from './edge/marathon';
import { modelOptions } from './edge/model-options';
import { openMarathon } from './edge/open-marathon';
import { canFindProcesses } from './edge/processes';
import { Resolver } from './edge/resolver';
import { RuntimeApi } from './edge/runtime-api';
import { Supervisor } from './edge/supervisor';
import { withSyslog } from './edge/syslog';
import { loadTemplates } from './edge/templates';
import { Traffic } from './edge/traffic';
import { openWorkFolder } from './edge/work-folder';
import { writeOnce } from './edge/write-once';

export interface LbDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics?: Metrics | undefined;
  /** Called when the load balancer cannot go on; HAProxy serves on, and the next start adopts it. */
  readonly onEnd?: ((why: string) => void) | undefined;
  /** Makes the recorder of the machine's events, for `--record`. */
  readonly record?: ((start: { machine: string; boot: unknown }) => Recorder) | undefined;
}

/** Addresses that a running load balancer listens on. */
export interface LbAddresses {
  /** The load balancer's own API. */
  readonly http: Bind;
  /** The frontend for host names; undefined with `--dont-bind-http-https`. */
  readonly vhosts: Bind | undefined;
  readonly https: Bind | undefined;
  readonly appIds: Bind;
  /** HAProxy's statistics. */
  readonly stats: Bind;
}
export interface RunningLb extends Running, LbAddresses {
  /** Reads all apps again, as marathon-lb did on SIGHUP. */
  regenerate(): void;
  /** Loads the configuration again, as marathon-lb did on SIGUSR1. */
  reload(): void;
}

/** Longest wait of a start for Marathon's apps when nothing serves yet. */
const READ_LIMIT_MS = 2000;

/**
 * Starts the load balancer. Without `sse` (or with `dry`) it writes (or prints) the configuration once, and the result has
 * nothing to stop.
 */
export function startLb(config: LbConfig, outerDeps: LbDeps): Promise<RunningLb> {
  return Lifetime.start(async (life) => {
    checkConfig(config);
    const deps = withLogs(config, outerDeps, life);
    const program = await findHaproxy(config.haproxy);
    const folder = openWorkFolder(config.workDir, config.haproxyConfig);
    warnOpenFolder('--work-dir', config.workDir, deps.log);
    life.add(() => folder.release());
    applyKernelSettings(config.kernelSettings, config.kernelLenient, deps.log);
    const options = await modelOptions(config, program, folder, deps.log);
    const output = (chunk: Buffer): unknown => process.stdout.write(chunk);
    const haproxy = new Haproxy(program.path, folder, deps.log, output);
    const handover = new Handover(folder.handover, deps.log);
    const machine = createMachine(config, deps, handover);
    life.add(() => machine.stop());
    const runtime = new RuntimeApi(() => haproxy.socketPath, options.mapFolder, machine, deps.log);
    const traffic: Traffic = new Traffic(runtime, () => balancer, deps.log);
    const balancer = new Balancer({
      options,
      render: createRenderer(loadTemplates(config.templates)),
      haproxy,
      runtime,
      capabilities: program.capabilities,
      version: program.version,
      handover,
      resolver: new Resolver(deps.clock, deps.log),
      log: deps.log,
      skipValidation: config.skipValidation,
      workerEnds: () => traffic.workerEnds(),
      machine,
    });
    const marathon = await openMarathon(config, deps.clock, life);
    if (config.sse && !config.dry) {
      const parts = { options, machine, haproxy, balancer, marathon, runtime, traffic, handover };
      return { ...addressesOf(options), ...(await serve(life, config, deps, parts)) };
    }
    await writeOnce(config, { marathon, balancer, folder, log: deps.log });
    await life.stop();
    return { ...addressesOf(options), regenerate: () => undefined, reload: () => undefined };
  });
}

function withLogs({ syslogSocket }: LbConfig, deps: LbDeps, life: Lifetime): LbDeps {
  if (syslogSocket === undefined) return deps;
  const { log, stop } = withSyslog(deps.log, syslogSocket);
  life.add(stop);
  return { ...deps, log };
}

function checkConfig(config: LbConfig): void {
  checkListen({
    what: 'The statistics of the load balancer',
    address: config.statsAddress,
    addressFlag: '--stats-address',
    authenticationFlag: '--api-credentials',
    authenticated: config.apiCredentials !== undefined,
    insecure: config.insecure,
  });
  const missing = config.certificates.find((path) => !existsSync(path));
  if (missing !== undefined) throw new StartError(`--ssl-certs: there is no ${missing}`);
  for (const path of config.certificates) if (statSync(path).isFile()) warnOpenSecret('--ssl-certs', path);
}

function addressesOf(options: ModelOptions): LbAddresses {
  const { admin, httpIn, httpsIn, appIdIn, stats } = options;
  const https = httpsIn && { address: httpsIn.address, port: httpsIn.port };
  return { http: admin, vhosts: httpIn, https, appIds: appIdIn, stats };
}

function createMachine(
  config: LbConfig,
  { clock, log, record, onEnd }: LbDeps,
  handover: Handover,
): LbMachine {
  const boot: LbBoot = {
    // Where processes cannot be found a HAProxy that is left could not be adopted, so it is ended.
    endHaproxy: config.stopHaproxy || !canFindProcesses(),
    readLimitMs: READ_LIMIT_MS,
    startedAt: clock.now(),
    drained: [...handover.drained],
    weights: [...handover.weights],
    cleanUp: config.cleanUp,
    reloadWaitMs: config.reloadWaitMs,
    lingerMs: config.reloadLingerMs,
  };
  const machine = new LbMachine({ boot, clock, log, recorder: record?.({ machine: lbMachine.name, boot }) });
  machine.onBroken((error) => onEnd?.(error.stack ?? error.message));
  return machine;
}

interface Parts {
  readonly options: ModelOptions;
  readonly machine: LbMachine;
  readonly haproxy: Haproxy;
  readonly balancer: Balancer;
  readonly marathon: Marathon;
  readonly runtime: RuntimeApi;
  readonly traffic: Traffic;
  readonly handover: Handover;
}

function createSupervisor({ log }: LbDeps, parts: Parts): Supervisor {
  const { options, machine, haproxy, balancer, marathon } = parts;
  return new Supervisor({
    machine,
    haproxy,
    balancer,
    log,
    readApps: () => marathon.apps(AbortSignal.timeout(READ_LIMIT_MS)),
    requireListeners: () =>
      requireBindable(
        reservedListeners(options).filter(([, place]) => !balancer.listensOn(place)),
        haproxy.config,
      ),
  });
}

function createFollower(
  config: LbConfig,
  { clock, log }: LbDeps,
  parts: Parts,
  supervisor: Supervisor,
): Follower {
  const { balancer, marathon } = parts;
  const served = (): void => {
    if (!balancer.adopting) supervisor.post({ kind: 'apps.served' });
  };
  return new Follower({
    marathon,
    clock,
    log,
    onApps: async (json) => {
      await balancer.update(json);
      served();
    },
    onSome: async (answers) => {
      const done = await balancer.updateApps(answers);
      if (done) served();
      return done;
    },
    onUnreachable: (why) => supervisor.post({ kind: 'apps.unreachable', why }),
    retryAfterMs: () => balancer.retryAfterMs(),
    random: Math.random,
    backoffMaxMs: config.backoffMaxMs,
    pollMs: config.pollMs,
  });
}

async function serve(
  life: Lifetime,
  config: LbConfig,
  deps: LbDeps,
  parts: Parts,
): Promise<Pick<RunningLb, 'regenerate' | 'reload'>> {
  const { options, machine, haproxy, balancer, runtime, traffic, handover } = parts;
  const { log } = deps;
  const supervisor = createSupervisor(deps, parts);
  let serves = false;
  life.add(() => supervisor.stop(!serves));
  life.add(() => balancer.stop());
  await supervisor.start();
  const follower = createFollower(config, deps, parts, supervisor);
  const drains = new Drains({ machine, balancer, haproxy, runtime, follower, handover });
  const certificates = new Certificates(balancer, runtime, handover, log);
  const metrics = deps.metrics ?? new Metrics();
  const admin: AdminDeps = {
    supervisor: supervisor,
    balancer,
    haproxy,
    follower,
    metrics,
    drains,
    traffic,
    certificates,
  };
  addMetrics(admin);
  const server = await startHttpServer({
    what: 'The load balancer',
    about: 'The configuration is at /_haproxy_getconfig, what is wrong at /issues, and how it is at /health.',
    address: config.httpAddress === '*' ? '0.0.0.0' : config.httpAddress,
    port: options.admin.port,
    addressFlag: '--http-address',
    portFlag: '--http-port',
    log,
    routes: adminRoutes(admin),
    insecure: config.insecure,
    hosts: hostRule({ allowed: config.allowedHosts }),
    credentials: config.apiCredentials,
    bearer: bearerOf(config.apiBearer, deps),
    tls: tlsSettings(process.env),
    credentialsFlag: '--api-credentials',
    realm: 'meseta lb',
    openPaths: ['/health', '/metrics'],
  });
  life.add(() => server.close());
  life.add(() => follower.stop());
  for (const part of [drains, traffic, certificates]) life.add(() => part.stop());
  traffic.start();
  certificates.start(supervisor.health.adopted);
  follower.start();
  serves = true;
  log.info({ url: server.url, groups: config.groups.join(',') }, 'the load balancer serves');
  return {
    regenerate: () => follower.trigger(),
    reload: () => void balancer.reloadAgain('asked for by a signal').catch(() => undefined),
  };
}
