/**
 * `meseta task list` and `meseta agent list`: the cluster as the master sees it.
 */

import { text, toggle } from '../../cluster/runtime/config/flags';
import { withApi } from '../api';
import { flagCommand } from '../command';
import { printJson, printTable } from '../print';

const flags = {
  master: text({
    help: 'where the master is',
    fallback: 'http://127.0.0.1:5050',
    env: 'MESETA_MASTER',
    value: 'URL',
  }),
  json: toggle({ help: 'print JSON for programs', fallback: false }),
};

function ask(master: string, path: string): Promise<unknown> {
  const url = /^https?:\/\//.test(master) ? master : `http://${master}`;
  return withApi({ url, what: 'The master', flag: '--master' }, (api) => api.json('GET', path));
}

interface TaskView {
  readonly id: string;
  readonly name: string;
  readonly slave_id: string;
  readonly state: string;
  readonly resources: { readonly cpus: number; readonly mem: number; readonly ports?: string };
  readonly statuses: readonly { readonly timestamp: number }[];
}

const ENDED = /FINISHED|FAILED|KILLED|LOST|ERROR|DROPPED|GONE/;

export const tasks = flagCommand({
  flags: { ...flags, all: toggle({ help: 'ended ones too', fallback: false }) },
  run: async ({ flags: given }, terminal) => {
    const answer = (await ask(given.master, '/tasks?limit=100000&order=asc')) as { tasks: TaskView[] };
    const shown = answer.tasks.filter(({ state }) => given.all || !ENDED.test(state));
    if (given.json) terminal.out(printJson(shown));
    else if (shown.length === 0) terminal.out('There are no tasks.\n');
    else {
      const rows = shown.map((task) => [
        task.id,
        task.name,
        task.state.replace('TASK_', '').toLowerCase(),
        task.slave_id,
        String(task.resources.cpus),
        String(task.resources.mem),
        task.resources.ports ?? '',
      ]);
      terminal.out(printTable(['id', 'name', 'state', 'agent', 'cpus', 'mem', 'ports'], rows));
    }
    return 0;
  },
});

interface AgentView {
  readonly id: string;
  readonly hostname: string;
  readonly pid: string;
  readonly active: boolean;
  readonly deactivated: boolean;
  readonly drain_info?: { readonly state: string };
  readonly resources: Readonly<Record<string, number | string>>;
  readonly used_resources: Readonly<Record<string, number | string>>;
}

function stateOf({ active, deactivated, drain_info: drain }: AgentView): string {
  if (drain) return drain.state.toLowerCase();
  return deactivated ? 'deactivated' : active ? 'active' : 'away';
}

export const agents = flagCommand({
  flags,
  run: async ({ flags: given }, terminal) => {
    const answer = (await ask(given.master, '/slaves')) as { slaves: AgentView[] };
    if (given.json) terminal.out(printJson(answer.slaves));
    else if (answer.slaves.length === 0) terminal.out('There are no agents.\n');
    else {
      const use = (agent: AgentView, name: string): string =>
        `${agent.used_resources[name]}/${agent.resources[name]}`;
      const rows = answer.slaves.map((agent) => [
        agent.id,
        agent.hostname,
        agent.pid.slice(agent.pid.indexOf('@') + 1),
        stateOf(agent),
        use(agent, 'cpus'),
        use(agent, 'mem'),
        use(agent, 'disk'),
      ]);
      terminal.out(printTable(['id', 'hostname', 'address', 'state', 'cpus', 'mem', 'disk'], rows));
    }
    return 0;
  },
});
