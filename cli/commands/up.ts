/**
 * `meseta up`: a whole cluster on this machine until Ctrl-C.
 */

import { join } from 'node:path';
import { errorText } from '../../cluster/model/error-text';
import { systemClock } from '../../cluster/runtime/clock';
import { makeFolder } from '../../cluster/runtime/files/make-folder';
import { parentFolderMode, warnOpenFolder } from '../../cluster/runtime/files/private';
import { StartError } from '../../cluster/runtime/lifecycle';
import { createLogger } from '../../cluster/runtime/log';
import { clientVariables } from '../cluster/client-variables';
import { type Cluster, startCluster } from '../cluster/cluster';
import { freeServicePort } from '../cluster/free-ports';
import { type UpOptions, upFlags } from '../cluster/options';
import { type Command, flagCommand, style, type Terminal } from '../command';
import { runDaemon } from '../daemon';
import { printTable } from '../print';
import { readUpFile, writeUpFile } from '../up-file';

export const upCommand: Command = flagCommand({
  flags: upFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async () => {
      return { running: await up(flags, terminal) };
    }),
});

/** Names this process in the up file. A file that an earlier process left is reported and replaced. */
function nameProcess(workDir: string, terminal: Terminal): () => void {
  const previous = readUpFile(workDir);
  if (previous?.running === false)
    terminal.err(
      `meseta: process ${previous.pid} of ${workDir}/up.pid ended without a stop; up.pid is written anew\n`,
    );
  return writeUpFile(workDir);
}

/**
 * Starts the cluster and prints its endpoints and the time since the start of the program. Reports parts that stop by
 * themselves; the others go on.
 */
export async function up(options: UpOptions, terminal: Terminal) {
  const chosen = options['free-ports'] ? { ...options, 'service-port': await freeServicePort() } : options;
  const folder = options['work-dir'];
  const log = openLog(folder);
  const tell = (text: string): void => terminal.err(`meseta: ${text}\n`);
  const cluster = await startCluster(chosen, { log: log.logger, clock: systemClock(), tell });
  const forget = nameProcess(folder, terminal);
  terminal.out(describe(cluster));
  const seconds = process.uptime().toFixed(2);
  terminal.out(
    `\n${style.strong('Up')} in ${seconds} s. Log: ${log.file}. Ctrl-C, or '${downCommand(folder)}', stops everything.\n`,
  );
  const variables = clientVariables(cluster.endpoints);
  if (variables !== '') terminal.out(`For other commands: export ${variables}\n`);
  const stop = async (): Promise<void> => {
    await cluster.stop();
    forget();
  };
  return { ...cluster, stop };
}

/** The command that stops the cluster of a folder. */
function downCommand(folder: string): string {
  return folder === upFlags['work-dir'].fallback ? 'meseta down' : `meseta down --work-dir=${folder}`;
}

function openLog(workDir: string) {
  const file = join(workDir, 'meseta.log');
  try {
    makeFolder(workDir, parentFolderMode());
    const logger = createLogger({ file });
    warnOpenFolder('--work-dir', workDir, logger);
    return { file, logger };
  } catch (error) {
    throw new StartError(`--work-dir: ${workDir} cannot be used: ${errorText(error)}`);
  }
}

function describe({ endpoints }: Cluster): string {
  return printTable(
    ['part', 'where', 'what'],
    endpoints.map(({ part, url, about }) => [part, url, about]),
  );
}
