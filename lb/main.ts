/**
 * The load balancer: wires HAProxy, the follower of Marathon and the HTTP API together.
 *
 * Start never waits for Marathon: HAProxy begins with no apps, and they appear once Marathon has been read.
 */

import { existsSync } from 'node:fs';
import type { Clock } from '../cluster/runtime/clock';
import { HttpClient } from '../cluster/runtime/http/client';
import { checkListen } from '../cluster/runtime/http/guard';
import { startHttpServer } from '../cluster/runtime/http/server';
import { Lifetime, type Running, StartError } from '../cluster/runtime/lifecycle';
import type { Logger } from '../cluster/runtime/log';
import { Metrics } from '../cluster/runtime/metrics';
import type { LbConfig } from './config';
import { printIssue } from './core/issues';
import type { Bind, ModelOptions } from './core/options';
import { createRenderer } from './core/render';
import { ownListeners } from './core/services';
import { type AdminParts, addMetrics, adminRoutes } from './edge/admin';
import { Balancer } from './edge/balancer';
import { connectionsFor, findHaproxy, type HaproxyProgram } from './edge/find-haproxy';
import { Follower } from './edge/follow';
import { Haproxy } from './edge/haproxy';
import { Marathon } from './edge/marathon';
import { requireBindable, withPort } from './edge/ports';
import { Resolver } from './edge/resolve';
import { digests, loadTemplates } from './edge/templates';
import { openWorkFolder, type WorkFolder, writeText } from './edge/work-folder';

export interface LbDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics?: Metrics | undefined;
}

/** Where a running load balancer listens. */
export interface LbPlaces {
  /** The load balancer's own API. */
  readonly http: Bind;
  /** The front for host names; undefined with `--dont-bind-http-https`. */
  readonly vhosts: Bind | undefined;
  readonly https: Bind | undefined;
  readonly appIds: Bind;
  /** HAProxy's statistics. */
  readonly stats: Bind;
}
export type RunningLb = Running & LbPlaces;

const CONNECTIONS_MAX = 50_000;

/**
 * Starts the load balancer. Without `sse` (or with `dry`) it writes (or prints) the configuration once, and what is
 * returned has nothing to stop.
 */
export function startLb(config: LbConfig, deps: LbDeps): Promise<RunningLb> {
  return Lifetime.start(async (life) => {
    checkConfig(config);
    const program = await findHaproxy(config.haproxy);
    const folder = openWorkFolder(config.workDir, config.haproxyConfig);
    life.add(() => folder.release());
    const options = await modelOptions(config, program, folder);
    const haproxy = new Haproxy(program.path, folder, deps.log);
    const balancer = new Balancer({
      options,
      render: createRenderer(loadTemplates()),
      haproxy,
      resolver: new Resolver(deps.clock, deps.log),
      clock: deps.clock,
      log: deps.log,
      skipValidation: config.skipValidation,
    });
    const client = new HttpClient();
    life.add(() => client.close());
    const marathon = new Marathon(client, config.marathon, config.credentials);
    if (!config.sse || config.dry) await writeOnce(config, marathon, balancer, folder, deps);
    else await serve(life, config, deps, { options, haproxy, balancer, marathon });
    if (!config.sse || config.dry) await life.stop();
    return places(options);
  });
}

function checkConfig(config: LbConfig): void {
  checkListen({
    what: 'The statistics of the load balancer',
    address: config.statsAddress,
    addressFlag: '--stats-address',
    authenticated: false,
    insecure: config.insecure,
  });
  const missing = config.certificates.find((path) => !existsSync(path));
  if (missing !== undefined) throw new StartError(`--ssl-certs: there is no ${missing}`);
}

async function modelOptions(
  config: LbConfig,
  program: HaproxyProgram,
  folder: WorkFolder,
): Promise<ModelOptions> {
  const front = (port: number): Promise<Bind> => withPort({ address: config.bindAddress, port });
  const https = config.bindHttpHttps && config.certificates.length > 0;
  return {
    groups: config.groups,
    strict: config.strictMode,
    healthCheck: config.healthCheck,
    serviceAddress: config.bindAddress,
    httpIn: config.bindHttpHttps ? await front(config.httpInPort) : undefined,
    httpsIn: https ? { ...(await front(config.httpsInPort)), certificates: config.certificates } : undefined,
    appIdIn: await front(config.appIdPort),
    stats: await withPort({ address: config.statsAddress, port: config.statsPort }),
    admin: await withPort({ address: config.httpAddress, port: config.httpPort }),
    process: {
      socket: folder.statsSocket,
      connectionsMax: connectionsFor(CONNECTIONS_MAX),
      drainSeconds: Math.max(1, Math.round(config.reloadTimeoutMs / 1000)),
      prometheus: program.prometheus,
    },
    digests,
  };
}

function places(options: ModelOptions): LbPlaces {
  const { admin, httpIn, httpsIn, appIdIn, stats } = options;
  const https = httpsIn && { address: httpsIn.address, port: httpsIn.port };
  return { http: admin, vhosts: httpIn, https, appIds: appIdIn, stats };
}

interface Parts {
  readonly options: ModelOptions;
  readonly haproxy: Haproxy;
  readonly balancer: Balancer;
  readonly marathon: Marathon;
}

async function serve(life: Lifetime, config: LbConfig, deps: LbDeps, parts: Parts): Promise<void> {
  const { options, haproxy, balancer, marathon } = parts;
  const { log, clock } = deps;
  await haproxy.clearLeftOvers();
  await requireBindable(ownListeners(options));
  life.add(() => haproxy.stop());
  await haproxy.start(balancer.config);
  const follower = new Follower({
    marathon,
    clock,
    log,
    onApps: (json) => balancer.update(json),
    hurryMs: () => balancer.hurryMs(),
  });
  const admin: AdminParts = { balancer, haproxy, follower, metrics: deps.metrics ?? new Metrics() };
  addMetrics(admin);
  const server = await startHttpServer({
    what: 'The load balancer',
    address: config.httpAddress === '*' ? '0.0.0.0' : config.httpAddress,
    port: options.admin.port,
    addressFlag: '--http-address',
    portFlag: '--http-port',
    log,
    routes: adminRoutes(admin),
    insecure: config.insecure,
  });
  life.add(() => server.close());
  life.add(() => follower.stop());
  follower.start();
  log.info({ url: server.url, groups: config.groups.join(',') }, 'the load balancer serves');
}

async function writeOnce(
  config: LbConfig,
  marathon: Marathon,
  balancer: Balancer,
  folder: WorkFolder,
  { log }: LbDeps,
): Promise<void> {
  const { files, issues, outcome } = await balancer.preview(await readOnce(marathon));
  for (const issue of issues) log.warn({ app: issue.app }, printIssue(issue));
  if (config.dry) {
    process.stdout.write(files.config);
    return;
  }
  if (!outcome.ok) throw new StartError(`HAProxy refuses the configuration: ${outcome.why}`);
  const changed = writeText(folder.config, files.config);
  log.info({ path: folder.config, changed }, 'the configuration is written');
}

async function readOnce(marathon: Marathon): Promise<unknown> {
  try {
    return await marathon.apps(new AbortController().signal);
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}
