/**
 * `meseta app create|update|apply|scale|restart|remove`: changes of apps, which may wait for their deployments.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { duration, toggle, UsageError, type Values } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Api } from '../api';
import { type Command, flagCommand, type Terminal } from '../command';
import { watchChange, watchFlag } from '../deployment-watch';
import { appPath, findApp, json, marathonFlags, readApp, withMarathon } from '../marathon-api';
import { printJson } from '../print';
import { exactId } from '../resolve';
import { waitForApp } from './app-wait';
import { readDefinition, unknownFlag } from './definition-file';

const changeFlags = {
  ...marathonFlags,
  json,
  force: toggle({ help: 'override a running deployment', fallback: false }),
  ...watchFlag,
  wait: toggle({ help: 'return when the deployment has ended and the tasks run on', fallback: false }),
  timeout: duration({
    help: 'with --wait: the longest time to wait; 0secs for no limit',
    fallback: 0,
    fallbackText: '0secs',
  }),
};
type ChangeFlags = Values<typeof changeFlags>;

const fileChangeFlags = { ...changeFlags, ...unknownFlag };

interface AppChange {
  readonly app: string;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** The words for the change, such as `is being deployed`, and after `--wait` `is deployed`. */
  readonly begins: string;
  readonly ends: string;
}

/** Marathon's answers to changes: an app with its deployments, or the deployment alone. */
interface ChangeAnswer {
  readonly deployments?: readonly { readonly id: string }[];
  readonly deploymentId?: string;
}

/** A command that sends the app in a file; `planOf` chooses the request and may read from Marathon before. */
function fileCommand(
  planOf: (api: Api, app: string) => Promise<Pick<AppChange, 'method' | 'path'>>,
): Command {
  return flagCommand({
    flags: fileChangeFlags,
    positionals: ['file'],
    run: ({ flags, positionals: [file = ''] }, terminal) => {
      const { id: app, body } = readDefinition(file, 'app', flags);
      return withMarathon(flags, async (api) => {
        const words = { begins: 'is being deployed', ends: 'is deployed' };
        return await perform(api, { app, body, ...words, ...(await planOf(api, app)) }, flags, terminal);
      });
    },
  });
}

export const create = fileCommand(async () => ({ method: 'POST', path: '/v2/apps' }));

export const update = fileCommand(async (api, app) => {
  if (!(await readApp(api, app))) {
    throw new StartError(`App ${app} does not exist. 'meseta app apply' creates or changes it.`);
  }
  return { method: 'PUT', path: appPath(app) };
});

export const apply = fileCommand(async (_api, app) => ({ method: 'PUT', path: appPath(app) }));

/** Changes an existing app. */
function change(
  word: string,
  flags: ChangeFlags,
  terminal: Terminal,
  plan: (path: string) => Omit<AppChange, 'app'>,
): Promise<number> {
  return withMarathon(flags, async (api) => {
    const { id } = await findApp(api, word);
    return await perform(api, { app: id, ...plan(appPath(id)) }, flags, terminal);
  });
}

export const scale = flagCommand({
  flags: changeFlags,
  positionals: ['app', 'instances'],
  run: ({ flags, positionals: [id = '', count = ''] }, terminal) => {
    if (!/^\d+$/.test(count))
      throw new UsageError(`"${count}" is not a number of instances; give a whole number from 0`);
    const body = { instances: Number(count) };
    const words = { begins: `is being scaled to ${count}`, ends: `is scaled to ${count}` };
    return change(id, flags, terminal, (path) => ({ method: 'PUT', path, body, ...words }));
  },
});

export const remove = flagCommand({
  flags: changeFlags,
  positionals: ['app'],
  run: ({ flags, positionals: [id = ''] }, terminal) => {
    const words = { begins: 'is being removed', ends: 'is removed' };
    return withMarathon(flags, async (api) => {
      const app = (await findApp(api, id, exactId)).id;
      return await perform(api, { app, method: 'DELETE', path: appPath(app), ...words }, flags, terminal);
    });
  },
});

export const restart = flagCommand({
  flags: changeFlags,
  positionals: ['app'],
  run: ({ flags, positionals: [id = ''] }, terminal) => {
    const words = { begins: 'is being restarted', ends: 'is restarted' };
    return change(id, flags, terminal, (path) => ({ method: 'POST', path: `${path}/restart`, ...words }));
  },
});

async function perform(api: Api, order: AppChange, flags: ChangeFlags, terminal: Terminal): Promise<number> {
  const { app, method, path, body } = order;
  await watchChange(api, flags, terminal, async () => {
    const result = await api.json(method, `${path}?force=${flags.force}`, body);
    const { deployments = [], deploymentId } = (result ?? {}) as ChangeAnswer;
    const ids = deploymentId === undefined ? deployments.map(({ id }) => id) : [deploymentId];
    if (flags.wait) {
      const tell = (line: string): void => terminal.err(`${line}\n`);
      const time = { now: Date.now, sleep };
      await waitForApp({ api, app, deployments: ids, timeoutMs: flags.timeout, tell, ...time });
    }
    terminal.out(flags.json ? printJson(result) : `${app} ${flags.wait ? order.ends : order.begins}\n`);
    return ids;
  });
  return 0;
}
