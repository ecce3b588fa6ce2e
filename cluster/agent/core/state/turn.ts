/** The turn of a step of the agent, whose effects are pushed in the order in which they leave; and its timers. */

import type { Turn as MachineTurn } from '../../../model/machine';
import { type TimerOf, timersOf } from '../../../model/timers';
import type { AgentEffect } from './effects';
import type { AgentState } from './state';

export const agentTimers = timersOf({
  /** The agent asks the master to register it. */
  register: {},
  /** The master has not pinged for too long. */
  silence: {},
  /** An update whose framework has not acknowledged it is sent again. */
  update: { taskKey: String },
  /** `--executor_registration_timeout` of an executor. */
  executor: { containerId: String },
  /** `--executor_reregistration_timeout` of all executors of an earlier run. */
  reregistration: {},
  /** Executors on old drivers are asked again to register (`--executor_reregistration_retry_interval`). */
  reconnect: {},
  /** The stream of an executor is shown to live. */
  heartbeat: { containerId: String },
  /** `--executor_shutdown_grace_period` of an executor. */
  destroy: { containerId: String },
  /** Folders of ended executors are old enough to be removed. */
  collect: {},
  /** `--disk_watch_interval` */
  disk: {},
  /** The status of an operation is sent again. */
  operation: { uuid: String },
  /** `--oversubscribed_resources_interval` */
  estimate: {},
  /** `--qos_correction_interval_min` */
  correct: {},
});

type Spec = (typeof agentTimers)['spec'];
export type Timer<Kind extends keyof Spec> = TimerOf<Spec, Kind>;

export type Turn = MachineTurn<AgentState, AgentEffect>;

export const { wake } = agentTimers;
