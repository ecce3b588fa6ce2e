/**
 * Marathon put together: state, mailbox, HTTP API, probes and the session with the master.
 */

import { randomInt } from 'node:crypto';
import { bearerOf } from '../../cluster/runtime/auth/flags';
import type { Clock } from '../../cluster/runtime/clock';
import { hostRule } from '../../cluster/runtime/http/hosts';
import { type HttpServer, startHttpServer } from '../../cluster/runtime/http/server';
import { Lifetime, type Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import { Mailbox, type Recorder } from '../../cluster/runtime/mailbox';
import { Metrics } from '../../cluster/runtime/metrics';
import { FileRecorder } from '../../cluster/runtime/recording/recording';
import { Requests } from '../../cluster/runtime/requests';
import { tlsSettings } from '../../cluster/runtime/tls/settings';
import type { StateStore } from '../../cluster/state/store';
import type { ZkUrl } from '../../cluster/zookeeper/core/url';
import { followLeader } from '../../cluster/zookeeper/edge/leader';
import { createScheduler, type Scheduler } from '../scheduler/edge/scheduler';
import type { MarathonConfig } from './config';
import type { MarathonBoot } from './core/boot';
import type { Answer, MarathonEffect } from './core/state/effects';
import type { MarathonEvent, NewMarathonEvent } from './core/state/events';
import type { MarathonState } from './core/state/state';
import { marathonMachine } from './core/step';
import { EventBus } from './edge/bus';
import { Drain } from './edge/drain';
import { marathonMetrics } from './edge/metrics';
import { Probes } from './edge/probes';
import { askCore, REQUESTS_MAX } from './edge/requests';
import { commonHeaders, type RestContext, send } from './edge/rest/context';
import { marathonRoutes } from './edge/rest/routes';
import { eventOfNotice } from './edge/scheduler-events';
import { loadStored, performStore } from './edge/store';

export type { MarathonBoot };
export { marathonMachine };

/** The version that `/v2/info` reports: the original's version of this API. */
const API_VERSION = '1.11.24';
/** The session timeout of the original's driver, which has no flag for it. */
const ZK_SESSION_MS = 10_000;

export interface MarathonDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly state: StateStore;
  readonly metrics?: Metrics | undefined;
  /** Makes the recorder once the boot value is known. Without it `--record` decides. */
  readonly record?: ((start: { machine: string; boot: unknown }) => Recorder) | undefined;
  /** Marathon cannot go on and has stopped; the process should end. */
  readonly onEnd?: ((reason: string) => void) | undefined;
}

export interface Marathon extends Running {
  readonly http: { readonly address: string; readonly port: number; readonly url: string };
}

type MarathonMailbox = Mailbox<MarathonState, MarathonEvent, MarathonEffect, MarathonBoot>;

/** Starts Marathon. It does not need a master for its start. */
export async function startMarathon(config: MarathonConfig, deps: MarathonDeps): Promise<Marathon> {
  let stopped: () => Promise<void> = async () => undefined;
  const onBroken = (error: Error): void => {
    deps.log.error({ error: error.stack ?? error.message }, 'Marathon cannot go on');
    void stopped().finally(() => deps.onEnd?.(error.message));
  };
  const marathon = await Lifetime.start(async (life) => {
    const boot: MarathonBoot = {
      at: deps.clock.now(),
      seed: randomInt(2 ** 32),
      settings: config.settings,
      stored: await loadStored(deps.state),
    };
    const parts = assemble(config, deps, { boot, onBroken, life });
    const http = await serve(config, deps, { ...parts, startedAt: boot.at });
    life.add(() => http.close());
    life.add(() => parts.bus.stop());
    parts.mailbox.post({ kind: 'started' });
    deps.log.info({ url: http.url, masters: config.masters.join(',') || 'elected' }, 'Marathon is up');
    return { http: { address: http.address, port: http.port, url: http.url } };
  });
  stopped = () => marathon.stop();
  return marathon;
}

interface MarathonParts {
  readonly mailbox: MarathonMailbox;
  readonly requests: Requests<Answer>;
  readonly bus: EventBus;
}

interface AssemblyInput {
  readonly boot: MarathonBoot;
  readonly onBroken: (error: Error) => void;
  readonly life: Lifetime;
}

/** The mailbox and the performers of its effects. Those added last are stopped first. */
function assemble(
  config: MarathonConfig,
  deps: MarathonDeps,
  { boot, onBroken, life }: AssemblyInput,
): MarathonParts {
  const post = (event: NewMarathonEvent): void => mailbox.post(event);
  const bus = new EventBus(deps.clock, config.http.outstandingEventsMax);
  const probes = new Probes(post, config.probesMax);
  const requests = new Requests<Answer>(REQUESTS_MAX);
  const scheduler = connectScheduler(config, deps, { post, onBroken, seed: boot.seed });
  const drain = new Drain(config.drain, (call) => scheduler.call(call), deps.log, deps.clock);
  const mailbox: MarathonMailbox = new Mailbox({
    machine: marathonMachine,
    boot,
    clock: deps.clock,
    log: deps.log,
    recorder: recorderFor(config, deps, boot),
    onBroken,
    perform: {
      framework: ({ info }) => scheduler.setFramework(info),
      call: ({ call }) => drain.call(call),
      store: (effect) => void performStore(deps.state, effect, post),
      publish: ({ event }) => bus.publish(event),
      answer: ({ request, answer }) => requests.answer(request, answer),
      probe: (effect) => probes.start(effect),
      resign: ({ reason }) => onBroken(new Error(reason)),
    },
  });
  life.add(() => mailbox.stop());
  life.add(() => probes.stop());
  life.add(() => scheduler.stop());
  if (config.masterZk) {
    const masters = followMasters(config.masterZk, { ...deps, scheduler, onBroken });
    life.add(() => masters.stop());
  }
  life.add(() => drain.stop());
  return { mailbox, requests, bus };
}

