/**
 * A master with one framework, for simulations of an agent alone: it launches and kills what the scenario wants, and
 * acknowledges updates, sometimes late.
 *
 * Always true: no update of a task comes once its end is acknowledged, but the same one again.
 */

import type * as internal from '../../cluster/api/generated/internal';
import type * as mesos from '../../cluster/api/generated/mesos';
import type { Messages } from '../../cluster/api/generated/messages';
import { decodeProtobuf, encodeProtobuf } from '../../cluster/api/protobuf';
import { isTerminal } from '../../cluster/model/task-state';
import { taskInfo } from '../cluster/master/builders';
import type { MasterPeer } from './agent-node';
import { MASTER_PID, type MessagePeer } from './master-node';
import type { Network } from './network';

const AGENT_ID = { value: 'S0' };
const FRAMEWORK_ID = { value: 'web' };

interface KnownTask {
  state: mesos.TaskState;
  /** The uuid of the end that is acknowledged. */
  end: string | undefined;
}

export interface PlainMasterOptions {
  readonly network: Network;
  readonly agent: () => MessagePeer;
  /** True when an update is not acknowledged this time. */
  readonly isSlow: () => boolean;
  readonly isPartitionAware: boolean;
  readonly broken: (error: Error) => void;
}

export class PlainMaster implements MasterPeer {
  readonly isUp = true;
  readonly tasks = new Map<string, KnownTask>();
  /** Uuids of the updates that the framework has got. */
  readonly delivered = new Set<string>();
  private isRegistered = false;

  constructor(private readonly options: PlainMasterOptions) {}

  receive(_from: string, name: string, body: Uint8Array): void {
    if (name === 'mesos.internal.RegisterSlaveMessage') this.register();
    else if (name === 'mesos.internal.ReregisterSlaveMessage') this.reregister(decodeProtobuf(name, body));
    else if (name === 'mesos.internal.StatusUpdateMessage') this.update(decodeProtobuf(name, body).update);
  }

  linkBroke(): void {
    this.isRegistered = false;
  }

  launch(taskId: string): void {
    this.tasks.set(taskId, { state: 'TASK_STAGING', end: undefined });
    const framework = {
      name: 'web',
      user: 'root',
      id: FRAMEWORK_ID,
      checkpoint: true,
      capabilities: this.options.isPartitionAware ? [{ type: 'PARTITION_AWARE' as const }] : [],
    };
    const task = taskInfo(taskId, AGENT_ID.value);
    if (this.isRegistered) this.send('mesos.internal.RunTaskMessage', { framework, task });
    else this.tasks.delete(taskId);
  }

  kill(taskId: string): void {
    const message = { framework_id: FRAMEWORK_ID, task_id: { value: taskId } };
    if (this.isRegistered && this.tasks.has(taskId)) this.send('mesos.internal.KillTaskMessage', message);
  }

  /** The tasks whose end the framework does not know. */
  running(): string[] {
    return [...this.tasks].filter(([, { end }]) => end === undefined).map(([taskId]) => taskId);
  }

  private register(): void {
    this.isRegistered = true;
    this.send('mesos.internal.SlaveRegisteredMessage', { slave_id: AGENT_ID });
  }

  /** Names the tasks that the agent should have and does not list. */
  private reregister({ tasks = [] }: internal.ReregisterSlaveMessage): void {
    this.isRegistered = true;
    const listed = new Set(tasks.map(({ task_id }) => task_id.value));
    const missing = this.running().filter((taskId) => !listed.has(taskId));
    const statuses = missing.map((value) => ({ task_id: { value }, state: 'TASK_RUNNING' as const }));
    const reconciliations = [{ framework_id: FRAMEWORK_ID, statuses }];
    this.send('mesos.internal.SlaveReregisteredMessage', { slave_id: AGENT_ID, reconciliations });
  }

  private update({ status, uuid = '' }: internal.StatusUpdate): void {
    const { task_id, state } = status;
    const task = this.tasks.get(task_id.value) ?? { state, end: undefined };
    if (task.end !== undefined && task.end !== uuid && !isMissing(status))
      return this.options.broken(new Error(`${task_id.value} is ${state} after its end was acknowledged`));
    if (this.options.isSlow()) return;
    task.state = state;
    if (isTerminal(state)) task.end ??= uuid;
    this.delivered.add(uuid);
    const message = { slave_id: AGENT_ID, framework_id: FRAMEWORK_ID, task_id, uuid };
    this.send('mesos.internal.StatusUpdateAcknowledgementMessage', message);
  }

  private send<Name extends keyof Messages>(name: Name, message: Messages[Name]): void {
    const body = encodeProtobuf(name, message);
    const agent = this.options.agent();
    this.options.network.sendUnsure({ from: MASTER_PID, to: agent.pid, name }, () =>
      agent.receive(name, body),
    );
  }
}

/** An agent says again that a task is not there when it is asked again, such as by a kill that was on its way. */
function isMissing({ reason, message }: mesos.TaskStatus): boolean {
  return reason === 'REASON_RECONCILIATION' || message === 'Cannot find executor';
}
