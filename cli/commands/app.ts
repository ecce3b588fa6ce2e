/**
 * `meseta app list` and `meseta app show`: apps as Marathon has them.
 */

import { flagCommand } from '../command';
import { listCommand } from '../list';
import {
  type AppView,
  findApp,
  json,
  marathonFlags,
  printFailure,
  type QueueView,
  readQueue,
  type TaskView,
  waitingReasons,
  withMarathon,
} from '../marathon-api';
import { labelFacts, printFacts, printJson, printTable } from '../print';

function status(app: AppView): string {
  if (app.deployments.length > 0) return 'deploying';
  if (app.instances === 0) return 'suspended';
  return app.tasksRunning < app.instances ? 'waiting' : 'running';
}

const health = (app: AppView): string =>
  (app.healthChecks?.length ?? 0) === 0 ? '-' : `${app.tasksHealthy}/${app.instances}`;

export const list = listCommand({
  flags: marathonFlags,
  read: async (flags) => {
    const page = await withMarathon(flags, (api) => api.json('GET', '/v2/apps'));
    return (page as { apps: readonly AppView[] }).apps;
  },
  print: (apps) => {
    if (apps.length === 0) return "There are no apps. Make one with 'meseta app create FILE'.\n";
    const rows = apps.map((app) => [
      app.id,
      status(app),
      `${app.tasksRunning}/${app.instances}`,
      health(app),
      String(app.cpus),
      String(app.mem),
      (app.portDefinitions ?? []).map(({ port }) => port).join(','),
    ]);
    return printTable(['id', 'status', 'running', 'healthy', 'cpus', 'mem', 'service ports'], rows);
  },
});

export const show = flagCommand({
  flags: { ...marathonFlags, json },
  positionals: ['app'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const { app, queue } = await withMarathon(flags, async (api) => {
      const view = await findApp(api, word);
      return { app: view, queue: await readQueue(api, view.id) };
    });
    terminal.out(flags.json ? printJson(app) : printApp(app, queue));
    return 0;
  },
});

function printApp(app: AppView, queue: readonly QueueView[]): string {
  const { lastTaskFailure: failure } = app;
  const facts: [string, string][] = [
    ['id', app.id],
    ['version', app.version],
    ['status', status(app)],
    ['running', `${app.tasksRunning} of ${app.instances}`],
    ['healthy', health(app)],
    ['command', commandOf(app)],
    ['image', app.container?.docker?.image ?? ''],
    ['resources', `${app.cpus} cpus, ${app.mem} MB`],
    ...labelFacts(app.labels),
    ...queue.flatMap(waitingReasons),
    ...(failure ? [['failed', printFailure(failure)] as [string, string]] : []),
  ];
  const tasks = (app.tasks ?? []).map((task) => [
    task.id,
    task.state,
    taskHealth(task),
    task.host,
    task.ports.join(','),
    task.startedAt ?? '-',
  ]);
  const heads = ['task', 'state', 'healthy', 'host', 'ports', 'started'];
  return `${printFacts(facts, 10)}\n${printTable(heads, tasks)}`;
}

function commandOf({ cmd, args = [] }: AppView): string {
  return cmd ?? (args.length > 0 ? JSON.stringify(args) : '-');
}

/** The results of the checks of a task; '-' while there is none. */
function taskHealth({ healthCheckResults: results = [] }: TaskView): string {
  if (results.length === 0) return '-';
  return results.every(({ alive }) => alive) ? 'yes' : 'no';
}
