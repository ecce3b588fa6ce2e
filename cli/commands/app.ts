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
  waitingReasons,
  withMarathon,
} from '../marathon-api';
import { printFacts, printJson, printTable } from '../print';

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
  positionals: ['id'],
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
    ['status', status(app)],
    ['running', `${app.tasksRunning} of ${app.instances}`],
    ['healthy', health(app)],
    ['command', app.cmd ?? '-'],
    ['resources', `${app.cpus} cpus, ${app.mem} MB`],
    ...Object.entries(app.labels).map(([key, value]): [string, string] => [`label ${key}`, value]),
    ...queue.flatMap(waitingReasons),
    ...(failure ? [['failed', printFailure(failure)] as [string, string]] : []),
  ];
  const tasks = (app.tasks ?? []).map((task) => [
    task.id,
    task.state,
    task.host,
    task.ports.join(','),
    task.startedAt ?? '-',
  ]);
  return `${printFacts(facts, 10)}\n${printTable(['task', 'state', 'host', 'ports', 'started'], tasks)}`;
}
