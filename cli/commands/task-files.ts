/**
 * `meseta task files ls|get`: the files that a task has written, as its agent has them.
 */

import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { findTask, sandboxOf, type TaskPlace, withAgent } from '../agent-api';
import type { Api } from '../api';
import { flagCommand, type Terminal } from '../command';
import { listCommand } from '../list';
import { type MasterTarget, masterFlags } from '../master-api';
import { printJson, printTable } from '../print';
import {
  copyFolder,
  Downloads,
  type FileBelow,
  IsFolder,
  isFolder,
  listBelow,
  listFolder,
  placeFor,
  type Save,
  savedFile,
} from '../sandbox-copy';

export const files = listCommand({
  flags: {
    ...masterFlags,
    recursive: toggle({ help: 'all that is below, too', fallback: false, short: 'r' }),
  },
  positionals: ['task', '[path]'],
  read: (flags, [word = '', path = '']): Promise<readonly FileBelow[]> =>
    withSandbox(flags, word, async ({ api, pathOf }) => {
      const folder = pathOf(path);
      if (flags.recursive) return await listBelow(api, folder);
      return (await listFolder(api, folder)).map((file) => ({ ...file, way: basename(file.path) }));
    }),
  encode: (list) => printJson(list.map(({ way: _way, ...file }) => file)),
  print: (list) => {
    if (list.length === 0) return 'There are no files.\n';
    const rows = list.map((file) => [
      file.mode,
      file.uid,
      String(file.size),
      new Date(file.mtime * 1000).toISOString().slice(0, 19),
      isFolder(file) ? `${file.way}/` : file.way,
    ]);
    return printTable(['mode', 'user', 'size', 'changed', 'name'], rows);
  },
});

interface Sandbox {
  readonly task: TaskPlace;
  readonly api: Api;
  /** The path of a file as its agent has it; the sandbox without one. */
  readonly pathOf: (way: string) => string;
}

/** Runs a function with the sandbox of a task. Its errors name files as the user does, and not as the agent. */
async function withSandbox<T>(
  target: MasterTarget,
  word: string,
  run: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const task = await findTask(target, word);
  return await withAgent(task.agent, async (api) => {
    const folder = await sandboxOf(api, task);
    try {
      return await run({ task, api, pathOf: (way) => pathIn(folder, way) });
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      throw new StartError(error.message.replaceAll(`${folder}/`, `${task.id}:`).replaceAll(folder, task.id));
    }
  });
}

function pathIn(sandbox: string, path: string): string {
  const way = path.replace(/^(\.?\/)+|^\.$|\/+$/g, '');
  return way === '' ? sandbox : `${sandbox}/${way}`;
}

export const get = flagCommand({
  flags: {
    ...masterFlags,
    recursive: toggle({ help: 'copy a folder with all that is in it', fallback: false, short: 'r' }),
  },
  positionals: ['task', 'path', '[to]'],
  run: async ({ flags, positionals: [word = '', path = '', to = '.'] }, terminal) => {
    await withSandbox(flags, word, async ({ task, api, pathOf }) => {
      const downloads = new Downloads(task.agent);
      const from = pathOf(path);
      const place = placeFor(to, from === pathOf('') ? task.id : basename(from));
      try {
        if (to === '-') return await downloads.save(from, standardOutput(terminal));
        await downloads.save(from, savedFile(place)).catch(async (error: unknown) => {
          if (!(error instanceof IsFolder)) throw error;
          if (!flags.recursive) throw new StartError(`${error.message}: -r copies it with all that is in it`);
          const leftOut = (way: string): void => terminal.err(`${way} is no file, and is left out\n`);
          await copyFolder({ api, downloads }, { from, to: place }, leftOut);
        });
        terminal.err(`${task.id}:${path} is in ${place}\n`);
      } finally {
        await downloads.close();
      }
    });
    return 0;
  },
});

function standardOutput(terminal: Terminal): Save {
  const streams = terminal.streams?.();
  if (!streams) throw new StartError('There is no standard output to write to: name a file');
  return (bytes) =>
    pipeline(bytes, streams.output, { end: false }).catch((error: NodeJS.ErrnoException) => {
      // The reader has enough, such as `head`.
      if (error.code !== 'EPIPE') throw error;
    });
}
