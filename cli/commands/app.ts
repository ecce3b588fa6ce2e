/**
 * `meseta app ...`: apps as Marathon has them.
 */

import { readFileSync } from 'node:fs';
import { text, toggle, UsageError } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { readAppUpdate } from '../../frameworks/marathon/api/app-update';
import { hintFor, newReading } from '../../frameworks/marathon/api/read';
import { type Api, withApi } from '../api';
import { flagCommand } from '../command';
import { printJson, printTable } from '../print';

const flags = {
  marathon: text({
    help: 'where Marathon is',
    fallback: 'http://127.0.0.1:8080',
    env: 'MESETA_MARATHON',
    value: 'URL',
  }),
  credentials: text({ help: 'user:password for Marathon', env: 'MESETA_MARATHON_CREDENTIALS', secret: true }),
  json: toggle({ help: 'print JSON for programs', fallback: false }),
};
const changing = {
  ...flags,
  force: toggle({ help: 'override a running deployment', fallback: false }),
  wait: toggle({ help: 'return when the deployment has ended', fallback: false }),
};

interface AppView {
  readonly id: string;
  readonly cmd?: string;
  readonly instances: number;
  readonly cpus: number;
  readonly mem: number;
  readonly tasksRunning: number;
  readonly tasksHealthy: number;
  readonly tasksStaged: number;
  readonly tasksUnhealthy: number;
  readonly labels: Record<string, string>;
  readonly deployments: readonly { readonly id: string }[];
  readonly portDefinitions?: readonly { readonly port: number }[];
  readonly healthChecks?: readonly unknown[];
  readonly tasks?: readonly TaskView[];
  readonly lastTaskFailure?: {
    readonly timestamp: string;
    readonly host: string;
    readonly state: string;
    readonly message: string;
  };
}

interface TaskView {
  readonly id: string;
  readonly host: string;
  readonly state: string;
  readonly ports: readonly number[];
  readonly startedAt?: string;
}

type Values = { marathon: string; credentials: string | undefined };

function marathon<T>({ marathon: url, credentials }: Values, run: (api: Api) => Promise<T>): Promise<T> {
  return withApi({ url, what: 'Marathon', flag: '--marathon', credentials }, run);
}

const path = (id: string): string =>
  `/v2/apps/${id.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/')}`;

function status(app: AppView): string {
  if (app.deployments.length > 0) return 'deploying';
  if (app.instances === 0) return 'suspended';
  return app.tasksRunning < app.instances ? 'waiting' : 'running';
}

const health = (app: AppView): string =>
  (app.healthChecks?.length ?? 0) === 0 ? '-' : `${app.tasksHealthy}/${app.instances}`;

export const list = flagCommand({
  flags,
  run: async ({ flags: given }, terminal) => {
    const { apps } = (await marathon(given, (api) => api.json('GET', '/v2/apps'))) as { apps: AppView[] };
    if (given.json) return print(terminal, printJson(apps));
    if (apps.length === 0)
      return print(terminal, "There are no apps. Make one with 'meseta app create FILE'.\n");
    const rows = apps.map((app) => [
      app.id,
      status(app),
      `${app.tasksRunning}/${app.instances}`,
      health(app),
      String(app.cpus),
      String(app.mem),
      (app.portDefinitions ?? []).map(({ port }) => port).join(','),
    ]);
    return print(
      terminal,
      printTable(['id', 'status', 'running', 'healthy', 'cpus', 'mem', 'service ports'], rows),
    );
  },
});

function print(terminal: { out(text: string): void }, text: string): number {
  terminal.out(text);
  return 0;
}

export const show = flagCommand({
  flags,
  positionals: ['id'],
  run: async ({ flags: given, positionals: [id = ''] }, terminal) => {
    const { app, queue } = await marathon(given, async (api) => ({
      ...((await api.json('GET', path(id))) as { app: AppView }),
      ...((await api.json('GET', '/v2/queue')) as { queue: QueueView[] }),
    }));
    if (given.json) return print(terminal, printJson(app));
    const rows: [string, string][] = [
      ['id', app.id],
      ['status', status(app)],
      ['running', `${app.tasksRunning} of ${app.instances}`],
      ['healthy', health(app)],
      ['command', app.cmd ?? '-'],
      ['resources', `${app.cpus} cpus, ${app.mem} MB`],
      ...Object.entries(app.labels).map(([key, value]): [string, string] => [`label ${key}`, value]),
      ...queue.filter((item) => item.app?.id === app.id).flatMap(waitingRows),
      ...failureRows(app),
    ];
    const head = rows.map(([key, value]) => `${key.padEnd(10)}  ${value}`).join('\n');
    const tasks = (app.tasks ?? []).map((task) => [
      task.id,
      task.state,
      task.host,
      task.ports.join(','),
      task.startedAt ?? '-',
    ]);
    return print(terminal, `${head}\n\n${printTable(['task', 'state', 'host', 'ports', 'started'], tasks)}`);
  },
});