function recorderFor(config: MarathonConfig, deps: MarathonDeps, boot: MarathonBoot): Recorder | undefined {
  const start = { machine: marathonMachine.name, boot };
  if (deps.record) return deps.record(start);
  return config.recordFile === undefined ? undefined : new FileRecorder(config.recordFile, start);
}

function connectScheduler(
  config: MarathonConfig,
  deps: MarathonDeps,
  {
    post,
    onBroken,
    seed,
  }: { post: (event: NewMarathonEvent) => void; onBroken: (error: Error) => void; seed: number },
): Scheduler {
  return createScheduler({
    masters: config.masters,
    clock: deps.clock,
    log: deps.log,
    seed,
    credentials: config.mesosCredentials,
    onNotice: (notice) => {
      const event = eventOfNotice(notice);
      if (event) post(event);
    },
    onRefused: (call, reason) => post({ kind: 'scheduler.refused', call, reason }),
    onBroken,
  });
}

/** Points the session to the leading master, as ZooKeeper has it. */
function followMasters(
  url: ZkUrl,
  {
    clock,
    log,
    scheduler,
    onBroken,
  }: Pick<MarathonDeps, 'clock' | 'log'> & { scheduler: Scheduler; onBroken: (error: Error) => void },
): Running {
  return followLeader({
    url,
    clock,
    log,
    sessionTimeoutMs: ZK_SESSION_MS,
    changed: (leader) => {
      log.info({ master: leader?.pid }, leader ? 'a master leads' : 'no master leads');
      const host = leader?.ip.includes(':') ? `[${leader.ip}]` : leader?.ip;
      scheduler.setMasters(leader ? [`http://${host}:${leader.port}`] : []);
    },
    failed: (reason) => onBroken(new Error(`--master: ${reason}`)),
  });
}

async function serve(
  config: MarathonConfig,
  deps: MarathonDeps,
  { mailbox, requests, bus, startedAt }: MarathonParts & { startedAt: number },
): Promise<HttpServer> {
  let port = config.http.port;
  const now = (): number => deps.clock.now();
  const context: RestContext = {
    settings: config.settings,
    normalization: {
      defaultNetworkName: config.defaultNetworkName,
      mesosBridgeName: config.settings.mesosBridgeName,
    },
    log: deps.log,
    bus,
    metrics: marathonMetrics({
      metrics: deps.metrics ?? new Metrics(),
      read: (view) => mailbox.read(view),
      now,
      startedAt,
      streams: () => bus.size,
      violations: () => mailbox.violations,
    }),
    metricsPrometheus: config.metricsPrometheus,
    concurrentMax: config.http.concurrentMax,
    active: { count: 0 },
    version: API_VERSION,
    info: config.info,
    now,
    leader: () => `${config.settings.hostname}:${port}`,
    read: (view) => mailbox.read(view),
    ask: (request) => askCore(requests, (event) => mailbox.post(event), request),
  };
  const server = await startHttpServer({
    what: 'Marathon',
    about: 'Apps are at /v2/apps, events at /v2/events, facts at /v2/info, and an answer at /ping.',
    address: config.http.address,
    port: config.http.port,
    addressFlag: '--http_address',
    portFlag: '--http_port',
    log: deps.log,
    routes: marathonRoutes(context),
    insecure: config.http.insecure,
    hosts: hostRule(config.http.hosts),
    credentials: config.http.credentials,
    bearer: config.http.bearer && bearerOf(config.http.bearer, deps),
    tls: tlsSettings(process.env),
    credentialsFlag: '--http_credentials',
    realm: config.http.realm,
    notFound: (_request, reply) => send(context, reply, { status: 404, body: { message: 'URI not found' } }),
    methodNotAllowed: (_request, reply, allowed) =>
      send(context, reply, {
        status: 405,
        body: { message: 'Method Not Allowed' },
        headers: { allow: allowed.join(', ') },
      }),
    failed: (error, _request, reply) => {
      const status = (error as Error & { statusCode?: number }).statusCode ?? 500;
      const message = status >= 500 ? 'Internal error' : error.message;
      return reply
        .code(status)
        .headers(commonHeaders(context))
        .type('application/json')
        .send(JSON.stringify({ message }));
    },
  });
  port = server.port;
  return server;
}
