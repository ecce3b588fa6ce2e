/**
 * Admission of agents: the refusals, in Mesos' order (Mesos 1.11 Master::_registerSlave, _reregisterSlave). Most
 * refused agents get no answer, so that they can retry with other flags or against a changed cluster; agents that
 * must not run are shut down.
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import { type AgentId, type FrameworkId, idError, idText, lookUp } from '../../../model/ids';
import { note } from '../../../model/machine';
import type { Principal } from '../../../model/principal';
import { formError, inside } from '../../../model/resource-errors';
import { applyCheckpoint, checkpointedOf } from '../../../model/volumes';
import { agentRefusal } from '../authorize/agent';
import { isDown, machineIdOf } from '../maintenance/agents';
import { type AgentReport, type Reregistration, readReport } from '../read/agent-report';
import { executorKey } from '../state/keys';
import type { MasterState } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { infoOfExecutorError } from '../validate/executor';
import { infoError } from '../validate/framework';

/** The oldest version of agents that may register (Mesos 1.11 MINIMUM_AGENT_VERSION). */
const VERSION_MIN = [1, 0, 0] as const;
const SEMVER = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

interface RegistrationRequest<Message extends AgentReport['message']> {
  readonly pid: string;
  readonly message: Message;
  readonly principal?: Principal | undefined;
}

/** The reason not to admit an agent: a registration that is ignored comes again, an agent that is shut down ends. */
export interface AdmissionRefusal {
  readonly answer: 'ignore' | 'shutdown';
  readonly why: string;
}

/** Checks and reads a registration; the refusal when the agent may not be admitted. */
export function examine<Message extends AgentReport['message']>(
  state: MasterState,
  { pid, message, principal }: RegistrationRequest<Message>,
): (AgentReport & { readonly message: Message }) | AdmissionRefusal {
  const invalid = messageError(message);
  if (invalid) return { answer: 'ignore', why: invalid };
  const report = readReport(pid, message);
  const refused = agentRefusal(state, report, principal);
  if (refused) return { answer: 'ignore', why: refused };
  if (isDown(state, message.slave.hostname, pid)) return { answer: 'shutdown', why: 'Machine is `DOWN`' };
  const why =
    versionError(report.version) ??
    domainError(state, message.slave) ??
    checkpointedResourcesError(state, report);
  return why === undefined ? report : { answer: 'ignore', why };
}

/**
 * The error when the agent's reservations and volumes do not fit the resources of its machine. To admit it without them
 * would remove them: from this master, and then from the agent.
 */
function checkpointedResourcesError(
  state: MasterState,
  { message, machine, checkpointed }: AgentReport,
): string | undefined {
  const registered = lookUp(state.agents, message.slave.id?.value);
  for (const resources of [checkpointed, registered ? checkpointedOf(registered.total) : []]) {
    const total = applyCheckpoint(machine, resources);
    if ('error' in total) return total.error;
  }
  return undefined;
}

/** The refusal of an agent that reregisters from another machine: maintenance is scheduled by machine. */
export function relocationRefusal(
  state: MasterState,
  { pid, message }: Reregistration,
): AdmissionRefusal | undefined {
  const registered = lookUp(state.agents, message.slave.id?.value);
  if (!registered) return undefined;
  const ipOf = (agentPid: string): string | undefined => machineIdOf('', agentPid).ip;
  if (ipOf(registered.pid) === ipOf(pid) && registered.info.hostname === message.slave.hostname)
    return undefined;
  return { answer: 'shutdown', why: 'Agent attempted to reregister with different IP / hostname' };
}

/** Refuses a registration. */
export function refuseAgent(
  turn: Turn,
  { pid, message }: Pick<AgentReport, 'pid' | 'message'>,
  refusal: AdmissionRefusal,
): void {
  const { why } = refusal;
  if (refusal.answer === 'ignore') {
    const fields = { pid, host: message.slave.hostname, why };
    return note(turn, 'warn', 'a registration is ignored', fields);
  }
  note(turn, 'warn', 'an agent is refused', { pid, why });
  emit(turn, { kind: 'send', to: pid, name: 'mesos.internal.ShutdownMessage', message: { message: why } });
}

/** The error in the message itself (Mesos 1.11 validation.cpp, master::message). */
function messageError(message: AgentReport['message']): string | undefined {
  const { slave, checkpointed_resources: checkpointed } = message;
  const wrong =
    (slave.id ? idError(slave.id.value) : undefined) ?? formError(slave.resources) ?? formError(checkpointed);
  if (wrong) return wrong;
  return isReturning(message) ? returningError(message) : undefined;
}

