/**
 * `meseta task list`: the tasks as the master sees them.
 */

import { toggle } from '../../cluster/runtime/config/flags';
import { flagCommand } from '../command';
import { json, masterFlags, readPage } from '../master-api';
import { printJson, printTable } from '../print';

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
  flags: { ...masterFlags, json, all: toggle({ help: 'ended ones too', fallback: false }) },
  run: async ({ flags: given }, terminal) => {
    const answer = (await readPage(given, '/tasks?limit=100000&order=asc')) as { tasks: TaskView[] };
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
