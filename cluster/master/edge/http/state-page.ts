/**
 * `/state`, `/slaves` and `/frameworks` in v0 JSON (keys as in Mesos 1.11).
 */

import type { Resource } from '../../../api/generated/mesos';
import { encodeJson } from '../../../api/json-write';
import {
  agentJson,
  agentMembers,
  executorJson,
  type FrameworkParts,
  frameworkJson,
  jsonArray,
  jsonObject,
  offerJson,
  recoveredAgentJson,
  reservedFullJson,
} from '../../../api/state-json';
import { buildMembers } from '../../../runtime/build';
import { printOffer } from '../../core/offers/print-offer';
import { MASTER_CAPABILITIES } from '../../core/state/capabilities';
import { printMasterInfo } from '../../core/state/master-info';
import { type Agent, type ExecutorRecord, type Framework, isOffered } from '../../core/state/state';
import { executorsByFramework } from '../../core/tasks/holdings';
import { type FilteredState, wholeState } from '../../views/read-filter';
import { printAgent, printFramework } from '../../views/readable-records';
import { visibleResources } from '../../views/visible-resources';
import { task } from './task-fragments';

function partsOf(
  state: FilteredState,
  framework: Framework,
  executors: readonly ExecutorRecord[],
): FrameworkParts {
  const offers = [...framework.offers].flatMap((id) => state.offers.get(id) ?? []);
  return {
    tasks: [...framework.tasks.values()].map(task),
    unreachable: [...framework.unreachableTasks.values()].map(task),
    completed: framework.completedTasks.map(task),
    offers: offers.map((offer) => offerJson(printOffer(state, framework, offer))),
    executors: executors.map(({ info, agentId }) => executorJson(info, agentId)),
    pid: framework.pid,
  };
}

export function frameworks(state: FilteredState, which: Iterable<Framework>): string {
  const shown = executorsByFramework(state);
  const all = state.filter ? executorsByFramework(wholeState(state)) : shown;
  return jsonArray(
    [...which].map((framework) =>
      frameworkJson(
        printFramework(state, framework, all.get(framework.id) ?? []),
        partsOf(state, framework, shown.get(framework.id) ?? []),
      ),
    ),
  );
}

export const agents = (state: FilteredState): string =>
  jsonArray(
    [...state.agents.values()].map((agent) => agentJson(printAgent(state, agent), state.filter?.role)),
  );

const recovered = (state: FilteredState): string =>
  jsonArray([...state.recovered.values()].map(recoveredAgentJson));

/** `/state`. Readers who may not see the flags do not see the cluster's name either, as in the original. */
export function statePage(state: FilteredState, flags: Record<string, string> | undefined): string {
  const { boot } = state;
  const info = printMasterInfo(state);
  const { id, pid, port, hostname, domain } = info;
  const leader = { id, pid, port, hostname, domain };
  const active = [...state.agents.values()].filter(isOffered).length;
  return jsonObject({
    version: JSON.stringify(boot.version),
    ...buildMembers(),
    start_time: String(boot.startedAt / 1000),
    elected_time: state.electedAt === undefined ? undefined : String(state.electedAt / 1000),
    id: JSON.stringify(boot.id),
    pid: JSON.stringify(info.pid),
    hostname: JSON.stringify(boot.hostname),
    capabilities: JSON.stringify(MASTER_CAPABILITIES),
    activated_slaves: String(active),
    deactivated_slaves: String(state.agents.size - active),
    unreachable_slaves: String(state.registry.unreachable.size),
    domain: domain && JSON.stringify(domain),
    leader: JSON.stringify(info.pid),
    leader_info: JSON.stringify(leader),
    cluster: flags && quoted(boot.cluster),
    log_dir: quoted(flags?.['log_dir']),
    external_log_file: quoted(flags?.['external_log_file']),
    flags: flags && JSON.stringify(flags),
    slaves: agents(state),
    recovered_slaves: recovered(state),
    frameworks: frameworks(state, state.frameworks.values()),
    completed_frameworks: frameworks(state, state.completed.values()),
    orphan_tasks: '[]',
    unregistered_frameworks: '[]',
  });
}

const quoted = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : JSON.stringify(text);

/** `/slaves`: agents with sums and single resources; with an id only that agent. */
export function slavesPage(state: FilteredState, agentId?: string | undefined): string {
  const isAsked = (id: string): boolean => agentId === undefined || id === agentId;
  const shown = [...state.agents.values()].filter(({ id }) => isAsked(id));
  const expected = [...state.recovered].filter(([id]) => isAsked(id));
  return jsonObject({
    slaves: jsonArray(shown.map((agent) => wholeAgent(state, agent))),
    recovered_slaves: jsonArray(expected.map(([, info]) => recoveredAgentJson(info))),
  });
}

function wholeAgent(state: FilteredState, agent: Agent): string {
  const printed = printAgent(state, agent);
  const seesRole = state.filter?.role ?? ((): boolean => true);
  const list = (wire: readonly Resource[] | undefined): string =>
    jsonArray(visibleResources(wire, seesRole).map((resource) => encodeJson('mesos.v1.Resource', resource)));
  const total = visibleResources(printed.total_resources, seesRole);
  return jsonObject({
    ...agentMembers(printed, state.filter?.role),
    ...reservedFullJson(total, seesRole),
    used_resources_full: list(printed.allocated_resources),
    offered_resources_full: list(printed.offered_resources),
  });
}

/** `/frameworks`; with an id only that framework. */
export function frameworksPage(state: FilteredState, frameworkId?: string | undefined): string {
  const selected = (all: ReadonlyMap<string, Framework>): Framework[] =>
    [...all.values()].filter(({ id }) => frameworkId === undefined || id === frameworkId);
  return jsonObject({
    frameworks: frameworks(state, selected(state.frameworks)),
    completed_frameworks: frameworks(state, selected(state.completed)),
    unregistered_frameworks: '[]',
  });
}
