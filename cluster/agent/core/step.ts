/**
 * The agent as a state machine: routes each event to its transition and each timer to its handler, which are in the files
 * of their subject.
 */

import type { Machine } from '../../model/event';
import { machine, plainTurn, type TimerHandlers, type Transitions } from '../../model/machine';
import { checkpointed, checkpointFailed, settle } from './checkpoint/commits';
import {
  driverMessage,
  driverUpdate,
  reconnectExecutors,
  registerExecutor,
  reregisterExecutor,
} from './connections/driver-executors';
import { called, heartbeat, streamClosed, subscribed } from './connections/executor-api';
import { toExecutor } from './executors/executor-messages';
import {
  collect,
  diskMeasured,
  foldersFound,
  foldersRemoved,
  measureDisk,
  sandboxBegun,
  sandboxEnded,
  scheduleEnded,
} from './executors/garbage';
import { runTask, runTaskGroup, updateFramework } from './launch/launch';
import { registrationTimedOut } from './launch/start-executor';
import { endRecovery, recover, recovered, recoveryFailed, reregistrationTimedOut } from './recovery/recovery';
import { restoreAgent } from './recovery/restore';
import {
  detected,
  masterExited,
  pinged,
  pingTimedOut,
  registered,
  requestRegistration,
  reregistered,
} from './registration/registration';
import { checkpoint } from './resources/checkpointed-resources';
import {
  applyOperation,
  operationAcknowledged,
  reconcileOperations,
  resendOperation,
} from './resources/operations';
import { correct, estimate, loadMeasured } from './resources/oversubscription';
import { checkAgent } from './state/check-agent';
import type { AgentEffect } from './state/effects';
import type { AgentBoot, AgentEvent, AgentEvents } from './state/events';
import type { AgentState } from './state/state';
import { agentTimers, type Turn } from './state/turn';
import { updated } from './tasks/deliver';
import { drain } from './tasks/drain';
import {
  killTask,
  shutdown,
  shutdownExecutor,
  shutdownFramework,
  shutdownTimedOut,
  stop,
  unregister,
} from './tasks/kill';
import { containerExited, describeContainer, launched, launchFailed } from './tasks/terminations';
import { acknowledged, resend } from './tasks/updates';

/** Routes a message of a master to its transition; one of a master that is not followed does nothing, and none
 * is before the recovery has ended. */
function fromMaster<E extends { readonly from: string }>(
  transition: (turn: Turn, event: E) => void,
): (turn: Turn, event: E) => void {
  return (turn, event) => {
    const { master, phase } = turn.state;
    if (event.from === master && phase !== 'recovering') transition(turn, event);
  };
}

const TRANSITIONS: Transitions<Turn, AgentEvents> = {
  'master.detected': detected,
  'master.registered': fromMaster(registered),
  'master.reregistered': fromMaster(reregistered),
  'master.ping': pinged,
  'master.runTask': fromMaster(runTask),
  'master.runTaskGroup': fromMaster(runTaskGroup),
  'master.checkpoint': fromMaster(checkpoint),
  'master.applyOperation': fromMaster(applyOperation),
  'master.acknowledgeOperation': fromMaster(operationAcknowledged),
  'master.reconcileOperations': fromMaster(reconcileOperations),
  'master.killTask': fromMaster((turn, { message }) => killTask(turn, message)),
  'master.acknowledge': fromMaster(acknowledged),
  'master.shutdownFramework': fromMaster(shutdownFramework),
  'master.shutdownExecutor': fromMaster(shutdownExecutor),
  'master.message': toExecutor,
  'master.updateFramework': fromMaster(updateFramework),
  'master.drain': fromMaster(drain),
  'master.shutdown': fromMaster(shutdown),
  'master.exited': masterExited,
  'executor.subscribe': subscribed,
  'executor.call': called,
  'executor.closed': streamClosed,
  'driver.register': registerExecutor,
  'driver.reregister': reregisterExecutor,
  'driver.update': driverUpdate,
  'driver.message': driverMessage,
  checkpointed,
  'checkpoint.failed': checkpointFailed,
  recover,
  recovered,
  'recovery.failed': recoveryFailed,
  'container.launched': launched,
  'container.described': describeContainer,
  'container.updated': updated,
  'container.failed': launchFailed,
  'container.exited': containerExited,
  'folders.found': foldersFound,
  'folders.removed': foldersRemoved,
  'sandbox.begun': sandboxBegun,
  'sandbox.ended': sandboxEnded,
  'disk.measured': diskMeasured,
  'load.measured': loadMeasured,
  stop,
  unregister,
};

const WOKE: TimerHandlers<Turn, (typeof agentTimers)['spec']> = {
  register: requestRegistration,
  silence: pingTimedOut,
  update: resend,
  executor: registrationTimedOut,
  heartbeat,
  destroy: shutdownTimedOut,
  collect,
  disk: measureDisk,
  operation: resendOperation,
  estimate,
  correct,
  reregistration: reregistrationTimedOut,
  reconnect: reconnectExecutors,
};

export const agentMachine: Machine<AgentState, AgentEvent, AgentEffect, AgentBoot> = machine({
  name: 'agent',
  init: restoreAgent,
  start: plainTurn<AgentState, AgentEffect>,
  transitions: TRANSITIONS,
  timers: agentTimers,
  woke: WOKE,
  after: (turn) => {
    endRecovery(turn);
    scheduleEnded(turn);
    settle(turn);
  },
  check: checkAgent,
});
