/**
 * The agent as a state machine: routes each event to its transition and each timer to its handler, which are in the files
 * of their subject.
 */

import type { Machine } from '../../model/event';
import { machine, plainTurn, type TimerHandlers, type Transitions } from '../../model/machine';
import { checkAgent } from './check-agent';
import { checkpoint } from './checkpoint';
import { checkpointed, checkpointFailed, settle } from './commits';
import { updated } from './deliver';
import { drain } from './drain';
import {
  driverMessage,
  driverUpdate,
  reconnectExecutors,
  registerExecutor,
  reregisterExecutor,
} from './driver-executors';
import type { AgentEffect } from './effects';
import type { AgentBoot, AgentEvent, AgentEvents } from './events';
import { called, heartbeat, streamClosed, subscribed } from './executor-api';
import { toExecutor } from './executor-messages';
import {
  collect,
  diskMeasured,
  foldersFound,
  foldersRemoved,
  measureDisk,
  sandboxEnded,
  scheduleEnded,
} from './garbage';
import {
  killTask,
  shutdown,
  shutdownExecutor,
  shutdownFramework,
  shutdownTimedOut,
  stop,
  unregister,
} from './kill';
import { runTask, runTaskGroup, updateFramework } from './launch';
import { applyOperation, operationAcknowledged, reconcileOperations, resendOperation } from './operations';
import { correct, estimate, loadMeasured } from './oversubscription';
import { endRecovery, recover, recovered, recoveryFailed, reregistrationTimedOut } from './recovery';
import {
  detected,
  masterExited,
  pinged,
  pingTimedOut,
  registered,
  requestRegistration,
  reregistered,
} from './registration';
import { restoreAgent } from './restore';
import { registrationTimedOut } from './start-executor';
import type { AgentState } from './state';
import { containerExited, describeContainer, launched, launchFailed } from './terminations';
import { agentTimers, type Turn } from './turn';
import { acknowledged, resend } from './updates';

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
