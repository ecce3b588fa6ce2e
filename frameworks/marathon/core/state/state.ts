/**
 * The state of Marathon as plain data: a recording replays to the same state and the same hash.
 *
 * Always true: byApp, byTask and waiting are indexes of instances and change with it only (instances/instances.ts);
 * an app is named by at most one running deployment's lock (checked by instances/check-marathon.ts).
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import type { Random } from '../../../../cluster/model/random';
import type { Resources } from '../../../../cluster/model/resources';
import type { TaskState } from '../../../../cluster/model/task-state';
import type { Millis } from '../../../../cluster/model/time';
import type { TimeHeap } from '../../../../cluster/model/time-heap';
import type { AgentInfo } from '../../../kit/core/constraints/field';
import type { Session } from '../../../kit/core/session/calls';
import type { Kill } from '../../../kit/core/session/kills';
import type { ReviveState } from '../../../kit/core/session/revive';
import type { Outbox } from '../../../kit/core/turn/outbox';
import type { App, Group } from '../../api/app';
import type { MarathonEffect } from './effects';
import type { PodSpec, RunSpec } from './run-spec';
import type { MarathonSettings } from './settings';

/** An instance with the goal Stopped has no task and keeps its reservation, with which it may be started again. */
export type Goal = 'Running' | 'Stopped' | 'Decommissioned';

export type Condition =
  | 'Scheduled'
  | 'Provisioned'
  | 'Staging'
  | 'Starting'
  | 'Running'
  | 'Killing'
  | 'Killed'
  | 'Finished'
  | 'Failed'
  | 'Error'
  | 'Gone'
  | 'Dropped'
  | 'Unknown'
  | 'Unreachable'
  | 'UnreachableInactive';

export interface IpAddress {
  readonly ipAddress: string;
  readonly protocol: 'IPv4' | 'IPv6';
}

export interface Task {
  readonly id: string;
  readonly hostPorts: readonly number[];
  readonly stagedAt: Millis;
  startedAt?: Millis | undefined;
  state?: TaskState | undefined;
  ipAddresses: readonly IpAddress[];
  /** The result of Mesos' own health checks. */
  healthy?: boolean | undefined;
  checkResult?: unknown;
}

/** A network of a container, with its addresses there. */
export interface TaskNetwork {
  readonly name?: string | undefined;
  readonly addresses: readonly string[];
}

/** The task of one container of a pod. */
export interface ContainerTask extends Task {
  readonly container: string;
  condition: Condition;
  /** The time since which it has its condition. */
  since: Millis;
  /** The message of its last update. */
  message?: string | undefined;
  networks?: readonly TaskNetwork[] | undefined;
}

/** A persistent volume of an instance. */
export interface LocalVolume {
  readonly containerPath: string;
  readonly uuid: string;
}

/** The resources of one agent that an instance has for itself, and its volumes on them. */
export interface Reservation {
  /** That of the labels: the framework may get another one. */
  readonly frameworkId: string;
  readonly volumes: readonly LocalVolume[];
  /** The time until which an offer has to show it; none once one has. */
  deadline?: Millis | undefined;
}

export interface Instance {
  readonly id: string;
  /** The app or the pod. */
  readonly appId: string;
  /** The version of the app or pod that the current task runs. */
  version: string;
  /** The lastConfigChangeAt of the version: instances of one configuration are equal. */
  configVersion: string;
  role: string;
  goal: Goal;
  condition: Condition;
  since: Millis;
  unreachableSince?: Millis | undefined;
  incarnation: number;
  agent?: AgentInfo | undefined;
  reservation?: Reservation | undefined;
  /** Of an app. */
  task?: Task | undefined;
  /** Of a pod, in the order of its containers. */
  tasks?: readonly ContainerTask[] | undefined;
  /** The results of its checks when they last changed: they outlive this process. */
  health?: Health | undefined;
}

/** Instances of one app that scaling and restarts need not tell apart. */
export interface InstanceClass {
  readonly key: string;
  readonly configVersion: string;
  readonly goal: Goal;
  /** True for those with the goal Running. */
  readonly isWanted: boolean;
  /** True for those that are to have no task and have none, and are there for their reservations. */
  readonly isResting: boolean;
  /** Idle ones have nothing that runs. */
  readonly life: 'idle' | 'active' | 'unreachable' | 'inactive';
  /** None without health checks; failing ones were healthy before, bad ones never. */
  readonly health: 'none' | 'good' | 'failing' | 'bad' | 'unknown';
  /** The last that Mesos told of the task; none for instances without one and for those that wait for a launch. */
  readonly report: 'none' | 'staged' | 'running' | 'other';
  /** True for those that run, and are healthy and ready as far as there are checks. */
  readonly isUp: boolean;
  count: number;
}

