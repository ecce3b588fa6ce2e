/**
 * Read filters: the state without the frameworks, tasks and roles that a principal may not view. Hidden things are
 * left out silently, as in Mesos 1.11 (ObjectApprovers, src/common/http.hpp).
 *
 * Always true: every page and call prints a state that filterState returned.
 */

import type * as mesos from '../../api/generated/mesos';
import type { AclList } from '../../model/acls';
import { canRefuse, isAllowed, thing } from '../../model/authorizer';
import type { Principal } from '../../model/principal';
import type { Agent, Framework, MasterState, TaskRecord } from '../core/state/state';

const VIEWS: readonly AclList[] = [
  'view_frameworks',
  'view_tasks',
  'view_executors',
  'view_roles',
  'view_flags',
  'get_maintenance_schedules',
  'get_maintenance_statuses',
  'get_quotas',
];

/** True when the ACLs may hide something from this principal. Principals that see all share pages (viewerKey). */
export function isRestricted(state: MasterState, sender: Principal | undefined): boolean {
  const { acls } = state.boot.settings;
  if (!canRefuse(acls, VIEWS)) return false;
  const seesAll = (list: AclList): boolean =>
    (acls?.permissive === true && !acls.rules[list]?.length) || isEverything(state, list, sender);
  return !VIEWS.every(seesAll);
}

/** A key of the pages that a principal may share: empty for all principals that see everything. */
export function viewerKey(state: MasterState, sender: Principal | undefined): string {
  return isRestricted(state, sender) ? JSON.stringify([sender?.value]) : '';
}

/** True when the first rule for this principal is about any object and allows it: only the first one counts. */
function isEverything(state: MasterState, list: AclList, sender: Principal | undefined): boolean {
  const { acls } = state.boot.settings;
  const first = acls?.rules[list]?.find(
    ({ principals }) => principals.type !== 'SOME' || principals.values.includes(sender?.value ?? ''),
  );
  if (!first) return acls?.permissive === true;
  return first.objects.type === 'ANY' && isAllowed(acls, list, sender);
}

/** Predicates on what one principal may see, by `--acls`. */
export interface ReadFilter {
  readonly framework: (info: mesos.FrameworkInfo) => boolean;
  readonly task: (user: string | undefined, info: mesos.FrameworkInfo) => boolean;
  readonly executor: (executor: mesos.ExecutorInfo, info: mesos.FrameworkInfo) => boolean;
  readonly role: (name: string) => boolean;
  readonly quota: (role: string) => boolean;
  readonly flags: boolean;
}

export function readFilterOf(state: MasterState, sender: Principal | undefined): ReadFilter {
  const { acls } = state.boot.settings;
  const sees = (list: AclList, name: string | undefined): boolean =>
    isAllowed(acls, list, sender, thing(name));
  return {
    framework: ({ user }) => sees('view_frameworks', user),
    task: (user, info) => sees('view_tasks', user ?? info.user),
    executor: ({ command }, info) => sees('view_executors', command?.user ?? info.user),
    role: (name) => sees('view_roles', name),
    quota: (role) => sees('get_quotas', role),
    flags: isAllowed(acls, 'view_flags', sender),
  };
}

declare const FILTERED: unique symbol;

/** The state as its reader may see it. Only this file makes one: views that print for readers accept nothing else. */
export interface FilteredState extends MasterState {
  readonly [FILTERED]: true;
  /** Undefined when the reader sees everything. */
  readonly filter?: {
    /** The unfiltered state: sums of resources count hidden tasks, too. */
    readonly whole: MasterState;
    readonly role: ReadFilter['role'];
  };
}

/** The whole state, for a reader who may see everything: metrics and tests. No page of a peer may be made of it. */
export function unfiltered(state: MasterState): FilteredState {
  return state as FilteredState;
}

/** The state before filtering. */
export function wholeState(state: FilteredState): MasterState {
  return state.filter?.whole ?? state;
}

