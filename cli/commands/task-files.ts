/**
 * `meseta task logs` and `meseta task files ls|get`: what a task has written, as its agent has it.
 */

import { createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../../cluster/model/error-text';
import { toggle } from '../../cluster/runtime/config/flags';
import { HttpClient } from '../../cluster/runtime/http/client';
import { StartError } from '../../cluster/runtime/lifecycle';
import { findTask, hasTaskEnded, sandboxOf, type TaskPlace, withAgent } from '../agent-api';
import { authorizationOf } from '../api';
import { flagCommand, type Terminal } from '../command';
import { listCommand } from '../list';
import { type MasterTarget, masterFlags } from '../master-api';
import { printTable } from '../print';
import { SandboxFile } from '../sandbox-file';

const POLL_MS = 500;
/** Reads of a file for each question to the master, who has many tasks and many askers. */
const POLLS_PER_STATE = 5;

export const logFlags = {
  stderr: toggle({ help: 'standard error instead of standard output', fallback: false }),
  follow: toggle({ help: 'go on until the task ends', fallback: false, short: 'f' }),
};

export const logs = flagCommand({
  flags: { ...masterFlags, ...logFlags },
  positionals: ['task'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    await printLog(flags, word, { ...flags, terminal });
    return 0;
  },
});

interface LogPlan {
  readonly stderr: boolean;
  readonly follow: boolean;
  readonly terminal: Terminal;
}

/** Prints the output of a task, and what comes to it until the task ends. */
export async function printLog(target: MasterTarget, word: string, plan: LogPlan): Promise<void> {
  const { stderr, follow, terminal } = plan;
  const task = await findTask(target, word);
  await withAgent(task.agent, async (api) => {
    const file = new SandboxFile(api, `${await sandboxOf(api, task)}/${stderr ? 'stderr' : 'stdout'}`);
    for (let poll = 0; ; poll += 1) {
      const hasEnded =
        !follow || task.hasEnded || (poll % POLLS_PER_STATE === 0 && (await hasTaskEnded(target, task)));
      for await (const text of file.readNew()) terminal.out(text);
      if (hasEnded || terminal.isClosed?.()) return;
      await sleep(POLL_MS);
    }
  });
}

interface FileView {
  readonly path: string;
  readonly mode: string;
  readonly uid: string;
  readonly size: number;
  readonly mtime: number;
}

export const files = listCommand({
  flags: masterFlags,
  positionals: ['task', '[path]'],
  read: async (flags, [word = '', path = '']) => {
    const task = await findTask(flags, word);
    return await withAgent(task.agent, async (api) => {
      const folder = pathIn(await sandboxOf(api, task), path);
      return (await api.json('GET', `/files/browse?path=${encodeURIComponent(folder)}`)) as FileView[];
    });
  },
  print: (list) => {
    if (list.length === 0) return 'There are no files.\n';
    const rows = list.map(({ mode, uid, size, mtime, path }) => [
      mode,
      uid,
      String(size),
      new Date(mtime * 1000).toISOString().slice(0, 19),
      mode.startsWith('d') ? `${basename(path)}/` : basename(path),
    ]);
    return printTable(['mode', 'user', 'size', 'changed', 'name'], rows);
  },
});

function pathIn(sandbox: string, path: string): string {
  return path === '' ? sandbox : `${sandbox}/${path.replace(/^\/+/, '')}`;
}

const DOWNLOAD_MS = 30_000;

export const get = flagCommand({
  flags: masterFlags,
  positionals: ['task', 'path', '[to]'],
  run: async ({ flags, positionals: [word = '', path = '', to = basename(path)] }, terminal) => {
    const task = await findTask(flags, word);
    const file = await withAgent(task.agent, async (api) => pathIn(await sandboxOf(api, task), path));
    await download(task, file, to === '-' ? standardOutput(terminal) : createdFile(to));
    if (to !== '-') terminal.err(`${task.id}:${path} is in ${to}\n`);
    return 0;
  },
});

/** Writes the bytes of a file where they belong. */
type Save = (bytes: NodeJS.ReadableStream) => Promise<void>;

function standardOutput(terminal: Terminal): Save {
  const streams = terminal.streams?.();
  if (!streams) throw new StartError('There is no standard output to write to: name a file');
  return (bytes) => pipeline(bytes, streams.output, { end: false });
}

/** A file that is there is replaced only once the agent has answered with another one. */
function createdFile(path: string): Save {
  return async (bytes) => {
    const file = createWriteStream(path);
    try {
      await pipeline(bytes, file);
    } catch (error) {
      throw new StartError(`${path} could not be written: ${errorText(error)}`);
    }
  };
}

async function download(task: TaskPlace, file: string, save: Save): Promise<void> {
  const { url, credentials } = task.agent;
  const client = new HttpClient();
  const headers = authorizationOf(credentials);
  try {
    const page = `${url}/files/download?path=${encodeURIComponent(file)}`;
    const answer = await client.stream({ url: page, headers, timeoutMs: DOWNLOAD_MS });
    if (answer.status === 404) throw new StartError(`The agent does not have ${file}`);
    if (answer.status !== 200) throw new StartError(`The agent answered ${answer.status} for ${file}`);
    await save(answer.body);
  } finally {
    await client.close();
  }
}
