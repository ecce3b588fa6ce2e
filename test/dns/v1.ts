/**
 * Objects of the master's v1 API in one line.
 */

export function agent(id: string, address: string): object {
  return {
    agent_info: { id: { value: id }, hostname: address, port: 5051 },
    pid: `slave(1)@${address}:5051`,
    active: true,
  };
}

export function framework(id: string, name: string): object {
  return { framework_info: { id: { value: id }, name, hostname: 'scheduler', user: 'root' }, active: true };
}

export function task(id: string, members: object = {}): object {
  return {
    name: id,
    task_id: { value: id },
    framework_id: { value: 'f1' },
    agent_id: { value: 'x-S0' },
    state: 'TASK_RUNNING',
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 1 } },
      { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31000, end: 31001 }] } },
    ],
    statuses: [],
    ...members,
  };
}

export function taskUpdated(
  id: string,
  state: string,
  address: string | undefined,
  timestamp: number,
): object {
  const network_infos = address === undefined ? [] : [{ ip_addresses: [{ ip_address: address }] }];
  return {
    type: 'TASK_UPDATED',
    task_updated: {
      framework_id: { value: 'f1' },
      state,
      status: {
        task_id: { value: id },
        agent_id: { value: 'x-S0' },
        state,
        timestamp,
        container_status: { network_infos },
      },
    },
  };
}

export function getState(lists: { agents?: object[]; frameworks?: object[]; tasks?: object[] }): object {
  return {
    get_agents: { agents: lists.agents ?? [] },
    get_frameworks: { frameworks: lists.frameworks ?? [] },
    get_tasks: { tasks: lists.tasks ?? [] },
  };
}
