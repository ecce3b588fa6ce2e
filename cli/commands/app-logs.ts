/**
 * `meseta app logs`: the output of a task of an app, the newest one unless another is named.
 */

import { text } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { flagCommand } from '../command';
import { findApp, marathonFlags, withMarathon } from '../marathon-api';
import { masterFlags } from '../master-api';
import { logFlags, printLog } from './task-files';

export const logs = flagCommand({
  flags: {
    ...marathonFlags,
    master: masterFlags.master,
    'master-credentials': masterFlags.credentials,
    ...logFlags,
    task: text({ help: 'the id of the task; the newest one without it', value: 'ID' }),
  },
  positionals: ['app'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const task = flags.task ?? (await newestTask(flags, word));
    const target = { master: flags.master, credentials: flags['master-credentials'] };
    await printLog(target, task, { ...flags, terminal });
    return 0;
  },
});

async function newestTask(target: Parameters<typeof withMarathon>[0], word: string): Promise<string> {
  return await withMarathon(target, async (api) => {
    const app = await findApp(api, word);
    const tasks = (app.tasks ?? []).toSorted((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''));
    const newest = tasks.at(-1);
    if (!newest)
      throw new StartError(`${app.id} has no tasks now; 'meseta task list --all' lists ended ones`);
    return newest.id;
  });
}