/** True for an agent that has an id, since only registration gives one. */
function isReturning(message: AgentReport['message']): message is internal.ReregisterSlaveMessage {
  return message.slave.id !== undefined;
}

function returningError(message: internal.ReregisterSlaveMessage): string | undefined {
  const frameworks = new Set((message.frameworks ?? []).map(({ id }) => idText(id)));
  return frameworksError(message) ?? executorsError(message, frameworks) ?? tasksError(message, frameworks);
}

function frameworksError({ frameworks }: internal.ReregisterSlaveMessage): string | undefined {
  const seen = new Set<string>();
  for (const info of frameworks ?? []) {
    const id = idText(info.id);
    const wrong = infoError(info);
    if (wrong) return wrong;
    if (seen.has(id)) return `Framework has a duplicate FrameworkID: '${id}'`;
    seen.add(id);
  }
  return undefined;
}

function executorsError(
  { executor_infos }: internal.ReregisterSlaveMessage,
  frameworks: ReadonlySet<FrameworkId>,
): string | undefined {
  const seen = new Set<string>();
  for (const executor of executor_infos ?? []) {
    const id = executor.executor_id.value;
    const frameworkId = idText(executor.framework_id);
    const key = executorKey(frameworkId, id);
    const wrong = infoOfExecutorError(executor) ?? formError(executor.resources);
    if (wrong) return wrong;
    if (!frameworks.has(frameworkId)) return `Executor has an invalid FrameworkID '${frameworkId}'`;
    if (seen.has(key)) return `Framework '${frameworkId}' has a duplicate ExecutorID '${id}'`;
    seen.add(key);
  }
  return undefined;
}

function tasksError(
  { slave, tasks, executor_infos }: internal.ReregisterSlaveMessage,
  frameworks: ReadonlySet<FrameworkId>,
): string | undefined {
  const executors = new Set(
    (executor_infos ?? []).map(({ framework_id, executor_id }) =>
      executorKey(idText(framework_id), executor_id.value),
    ),
  );
  for (const task of tasks ?? []) {
    const error = taskError(task, { agentId: slave.id?.value, frameworks, executors });
    if (error) return error;
  }
  return undefined;
}

interface RegisteredAgent {
  readonly agentId: AgentId | undefined;
  readonly frameworks: ReadonlySet<FrameworkId>;
  readonly executors: ReadonlySet<string>;
}

function taskError(
  task: mesos.Task,
  { agentId, frameworks, executors }: RegisteredAgent,
): string | undefined {
  const frameworkId = task.framework_id.value;
  const executorId = task.executor_id?.value;
  const wrong = inside('Task has an invalid TaskID', idError(task.task_id.value));
  if (wrong) return wrong;
  if (task.agent_id.value !== agentId) return `Task has an invalid SlaveID '${task.agent_id.value}'`;
  if (!frameworks.has(frameworkId)) return `Task has an invalid FrameworkID '${frameworkId}'`;
  const isRunning = executorId !== undefined && task.state === 'TASK_RUNNING';
  if (isRunning && !executors.has(executorKey(frameworkId, executorId)))
    return `Task has an invalid ExecutorID '${executorId}'`;
  return inside('Task uses invalid resources', formError(task.resources));
}

function versionError(version: string): string | undefined {
  const match = SEMVER.exec(version);
  if (!match) return `its version '${version}' cannot be read`;
  const parts = match.slice(1, 4).map((part) => Number(part ?? 0));
  const differs = parts.findIndex((part, index) => part !== VERSION_MIN[index]);
  if (differs < 0 || (parts[differs] ?? 0) > (VERSION_MIN[differs] ?? 0)) return undefined;
  return `its version ${version} is older than ${VERSION_MIN.join('.')}`;
}

/** The error in the domain of an agent. A master without a domain cannot tell whether an agent is remote. */
function domainError({ boot: { settings } }: MasterState, slave: internal.SlaveInfo): string | undefined {
  if (slave.domain && !settings.domain) return 'it has a domain and this master has none (--domain)';
  if (!slave.domain && settings.requireAgentDomain) {
    return 'it has no domain and this master asks for one (--require_agent_domain)';
  }
  return undefined;
}