/** The agents of the instances of an app that its constraints are about, and counts of the values of their fields there. */
export interface AppPlacements {
  readonly configVersion: string;
  readonly agents: Map<string, AgentInfo>;
  readonly fields: ReadonlyMap<string, Map<string, number>>;
}

/** The offer constraints that are sent: a master may refuse patterns, or all. */
export type ConstraintScope = 'all' | 'without patterns' | 'none';

/** Instances with health checks that were healthy once, by their last results. */
export interface HealthCounts {
  failing: number;
  working: number;
}

/** An offer that waits for launch tokens, or for its turn. */
export interface HeldOffer {
  readonly offer: mesos.Offer;
  readonly since: Millis;
}

/** An agent as its newest offer shows it, and own tasks there since. */
export interface KnownAgent {
  readonly offer: mesos.Offer;
  readonly seenAt: Millis;
  /** Tasks that ran when the offer came, and those that were launched since, with the resources of each. */
  readonly running: Map<string, Resources>;
  readonly launched: Map<string, Resources>;
  /** `tasksForgotten` at that time. */
  readonly forgotten: number;
}

export type ActionName =
  | 'StartApplication'
  | 'StopApplication'
  | 'ScaleApplication'
  | 'RestartApplication'
  | 'StartPod'
  | 'StopPod'
  | 'ScalePod'
  | 'RestartPod';

export interface Action {
  readonly action: ActionName;
  /** The app or the pod. */
  readonly app: string;
}

export interface Step {
  readonly actions: readonly Action[];
}

export interface GroupDifference {
  readonly before: Group | null;
  readonly after: Group | null;
}

export interface DeploymentFailures {
  readonly taskId: string;
  readonly count: number;
}

export interface Deployment {
  readonly id: string;
  readonly version: string;
  readonly steps: readonly Step[];
  readonly affected: readonly string[];
  /** The affected apps and pods before the change; null for new ones. Needed for taking the deployment back. */
  readonly originals: Readonly<Record<string, RunSpec | null>>;
  /** The groups that the change made, changed or removed. Older deployments do not have them. */
  readonly groups?: Readonly<Record<string, GroupDifference>> | undefined;
  readonly startedAt?: Millis | undefined;
  /** True for the way back from a deployment that was given up. */
  readonly isReturn?: boolean | undefined;
  /** The last failure of the version that is deployed, by app, and how many there were. */
  failures?: Readonly<Record<string, DeploymentFailures>> | undefined;
  /** The reason why it is given up. */
  givenUp?: string | undefined;
  /** Steps done. The current step is the one at this index. */
  done: number;
  /** True when deployment_info of the current step has been published. */
  announced: boolean;
  /** Apps of the current step whose action has not reached its aim yet. */
  readonly open: Set<string>;
}

export interface Backoff {
  delayMs: Millis;
  /** The delay counts from here. */
  reference: Millis;
  readonly maxMs: Millis;
}

export interface QueueStats {
  readonly since: Millis;
  processed: number;
  unused: number;
  lastUnusedAt?: Millis | undefined;
  lastUsedAt?: Millis | undefined;
  /** Offers declined by the first reason that applies, since the attempt began. */
  readonly declined: Map<string, number>;
  readonly lastUnused: UnusedOffer[];
}

export interface UnusedOffer {
  readonly offer: mesos.Offer;
  readonly agentId: string;
  readonly reasons: readonly string[];
  readonly at: Millis;
}

export interface CheckHealth {
  firstSuccess?: Millis | undefined;
  lastSuccess?: Millis | undefined;
  lastFailure?: Millis | undefined;
  lastFailureCause?: string | undefined;
  consecutiveFailures: number;
  /** The pause before the next probe while the first success is awaited. */
  pauseMs: Millis;
  probing?: number | undefined;
}

export interface Health {
  readonly taskId: string;
  /** One per health check of the app, by index; checks that Mesos performs have none. */
  readonly checks: (CheckHealth | null)[];
  /** The health that was announced last. */
  healthy?: boolean | undefined;
}

