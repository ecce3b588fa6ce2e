/**
 * Puts an agent together: sandboxes, mailbox, HTTP and libprocess on one port.
 */

import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { present } from '../model/assert';
import { errorText } from '../model/error-text';
import { readAclsFlag } from '../runtime/auth/acls';
import { readCredentialFile } from '../runtime/auth/files';
import type { Clock } from '../runtime/clock';
import { printFlags } from '../runtime/config/flags';
import { logFileOf } from '../runtime/config/log-flags';
import { makeFolder } from '../runtime/files/make-folder';
import { parentFolderMode, restrictFolder, setMode, warnOpenFolder } from '../runtime/files/private';
import { readFirewall } from '../runtime/http/firewall';
import { OTHER_PROCESSES } from '../runtime/http/help-pages';
import { hostRule } from '../runtime/http/hosts';
import { type HttpServer, startHttpServer } from '../runtime/http/server';
import { Lifetime, type Running, StartError } from '../runtime/lifecycle';
import { type Logger, setLogLevel } from '../runtime/log';
import { Mailbox, type Recorder } from '../runtime/mailbox';
import { ADVERTISE, advertisedAddress, reachableAddress } from '../runtime/messages/advertised-address';
import { Links } from '../runtime/messages/links';
import { printPid } from '../runtime/messages/pid';
import { MessageRouter, routerOptions } from '../runtime/messages/receive';
import { callerEnvironment, type TlsSettings, tlsSettings } from '../runtime/tls/settings';
import { Verbosity } from '../runtime/verbosity';
import { VERSION } from '../runtime/version';
import type { StateStore } from '../state/store';
import { type AgentConfig, agentFlags, readEnvironment } from './config';
import type { AgentEffect } from './core/effects';
import type { AgentBoot, AgentEvent, AgentInput } from './core/events';
import { missingError } from './core/executor-api';
import type { AgentState } from './core/state';
import { agentMachine } from './core/step';
import { AUTHENTICATION_FLAGS, agentAccess } from './edge/authentication';
import { forgetAgentId, openCheckpoint, readAgentId, readCheckpointedResources } from './edge/checkpoint';
import { Containers, killLeftovers } from './edge/containerizer/containers';
import { type ExecutorProgram, hostedLauncher } from './edge/containerizer/launcher';
import { closeOldSandboxes } from './edge/containerizer/sandbox';
import { Statistics } from './edge/containerizer/statistics';
import { readDetector } from './edge/detector';
import { containerPages } from './edge/http/container-pages';
import { ExecutorDoor } from './edge/http/executor-api';
import { withHelpers } from './edge/http/helper-routes';
import { agentRoutes } from './edge/http/routes';
import { AUTHENTICATEE, MasterAuthentication } from './edge/master-authentication';
import { readMasterMessage } from './edge/messages';
import { snapshot } from './edge/metrics';
import { agentPerformers } from './edge/perform';
import { agentAttributes, agentResources } from './edge/resources';
import { agentFiles } from './edge/sandboxes';

export interface AgentDeps {
  readonly log: Logger;
  readonly clock: Clock;
  /** The command executor, which runs every task. */
  readonly executor: ExecutorProgram;
  readonly record?: ((start: { machine: string; boot: unknown }) => Recorder) | undefined;
  /** Called when the agent has ended by itself: sent away by the master, or broken. */
  readonly onEnd?: ((reason: string, gone?: GoneAgent) => void) | undefined;
}

/** An agent that was marked gone: its id is refused for ever. */
export interface GoneAgent {
  /** True when the master had admitted the agent in this run; otherwise it was gone before. */
  readonly admitted: boolean;
  /** Makes the next start in its work folder one of a new agent. */
  forget(): Promise<void>;
}

export interface RunningAgent extends Running {
  readonly http: HttpServer;
  /** Leaves the cluster and ends every task; resolves when they have ended. The process should end then. */
  unregister(): Promise<void>;
}

type AgentMailbox = Mailbox<AgentState, AgentEvent, AgentEffect, AgentBoot>;

/** Time that a stop gives tasks to end in order before it ends them by force. */
const STOP_MS = 15_000;