interface QueueView {
  readonly app?: { readonly id: string };
  readonly count: number;
  readonly delay: { readonly timeLeftSeconds: number; readonly overdue: boolean };
  readonly processedOffersSummary: {
    readonly processedOffersCount: number;
    readonly rejectSummaryLaunchAttempt: readonly { readonly reason: string; readonly declined: number }[];
  };
}

/** Why instances are not there yet: the back-off, or what offers lacked. */
function waitingRows({ count, delay, processedOffersSummary: offers }: QueueView): [string, string][] {
  const rows: [string, string][] = [['waiting', `${count} instances to launch`]];
  if (!delay.overdue) rows.push(['delayed', `${delay.timeLeftSeconds} s, after failures`]);
  const lacking = offers.rejectSummaryLaunchAttempt.filter(({ declined }) => declined > 0);
  const reasons = lacking.map(({ reason, declined }) => `${reason} ${declined}`).join(', ');
  if (reasons) rows.push(['offers', `${offers.processedOffersCount} looked at; declined for ${reasons}`]);
  return rows;
}

function failureRows({ lastTaskFailure: last }: AppView): [string, string][] {
  return last ? [['failed', `${last.timestamp} on ${last.host}: ${last.state} ${last.message}`]] : [];
}

/** Reads an app definition. The error names the file and the place. */
export function readAppFile(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new StartError(`${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new StartError(`${file} is not JSON: ${(error as Error).message}`);
  }
}

/** Marathon ignores fields it does not know; a person who misspelt one wants to hear of it. */
function refuseUnknownFields(body: unknown, file: string): void {
  const reading = newReading();
  readAppUpdate(body, '', reading);
  const hints = reading.unknown.map(hintFor);
  if (hints.length > 0) {
    throw new StartError(
      `${file}: ${hints.join('\n  ')}\nMend it, or send it as it is with --ignore-unknown.`,
    );
  }
}

export const create = flagCommand({
  flags: {
    ...changing,
    'ignore-unknown': toggle({
      help: 'send fields nobody knows, too; Marathon ignores them',
      fallback: false,
    }),
  },
  positionals: ['file'],
  run: async ({ flags: given, positionals: [file = ''] }, terminal) => {
    const body = readAppFile(file);
    if (!given['ignore-unknown']) refuseUnknownFields(body, file);
    return await marathon(given, async (api) => {
      const app = (await api.json('POST', `/v2/apps?force=${given.force}`, body)) as AppView;
      if (given.wait)
        await settled(
          api,
          app.deployments.map(({ id }) => id),
        );
      return print(
        terminal,
        given.json ? printJson(app) : `${app.id} is ${given.wait ? 'deployed' : 'being deployed'}\n`,
      );
    });
  },
});

export const scale = flagCommand({
  flags: changing,
  positionals: ['id', 'instances'],
  run: async ({ flags: given, positionals: [id = '', count = ''] }, terminal) => {
    if (!/^\d+$/.test(count))
      throw new UsageError(`"${count}" is no number of instances; give a whole number from 0`);
    return await change(given, terminal, {
      method: 'PUT',
      path: `${path(id)}?force=${given.force}`,
      body: { instances: Number(count) },
      done: `${id} is scaled to ${count}`,
    });
  },
});

export const remove = flagCommand({
  flags: changing,
  positionals: ['id'],
  run: ({ flags: given, positionals: [id = ''] }, terminal) =>
    change(given, terminal, {
      method: 'DELETE',
      path: `${path(id)}?force=${given.force}`,
      done: `${id} is removed`,
    }),
});

export const restart = flagCommand({
  flags: changing,
  positionals: ['id'],
  run: ({ flags: given, positionals: [id = ''] }, terminal) =>
    change(given, terminal, {
      method: 'POST',
      path: `${path(id)}/restart?force=${given.force}`,
      done: `${id} is restarted`,
    }),
});

interface Change {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly done: string;
}

type Changing = Values & { json: boolean; wait: boolean };

function change(given: Changing, terminal: { out(text: string): void }, order: Change): Promise<number> {
  return marathon(given, async (api) => {
    const result = (await api.json(order.method, order.path, order.body)) as { deploymentId?: string };
    if (given.wait && result.deploymentId !== undefined) await settled(api, [result.deploymentId]);
    return print(terminal, given.json ? printJson(result) : `${order.done}\n`);
  });
}

/** Waits until none of these deployments runs any more. */
async function settled(api: Api, ids: readonly string[]): Promise<void> {
  for (;;) {
    const running = (await api.json('GET', '/v2/deployments')) as { id: string }[];
    if (!running.some(({ id }) => ids.includes(id))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