export interface Readiness {
  readonly taskId: string;
  readonly name: string;
  ready: boolean;
  probing?: number | undefined;
  lastResponse?: { readonly status: number; readonly contentType: string; readonly body: string } | undefined;
}

export interface TaskFailure {
  readonly appId: string;
  readonly taskId: string;
  readonly host: string;
  readonly state: string;
  readonly message: string;
  readonly timestamp: string;
  readonly version: string;
  readonly slaveId?: string | undefined;
}

/** A change of the root as the way back: what it replaced, null for what was not there. */
export interface RootRecord {
  /** The version that the change made. */
  readonly version: string;
  readonly previous: string;
  /** The versions of changed apps before. */
  readonly apps: Readonly<Record<string, string | null>>;
  /** Those of changed pods; older records have none. */
  readonly pods?: Readonly<Record<string, string | null>> | undefined;
  readonly groups: Readonly<Record<string, Group | null>>;
}

export interface MarathonState {
  readonly settings: MarathonSettings;
  readonly random: Random;
  lastVersionAt: Millis;
  rootVersion: string;
  readonly groups: Map<string, Group>;
  readonly apps: Map<string, App>;
  readonly pods: Map<string, PodSpec>;
  /** The last changes of the root, oldest first. */
  readonly history: RootRecord[];
  /**
   * App id to its kept definitions by version, oldest first, the current one included; also those of removed apps that
   * the history names.
   */
  readonly versions: Map<string, Map<string, App>>;
  /** The same of pods. */
  readonly podVersions: Map<string, Map<string, PodSpec>>;
  readonly instances: Map<string, Instance>;
  readonly byApp: Map<string, Set<string>>;
  readonly byTask: Map<string, string>;
  /** App id to its instances that need a launch. */
  readonly waiting: Map<string, Set<string>>;
  /** App id to its instances that have a reservation. */
  readonly reserved: Map<string, Set<string>>;
  /** App id to the classes of its instances, and each instance to its class (instances/tally.ts). */
  readonly tallies: Map<string, Map<string, InstanceClass>>;
  readonly tallied: Map<string, InstanceClass>;
  /** App id to the placements of its instances, for apps with constraints (instances/placements.ts). */
  readonly placements: Map<string, AppPlacements>;
  /** Those of all apps. */
  readonly healthCounts: HealthCounts;
  /** The beginning of each health storm, by app id or `*` (health/storm.ts). */
  readonly storms: Map<string, Millis>;
  readonly deployments: Map<string, Deployment>;
  /** Deployments that the current step gives up. */
  readonly givenUp: Set<string>;
  readonly locks: Map<string, string>;
  readonly backoffs: Map<string, Backoff>;
  readonly queue: Map<string, QueueStats>;
  readonly health: Map<string, Health>;
  readonly readiness: Map<string, Readiness>;
  readonly failures: Map<string, TaskFailure>;
  readonly kills: Map<string, Kill>;
  readonly session: Session;
  readonly outbox: Outbox<MarathonEffect>;
  readonly revive: ReviveState;
  /** Apps with waiting instances whose launch delay is not over, with its end. */
  readonly delayed: TimeHeap;
  /** By id, oldest first. */
  readonly heldOffers: Map<string, HeldOffer>;
  /** By id; the one whose offer is the oldest comes first. */
  readonly knownAgents: Map<string, KnownAgent>;
  /** The number of tasks that are no longer the current ones of their instances, since the start. */
  tasksForgotten: number;
  /** Tasks without an update since the subscription. */
  readonly unconfirmed: Set<string>;
  confirmPauseMs: Millis;
  /** Those that the master knows, and whether others are to be sent (scheduler/constrain-offers.ts). */
  readonly offerConstraints: {
    /** Undefined after a refusal: the master may have older ones. */
    sent: scheduler.OfferConstraints | undefined;
    sentAt: Millis;
    isDue: boolean;
    scope: ConstraintScope;
  };
  launchTokens: number;
  launchTokensAt: Millis;
  nextProbe: number;
  /** Numbers that the metrics show. */
  readonly counters: Record<CounterName, number>;
}

export type CounterName =
  | 'deployments'
  | 'deploymentsDismissed'
  | 'tasksLaunched'
  | 'offersIncoming'
  | 'offersUsed'
  | 'offersDeclined'
  | 'revives'
  | 'suppresses';