/** Starts an agent: it registers with the master as soon as that is there. Stopping it ends every task. */
export function startAgent(config: AgentConfig, deps: AgentDeps): Promise<RunningAgent> {
  return Lifetime.start(async (life) => {
    advertisedAddress(config, ADVERTISE);
    const workDir = await makeWorkDir(config.work_dir, deps.log);
    const detect = await readDetector({
      master: config.master,
      sessionTimeoutMs: config.zk_session_timeout,
      log: deps.log,
    });
    const checkpoint = await openCheckpoint(workDir, deps.log);
    life.add(() => checkpoint.close());
    const leftovers = await killLeftovers(workDir);
    if (leftovers > 0) deps.log.warn({ leftovers }, 'ended processes that a run before left behind');
    let mailbox: AgentMailbox | undefined;
    const post = (event: AgentInput): void => mailbox?.post(event);
    const door = new ExecutorDoor(post, (call) => mailbox?.read((state) => missingError(state, call)));
    const verbosity = new Verbosity(deps.clock, (level) => setLogLevel(deps.log, level));
    life.add(() => verbosity.stop());
    const tls = tlsSettings(process.env);
    const messages = new MessageRouter(deps.log, routerOptions(process.env));
    const inside = { door, mailbox: () => mailbox, workDir, verbosity, tls, messages };
    const http = await listen(config, deps, inside);
    life.add(() => http.close());
    life.add(() => door.closeAll());
    const place = await advertised(config, http);
    const links = new Links({
      from: { id: 'slave(1)', ...place },
      log: deps.log,
      tls,
      exited: (pid) => post({ kind: 'master.exited', pid }),
    });
    life.add(() => links.stop());
    const authentication = authenticationOf(config, deps, { place, links, messages });
    const containers = createContainers(workDir, deps, { post, life });
    const boot = await bootOf(config, deps, { place, workDir, checkpoint });
    const end = endOfTasks(deps, workDir, () => mailbox?.state.dismissed);
    mailbox = new Mailbox({
      machine: agentMachine,
      boot,
      clock: deps.clock,
      log: deps.log,
      recorder: deps.record?.({ machine: agentMachine.name, boot }),
      onBroken: (error) => deps.onEnd?.(error.stack ?? error.message),
      perform: agentPerformers({
        links,
        authentication,
        door,
        containers,
        workDir,
        checkpoint,
        log: deps.log,
        stopped: end.reached,
      }),
    });
    const running = mailbox;
    life.add(() => running.stop());
    life.add(() => end.after(() => post({ kind: 'stop' })));
    const detector = detect({
      changed: (pid) => post({ kind: 'master.detected', pid }),
      failed: (reason) => deps.onEnd?.(reason),
    });
    life.add(() => detector.stop());
    return { http, unregister: () => end.after(() => post({ kind: 'unregister' })) };
  });
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * The address and port of the agent for others. Throws a StartError when a name in `--ip` was resolved to
 * IPv6.
 */
async function advertised(config: AgentConfig, http: HttpServer): Promise<Endpoint> {
  const host = await reachableAddress({ ip: http.address, advertise_ip: config.advertise_ip }, ADVERTISE);
  return { host, port: config.advertise_port ?? http.port };
}

/** The authentication with the master, for agents with a credential. */
function authenticationOf(
  config: AgentConfig,
  { clock, log }: AgentDeps,
  { place, links, messages }: { place: Endpoint; links: Links; messages: MessageRouter },
): MasterAuthentication | undefined {
  if (config.credential === undefined) return undefined;
  const authentication = new MasterAuthentication({
    credential: readCredentialFile('--credential', config.credential, log),
    pid: printPid({ id: 'slave(1)', ...place }),
    clock,
    log,
    send: (to, name, body) => links.send(to, name, body, { id: AUTHENTICATEE, ...place }),
  });
  messages.register(AUTHENTICATEE, (message) => authentication.receive(message));
  return authentication;
}

/** The boot value of the agent's machine. */
async function bootOf(
  config: AgentConfig,
  deps: AgentDeps,
  { place, workDir, checkpoint }: { place: Endpoint; workDir: string; checkpoint: StateStore },
): Promise<AgentBoot> {
  return {
    ip: place.host,
    port: place.port,
    hostname: config.hostname ?? place.host,
    version: VERSION,
    resources: await agentResources(config, workDir),
    attributes: agentAttributes(config.attributes),
    startedAt: deps.clock.now(),
    seed: randomInt(2 ** 32),
    process: 'slave(1)',
    agentId: await readAgentId(workDir),
    checkpointed: await readCheckpointedResources(checkpoint),
    workDir,
    settings: {
      registrationBackoffMs: config.registration_backoff_factor,
      executorRegistrationTimeoutMs: config.executor_registration_timeout,
      executorShutdownGraceMs: config.executor_shutdown_grace_period,
      maxCompletedExecutors: config.max_completed_executors_per_framework,
      executorEnvironment: {
        ...readEnvironment(config.executor_environment_variables),
        ...callerEnvironment(process.env),
      },
    },
  };
}

/** The containers. A stop of the agent ends them, and then kills and reports processes that outlived them. */
function createContainers(
  workDir: string,
  { executor, clock, log }: AgentDeps,
  { post, life }: { post: (event: AgentInput) => void; life: Lifetime },
): Containers {
  const launcher = hostedLauncher(executor, { clock, log });
  const containers = new Containers({ workDir, launcher, post });
  life.add(async () => {
    const left = await killLeftovers(workDir);
    if (left > 0) log.warn({ left }, 'ended processes that outlived their containers');
  });
  life.add(() => containers.destroyAll());
  return containers;
}

/** The moment when the last task has ended; without a stop it means that the master has sent the agent away. */
function endOfTasks({ onEnd }: AgentDeps, workDir: string, dismissed: () => AgentState['dismissed']) {
  let ended: () => void = () => undefined;
  let wanted = false;
  const allEnded = new Promise<void>((done) => {
    ended = done;
  });
  return {
    reached: (): void => {
      ended();
      if (!wanted) tellDismissal(onEnd, workDir, dismissed());
    },
    after: async (stop: () => void): Promise<void> => {
      wanted = true;
      stop();
      await Promise.race([allEnded, new Promise((late) => setTimeout(late, STOP_MS).unref())]);
    },
  };
}

/** Reports why the master sent the agent away and, for one that is gone, how to start as a new agent. */
function tellDismissal(onEnd: AgentDeps['onEnd'], workDir: string, dismissed: AgentState['dismissed']): void {
  const { message = '', admitted = false } = dismissed ?? {};
  const reason = `the master told the agent to shut down${message === '' ? '' : `: ${message}`}`;
  if (!/marked gone/.test(message)) return onEnd?.(reason);
  const remedy = `To start as a new agent, remove ${join(workDir, 'meta', 'slaves', 'latest')}`;
  onEnd?.(`${reason}. ${remedy}`, { admitted, forget: () => forgetAgentId(workDir) });
}

/** Makes the work folder. When we are root, tasks of other users have to pass through it to their sandboxes. */
async function makeWorkDir(path: string, log: Logger): Promise<string> {
  try {
    makeFolder(path, parentFolderMode());
    const folder = await realpath(path);
    setMode(folder, ((await stat(folder)).mode & 0o7777) | (parentFolderMode() & 0o011));
    warnOpenFolder('--work_dir', folder, log);
    if (existsSync(join(folder, 'meta'))) restrictFolder(join(folder, 'meta'));
    await closeOldSandboxes(folder);
    return folder;
  } catch (error) {
    throw new StartError(`--work_dir: ${path} cannot be used: ${errorText(error)}`);
  }
}

interface Inside {
  readonly door: ExecutorDoor;
  readonly mailbox: () => AgentMailbox | undefined;
  readonly workDir: string;
  readonly verbosity: Verbosity;
  readonly messages: MessageRouter;
  readonly tls: TlsSettings | undefined;
}

function listen(config: AgentConfig, deps: AgentDeps, inside: Inside): Promise<HttpServer> {
  const { door, mailbox, workDir, verbosity } = inside;
  const { messages } = inside;
  messages.register('slave(1)', (message) => {
    const event = readMasterMessage(message);
    if (event) mailbox()?.post(event);
    else
      deps.log.debug(
        { message: message.name, from: message.from },
        'ignored a message that the agent does not handle',
      );
  });
  const statistics = new Statistics();
  const read = <T>(view: (state: AgentState) => T): T =>
    view(present(mailbox(), 'the agent is starting').state);
  const acls = readAclsFlag(config.acls);
  const sandboxes = { workDir, logFile: logFileOf(config, 'mesos-agent'), acls, read };
  const now = (): number => deps.clock.now();
  const agentPages = agentRoutes(door, {
    read,
    acls,
    verbosity,
    files: agentFiles(sandboxes),
    flags: printFlags(agentFlags, config),
    metrics: () => ({
      ...read((state) => snapshot(state, now())),
      'slave/invariant_violations': mailbox()?.violations ?? 0,
    }),
    statistics: () => read((state) => statistics.read(state, now())),
    containers: containerPages({ read, acls, statistics, now }),
  });
  const routes = withHelpers(agentPages, sandboxes, verbosity);
  const disabled = readFirewall(config.firewall_rules);
  return startHttpServer({
    what: 'the agent',
    about: 'Its tasks are at /state, its API at /api/v1, all pages at /help.',
    address: config.ip,
    port: config.port,
    addressFlag: '--ip',
    portFlag: '--port',
    insecure: config.insecure,
    hosts: hostRule({ advertised: [config.hostname, config.advertise_ip], allowed: config.allowed_hosts }),
    jsonp: config.jsonp,
    access: agentAccess(config, deps),
    credentialsFlag: AUTHENTICATION_FLAGS,
    log: deps.log,
    messages,
    tls: inside.tls,
    paths: { main: 'slave(1)', others: OTHER_PROCESSES, known: routes.map(({ path }) => path), disabled },
    compress: true,
    routes,
    notFound: (_request, reply) => reply.code(404).type('text/plain; charset=utf-8').send('404 Not Found.'),
    bodyMaxBytes: 64 * 1024 * 1024,
  });
}
