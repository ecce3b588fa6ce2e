/** Commands of master scripts: what agents say and do. */

import type {
  DomainInfo,
  ExecutorInfo,
  Operation,
  OperationState,
} from '../../../../cluster/api/generated/mesos';
import type { TaskState } from '../../../../cluster/model/task-state';
import { resources } from '../builders';
import { readWords } from '../operation-words';
import type { Commands, Stage } from '../stage';
import { pid, UUID } from '../words';

export function agentsCommands(script: Stage): Commands {
  return {
    agent: ([name = ''], given) => {
      const slave = {
        hostname: given['host'] ?? name,
        resources: resources({ cpus: '4', mem: '4096', ...given }),
      };
      if (given['region'] !== undefined) Object.assign(slave, { domain: domainOf(given['region']) });
      const agent_capabilities = capabilitiesOf(given);
      const message = { slave, version: given['version'] ?? '1.11.0', agent_capabilities };
      script.post({ kind: 'agent.register', pid: pid(name), message });
    },
    reagent: ([name = '', id = ''], given) => {
      const slave = {
        hostname: given['host'] ?? name,
        id: { value: id },
        resources: resources({ cpus: '4', mem: '4096', ...given }),
      };
      const tasks = (given['tasks'] ?? '')
        .split(',')
        .filter(Boolean)
        .map((one) => {
          const [framework = '', task = '', state = 'TASK_RUNNING'] = one.split('/');
          return {
            name: task,
            task_id: { value: task },
            framework_id: { value: script.frameworkId(framework) },
            agent_id: { value: id },
            state: state as TaskState,
            resources: resources({ cpus: '1', mem: '128' }, '*'),
          };
        });
      const frameworks = (given['frameworks'] ?? '')
        .split(',')
        .filter(Boolean)
        .map((one) => ({
          name: one,
          user: 'root',
          id: { value: script.frameworkId(one) },
        }));
      script.post({
        kind: 'agent.reregister',
        pid: pid(name),
        message: {
          slave,
          version: given['version'] ?? '1.11.0',
          tasks,
          frameworks,
          executor_infos: executorsOf(given['executors'], script),
          agent_capabilities: capabilitiesOf(given),
        },
      });
    },
    unregister: ([name = '', id = '']) =>
      script.post({ kind: 'agent.unregister', pid: pid(name), agentId: id }),
    exited: ([name = '']) => script.post({ kind: 'agent.exited', pid: pid(name) }),
    mute: ([name = '']) => script.mute.add(pid(name)),
    dead: ([name = '']) => {
      script.mute.add(pid(name));
      script.dead.add(pid(name));
    },
    unmute: ([name = '']) => {
      script.mute.delete(pid(name));
      script.dead.delete(pid(name));
    },
    pong: ([name = '']) => script.post({ kind: 'agent.pong', pid: pid(name) }),
    operationStatus: ([name = '', state = '']) => {
      const agent = script.state.agents.get(script.state.agentIdByPid.get(pid(name)) ?? '');
      const [record] = agent?.operations.values() ?? [];
      const uuid = { value: UUID(++script.updates) };
      const message = {
        framework_id: record?.frameworkId === undefined ? undefined : { value: record.frameworkId },
        slave_id: { value: agent?.id ?? '' },
        status: { state: state as never, uuid },
        operation_uuid: { value: record?.uuid ?? UUID(99) },
      };
      script.post({ kind: 'agent.operation', pid: pid(name), message });
    },
    executorEnded: ([name = '', framework = '', executor = '']) => {
      const ids = {
        slave_id: { value: script.state.agentIdByPid.get(pid(name)) ?? '' },
        framework_id: { value: script.frameworkId(framework) },
        executor_id: { value: executor },
      };
      script.post({ kind: 'agent.exitedExecutor', pid: pid(name), message: { ...ids, status: 256 } });
    },
    answer: ([name = '', framework = '', agent = '', executor = '']) => {
      const ids = { slave_id: { value: agent }, executor_id: { value: executor } };
      const message = { ...ids, framework_id: { value: script.frameworkId(framework) }, data: 'aGk=' };
      script.post({ kind: 'agent.message', pid: pid(name), message });
    },
    exitedExecutor: ([name = '', framework = '', agent = '', executor = '', status = '9']) => {
      const ids = { slave_id: { value: agent }, executor_id: { value: executor } };
      const message = {
        ...ids,
        framework_id: { value: script.frameworkId(framework) },
        status: Number(status),
      };
      script.post({ kind: 'agent.exitedExecutor', pid: pid(name), message });
    },
    agentUpdate: ([name = '', agent = ''], given) => {
      // `agentUpdate a M-S0 lends=cpus{REV}:4 operations=web/op1/OPERATION_PENDING`
      const oversubscribed_resources = readWords(given['lends'] ?? '');
      const lends = given['lends'] !== undefined && {
        update_oversubscribed_resources: true,
        oversubscribed_resources,
      };
      const operations = { operations: operationsOf(given['operations'], script) };
      script.post({
        kind: 'agent.update',
        pid: pid(name),
        message: { slave_id: { value: agent }, ...lends, ...(given['operations'] && { operations }) },
      });
    },
    status: ([name = '', framework = '', task = '', state = '']) => {
      script.post({
        kind: 'agent.status',
        pid: pid(name),
        update: {
          framework_id: { value: script.frameworkId(framework) },
          status: { task_id: { value: task }, state: state as TaskState, source: 'SOURCE_EXECUTOR' },
          timestamp: script.clock.now() / 1000,
          uuid: UUID(++script.updates),
        },
      });
    },
  };
}

function domainOf(region: string): DomainInfo {
  return { fault_domain: { region: { name: region }, zone: { name: 'zone' } } };
}

/** Capabilities of an agent: those of a modern one unless told otherwise. */
function capabilitiesOf(given: Record<string, string>): { type: never }[] {
  const words = given['caps'] ?? 'MULTI_ROLE,HIERARCHICAL_ROLE,RESERVATION_REFINEMENT,AGENT_DRAINING';
  return words.split(',').map((type) => ({ type: type as never }));
}

/** `web/e1,web/e2` */
function executorsOf(text: string | undefined, script: Stage): ExecutorInfo[] | undefined {
  return text?.split(',').map((one) => {
    const [framework = '', executor = ''] = one.split('/');
    return {
      executor_id: { value: executor },
      framework_id: { value: script.frameworkId(framework) },
      command: { value: './run' },
      resources: resources({ cpus: '0.1', mem: '32', disk: '1' }, '*'),
    };
  });
}

/** `web/op1/OPERATION_PENDING`, reservations of a CPU */
function operationsOf(text: string | undefined, script: Stage): Operation[] {
  return (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((one, index) => {
      const [framework = '', id = '', state = ''] = one.split('/');
      const operation_id = { value: id };
      return {
        framework_id: { value: script.frameworkId(framework) },
        info: { type: 'RESERVE', id: operation_id, reserve: { resources: readWords('cpus(*):1') } },
        latest_status: { operation_id, state: state as OperationState },
        uuid: { value: UUID(200 + index) },
      };
    });
}