/** The state as a principal may see it. `state` stays unchanged, and is returned itself to those who see all. */
export function filterState(state: MasterState, sender: Principal | undefined): FilteredState {
  if (!isRestricted(state, sender)) return unfiltered(state);
  const filter = readFilterOf(state, sender);
  const shownFrameworks = (all: ReadonlyMap<string, Framework>): Map<string, Framework> =>
    new Map(
      [...all]
        .filter(([, { info }]) => filter.framework(info))
        .map(([id, framework]) => [id, filterTasks(filter, framework)]),
    );
  const frameworks = shownFrameworks(state.frameworks);
  const agents = [...state.agents].map(([id, agent]): [string, Agent] => [
    id,
    filterAgent(filter, agent, frameworks),
  ]);
  const filtered: Omit<FilteredState, typeof FILTERED> = {
    ...state,
    frameworks,
    completed: shownFrameworks(state.completed),
    agents: new Map(agents),
    registry: filterRegistry(state, sender, filter),
    filter: { whole: state, role: filter.role },
  };
  return filtered as FilteredState;
}

function filterRegistry(
  { registry, boot }: MasterState,
  sender: Principal | undefined,
  filter: ReadFilter,
): MasterState['registry'] {
  const may = (list: AclList): boolean => isAllowed(boot.settings.acls, list, sender);
  return {
    ...registry,
    weights: new Map([...registry.weights].filter(([role]) => filter.role(role))),
    quotas: new Map([...registry.quotas].filter(([role]) => filter.quota(role))),
    schedules: may('get_maintenance_schedules') ? registry.schedules : [],
    machines: may('get_maintenance_statuses') ? registry.machines : new Map(),
  };
}

/**
 * An agent without the tasks, executors and operations of hidden frameworks. Its resources stay: pages show their
 * sums to everybody, and single resources by their roles (views/visible-resources.ts).
 */
function filterAgent(filter: ReadFilter, agent: Agent, frameworks: ReadonlyMap<string, Framework>): Agent {
  const tasks = [...agent.tasks].filter(
    ([, task]) => frameworks.get(task.frameworkId)?.tasks.get(task.id) === task,
  );
  const executors = [...agent.executors].filter(([, { frameworkId, info }]) => {
    const framework = frameworks.get(frameworkId);
    return framework !== undefined && filter.executor(info, framework.info);
  });
  const operations = [...agent.operations].filter(([, { frameworkId, info }]) => {
    const isKnown = frameworkId === undefined || frameworks.has(frameworkId);
    return isKnown && rolesOf(info).every((role) => filter.role(role));
  });
  const shown = { tasks: new Map(tasks), executors: new Map(executors), operations: new Map(operations) };
  return { ...agent, ...shown };
}

/** The roles of the reservations that an operation names. */
function rolesOf(operation: mesos.Offer.Operation): string[] {
  const { reserve, unreserve, create, destroy, grow_volume, shrink_volume } = operation;
  const resources = [
    ...(reserve?.resources ?? []),
    ...(unreserve?.resources ?? []),
    ...(create?.volumes ?? []),
    ...(destroy?.volumes ?? []),
    ...(grow_volume ? [grow_volume.volume] : []),
    ...(shrink_volume ? [shrink_volume.volume] : []),
  ];
  return resources.flatMap(({ reservations }) => (reservations ?? []).map(({ role }) => role ?? '*'));
}

function filterTasks(filter: ReadFilter, framework: Framework): Framework {
  const isShown = (task: TaskRecord): boolean => filter.task(task.parts.user, framework.info);
  const only = (tasks: ReadonlyMap<string, TaskRecord>): Map<string, TaskRecord> =>
    new Map([...tasks].filter(([, task]) => isShown(task)));
  return {
    ...framework,
    tasks: only(framework.tasks),
    unreachableTasks: only(framework.unreachableTasks),
    completedTasks: framework.completedTasks.filter(isShown),
  };
}
