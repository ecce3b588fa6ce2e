/**
 * The parts of an agent: work folder, detector, messages, authentication and the executor API, made from its flags. None
 * needs the port yet.
 */

import { existsSync } from 'node:fs';
import { readCredentialFile } from '../../runtime/auth/files';
import { setLogLevel } from '../../runtime/log';
import { ADVERTISE } from '../../runtime/messages/advertised-address';
import { Libprocess } from '../../runtime/messages/libprocess';
import type { Message } from '../../runtime/messages/receive';
import type { ProcessContext } from '../../runtime/process';
import { Verbosity } from '../../runtime/verbosity';
import type { AgentConfig } from '../config';
import { runFolder } from '../containerizer/run-folder';
import { claimsOf, missingError, recoveryError } from '../core/connections/executor-api';
import type { AgentEvent } from '../core/state/events';
import type { AgentState } from '../core/state/state';
import { OperatorContainers } from './containers/operator-containers';
import { EndOfTasks, type OnAgentEnd } from './end-of-tasks';
import { createContainerizer, runtimeFolder } from './executors/create-containerizer';
import type { ExecutorHost } from './executors/executor-containers';
import { executorTokens } from './executors/executor-tokens';
import { ExecutorDoor } from './http/executor-api';
import { readDetector } from './master/detector';
import { AUTHENTICATEE, MasterAuthentication } from './master/master-authentication';
import { readMessage } from './messages';
import { openCheckpoint } from './work-folder/checkpoint';
import { GarbageRemover } from './work-folder/garbage';
import { makeWorkFolder } from './work-folder/work-folder';

export type AgentContext = ProcessContext<AgentState, AgentEvent>;

/** The values that the command line gives to an agent beside those of every process. */
export interface AgentSurroundings {
  /** The built-in executors, which run command tasks and task groups in this process. */
  readonly executor: ExecutorHost;
  /** True when a stop ends all tasks; otherwise they go on, for an agent that is started again. */
  readonly endsTasks?: boolean | undefined;
  readonly onEnd?: OnAgentEnd | undefined;
}

/** The libprocess id of the agent. */
export const AGENT_ID = 'slave(1)';

export type AgentParts = Awaited<ReturnType<typeof agentParts>>;

export async function agentParts(
  config: AgentConfig,
  { executor, endsTasks = false, onEnd }: AgentSurroundings,
  context: AgentContext,
) {
  const { core, clock, life, log } = context;
  const libprocess = createLibprocess(config, context, (pid) => authentication?.exited(pid));
  const authentication = createAuthentication(config, context, libprocess);
  const workDir = await makeWorkFolder(config.work_dir, log);
  const detect = await readDetector({
    master: config.master,
    sessionTimeoutMs: config.zk_session_timeout,
    clock,
    log,
  });
  const checkpoint = await openCheckpoint(workDir, log);
  life.add(() => checkpoint.close());
  const verbosity = new Verbosity(clock, (level) => setLogLevel(log, level));
  life.add(() => verbosity.stop());
  const runtimeDir = runtimeFolder(config, workDir);
  const sandboxEnded = (directory: string): void => core.post({ kind: 'sandbox.ended', directory });
  const { containerizer, metrics, provisioner, stop } = await createContainerizer(config, {
    workDir,
    runtimeDir,
    clock,
    log,
    sandboxEnded,
  });
  life.add(stop);
  const isContainer = (containerId: string): boolean => existsSync(runFolder(runtimeDir, containerId));
  const now = (): number => clock.now();
  const garbage = new GarbageRemover({ workDir, isContainer, post: core.post, now, log });
  life.add(() => garbage.stop());
  const operatorContainers = new OperatorContainers({
    containerizer,
    workDir,
    sandboxBegun: (directory) => core.post({ kind: 'sandbox.begun', directory }),
    sandboxEnded,
    discard: (root, way) => garbage.discard(root, way),
  });
  return {
    context,
    core,
    executor,
    libprocess,
    workDir,
    runtimeDir,
    containerizer,
    operatorContainers,
    metrics,
    provisioner,
    shutdownGraceMs: config.executor_shutdown_grace_period,
    dockerStopMs: config.docker_stop_timeout,
    detect,
    checkpoint,
    garbage,
    verbosity,
    door: new ExecutorDoor(core.post, {
      missing: (call) => core.state && missingError(core.state, call),
      unready: () => recoveryError(core.state),
      claims: (call) => core.state && claimsOf(core.state, call),
    }),
    addToken: executorTokens(config, log),
    /** The container of executors and tasks that have none. */
    defaultContainer: config.default_container_info,
    authentication,
    end: new EndOfTasks({ core, workDir, endsTasks, onEnd }),
  };
}

/** The agent's end of libprocess, which receives the messages of masters. */
function createLibprocess(
  config: AgentConfig,
  { core, log, tls }: AgentContext,
  exited: (pid: string) => void,
): Libprocess {
  const libprocess = new Libprocess({
    id: AGENT_ID,
    address: config,
    wayOut: ADVERTISE,
    log,
    tls: tls(),
    exited: (pid) => {
      exited(pid);
      core.post({ kind: 'master.exited', pid });
    },
  });
  libprocess.register(AGENT_ID, (message: Message) => {
    const event = readMessage(message);
    if (event) core.post(event);
    else
      log.debug(
        { message: message.name, from: message.from },
        'ignored a message that the agent does not handle',
      );
  });
  return libprocess;
}

/** The authentication with the master, for agents with a credential. */
function createAuthentication(
  config: AgentConfig,
  { clock, log }: AgentContext,
  libprocess: Libprocess,
): MasterAuthentication | undefined {
  if (config.credential === undefined) return undefined;
  const authentication = new MasterAuthentication({
    credential: readCredentialFile('--credential', config.credential, log),
    pid: () => libprocess.pid(),
    clock,
    log,
    send: (to, name, body) => libprocess.send(to, name, body, AUTHENTICATEE),
  });
  libprocess.register(AUTHENTICATEE, (message) => authentication.receive(message));
  return authentication;
}
