/**
 * `meseta task list`: the tasks as the master sees them.
 */

import { toggle } from '../../cluster/runtime/config/flags';
import { listCommand } from '../list';
import { masterFlags, readPage } from '../master-api';
import { printTable } from '../print';

interface TaskView {
  readonly id: string;
  readonly name: string;
  readonly slave_id: string;
  readonly state: string;
  readonly resources: { readonly cpus: number; readonly mem: number; readonly ports?: string };
  readonly statuses: readonly { readonly timestamp: number }[];
}

const ENDED = /FINISHED|FAILED|KILLED|LOST|ERROR|DROPPED|GONE/;

export const tasks = listCommand({
  flags: { ...masterFlags, all: toggle({ help: 'ended ones too', fallback: false }) },
  read: async (flags) => {
    const page = (await readPage(flags, '/tasks?limit=100000&order=asc')) as { tasks: TaskView[] };
    return page.tasks.filter(({ state }) => flags.all || !ENDED.test(state));
  },
  print: (list) => {
    if (list.length === 0) return 'There are no tasks.\n';
    const rows = list.map((task) => [
      task.id,
      task.name,
      task.state.replace('TASK_', '').toLowerCase(),
      task.slave_id,
      String(task.resources.cpus),
      String(task.resources.mem),
      task.resources.ports ?? '',
    ]);
    return printTable(['id', 'name', 'state', 'agent', 'cpus', 'mem', 'ports'], rows);
  },
});
