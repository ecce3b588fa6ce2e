/** Commands of master scripts: what is looked at. */

import { encodeJson } from '../../../../cluster/api/json-write';
import { getMaintenanceStatus, getSchedule } from '../../../../cluster/master/views/maintenance';
import { getAgents, getRoles } from '../../../../cluster/master/views/operator';
import { unfiltered } from '../../../../cluster/master/views/read-filter';
import { roleSummaries } from '../../../../cluster/master/views/roles';
import { printResources } from '../../../../cluster/model/resources';
import { printAgentLine, printRegistry, printRole } from '../printed';
import type { Commands, Stage } from '../stage';

export function viewsCommands(script: Stage): Commands {
  return {
    registry: () => script.out.push(...printRegistry(script.state)),
    agents: () => {
      for (const agent of getAgents(unfiltered(script.state)).agents ?? [])
        script.out.push(printAgentLine(agent));
    },
    metrics: (words) => {
      for (const name of words)
        script.out.push(`${name} ${script.state.counters.get(`master/${name}`) ?? 0}`);
    },
    counts: ([name]) => {
      const framework = [...script.state.frameworks.values()].find(({ info }) => info.name === name);
      for (const [what, number] of [...(framework?.counts ?? [])].sort())
        script.out.push(`${what} ${number}`);
    },
    noted: () => script.out.push(...script.log.lines.splice(0).map(({ text }) => text)),
    total: () => {
      for (const { id, total } of script.state.agents.values())
        script.out.push(`${id} ${printResources(total) || 'nothing'}`);
    },
    operations: () => {
      for (const { operations } of script.state.agents.values())
        for (const { info, latest, frameworkId } of operations.values())
          script.out.push(
            `${info.type} ${info.id?.value ?? '-'} ${latest.state} ${frameworkId ?? 'operator'}`,
          );
    },
    unreachable: ([name = '']) => {
      const framework = script.state.frameworks.get(script.frameworkId(name));
      for (const task of framework?.unreachableTasks.values() ?? [])
        script.out.push(`${task.id} ${task.state}`);
    },
    executors: () => {
      for (const { id, executors } of script.state.agents.values())
        for (const executor of executors.values())
          script.out.push(`${id} ${executor.id} ${printResources(executor.resources)}`);
    },
    roles: () => script.out.push(...roleSummaries(unfiltered(script.state)).map(printRole)),
    callRoles: () => {
      for (const role of getRoles(unfiltered(script.state)).roles ?? [])
        script.out.push(encodeJson('mesos.v1.Role', role));
    },
    maintenance: () => {
      script.out.push(
        `schedule ${encodeJson('mesos.v1.maintenance.Schedule', getSchedule(unfiltered(script.state)))}`,
      );
      script.out.push(
        `status ${encodeJson('mesos.v1.maintenance.ClusterStatus', getMaintenanceStatus(unfiltered(script.state)))}`,
      );
    },
    free: () => {
      for (const { id, free } of script.state.allocator.agents.values())
        script.out.push(`${id} ${printResources(free) || 'nothing'}`);
    },
  };
}
