/**
 * Which agents may register: in the order of Mesos, what stands against it. Agents ask again by themselves,
 * so that most are just not answered; those that must not go on are told to end (Mesos 1.11
 * Master::_registerSlave, _reregisterSlave).
 */

import type * as internal from '../../api/generated/internal';
import type { Principal } from '../../model/principal';
import { formError } from '../../model/resource-errors';
import { readResources, type WireResource } from '../../model/resources';
import { applyCheckpoint, checkpointedOf } from '../../model/volumes';
import { agentRefusal } from './authorize/agent';
import type { MasterEffect } from './effects';
import { isDown, machineIdOf } from './maintenance/agents';
import type { MasterState } from './state';

const VERSION_MIN = [1, 0, 0] as const;
const SEMVER = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

interface Asking {
  readonly pid: string;
  readonly message: internal.RegisterSlaveMessage | internal.ReregisterSlaveMessage;
  readonly principal?: Principal | undefined;
}

/** What happens instead of admitting the agent; undefined when nothing stands against it. */
export function refusal(state: MasterState, { pid, message, principal }: Asking): MasterEffect[] | undefined {
  const invalid = messageError(message);
  if (invalid) return ignored(pid, message, invalid);
  const unauthorized = agentRefusal(state, message.slave, principal);
  if (unauthorized) return shutdown(pid, unauthorized);
  if (isDown(state, message.slave.hostname, pid)) return shutdown(pid, 'Machine is `DOWN`');
  const why = versionError(message.version) ?? domainError(state, message.slave) ?? keptError(state, message);
  return why === undefined ? undefined : ignored(pid, message, why);
}

/**
 * What was reserved and created on the agent has to fit what its machine has now. Letting it in without would
 * mean to forget that, here and then on the agent.
 */
function keptError(
  state: MasterState,
  { slave, checkpointed_resources: kept }: Asking['message'],
): string | undefined {
  const machine = readResources(slave.resources);
  const known = state.agents.get(slave.id?.value ?? '');
  for (const pieces of [readResources(kept), known ? checkpointedOf(known.total) : []]) {
    const total = applyCheckpoint(machine, pieces);
    if ('error' in total) return total.error;
  }
  return undefined;
}

/** Maintenance is planned by machine: an agent cannot move to another one and stay the same. */
export function movedRefusal(
  state: MasterState,
  { pid, message }: Asking & { message: internal.ReregisterSlaveMessage },
): MasterEffect[] | undefined {
  const known = state.agents.get(message.slave.id?.value ?? '');
  if (!known) return undefined;
  const ipOf = (one: string): string | undefined => machineIdOf('', one).ip;
  if (ipOf(known.pid) === ipOf(pid) && known.info.hostname === message.slave.hostname) return undefined;
  return shutdown(pid, 'Agent attempted to reregister with different IP / hostname');
}

function shutdown(pid: string, text: string): MasterEffect[] {
  return [
    { kind: 'note', level: 'warn', text: 'an agent is refused', fields: { pid, why: text } },
    { kind: 'send', to: pid, name: 'mesos.internal.ShutdownMessage', message: { message: text } },
  ];
}

function ignored(pid: string, { slave }: Asking['message'], why: string): MasterEffect[] {
  const fields = { pid, host: slave.hostname, why };
  return [{ kind: 'note', level: 'warn', text: 'a registration is ignored', fields }];
}

function messageError(message: Asking['message']): string | undefined {
  const wrong = formError(message.slave.resources) ?? formError(message.checkpointed_resources);
  if (wrong) return wrong;
  if ((message.checkpointed_resources?.length ?? 0) > 0 && message.slave.checkpoint === false) {
    return 'Checkpointed resources provided when checkpointing is not enabled';
  }
  if (!('tasks' in message) && !('frameworks' in message)) return undefined;
  return frameworksError(message) ?? executorsError(message) ?? tasksError(message);
}

function frameworksError({ frameworks }: internal.ReregisterSlaveMessage): string | undefined {
  const ids = (frameworks ?? []).map(({ id }) => id?.value ?? '');
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  return twice === undefined ? undefined : `Framework has a duplicate FrameworkID: '${twice}'`;
}

function tasksError({ slave, tasks }: internal.ReregisterSlaveMessage): string | undefined {
  const foreign = tasks?.find(({ agent_id }) => agent_id.value !== slave.id?.value);
  if (foreign) return `Task has an invalid SlaveID '${foreign.agent_id.value}'`;
  return firstError(tasks, 'Task uses invalid resources: ');
}

function executorsError({ executor_infos }: internal.ReregisterSlaveMessage): string | undefined {
  return firstError(executor_infos, 'Executor uses invalid resources: ');
}

function firstError(holders: readonly Holder[] | undefined, what: string): string | undefined {
  for (const { resources } of holders ?? []) {
    const error = formError(resources);
    if (error) return what + error;
  }
  return undefined;
}

interface Holder {
  readonly resources?: readonly WireResource[] | undefined;
}

function versionError(version: string | undefined): string | undefined {
  const match = SEMVER.exec(version ?? '');
  if (!match) return `its version '${version ?? ''}' cannot be read`;
  const parts = match.slice(1, 4).map((part) => Number(part ?? 0));
  const at = parts.findIndex((part, index) => part !== VERSION_MIN[index]);
  if (at < 0 || (parts[at] ?? 0) > (VERSION_MIN[at] ?? 0)) return undefined;
  return `its version ${version} is older than ${VERSION_MIN.join('.')}`;
}

/** Without a domain of our own we cannot tell whether an agent is remote. */
function domainError({ boot: { settings } }: MasterState, slave: internal.SlaveInfo): string | undefined {
  if (slave.domain && !settings.domain) return 'it has a domain and this master has none (--domain)';
  if (!slave.domain && settings.requireAgentDomain) {
    return 'it has no domain and this master asks for one (--require_agent_domain)';
  }
  return undefined;
}
