/**
 * Writes or prints the configuration once, without `--sse` or with `--dry`, and then runs `--command`.
 */

import { errorText } from '../../cluster/model/error-text';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import type { LbConfig } from '../config';
import { printIssue } from '../core/issues/issues';
import type { Balancer } from './balancer';
import { runCommand } from './command';
import type { Marathon } from './marathon';
import { type WorkFolder, writeText } from './work-folder';

export interface WriteOnceDeps {
  readonly marathon: Marathon;
  readonly balancer: Balancer;
  readonly folder: WorkFolder;
  readonly log: Logger;
}

export async function writeOnce(
  config: LbConfig,
  { marathon, balancer, folder, log }: WriteOnceDeps,
): Promise<void> {
  const { files, issues, outcome } = await balancer.preview(await readOnce(marathon));
  for (const issue of issues) log.warn({ app: issue.app }, printIssue(issue));
  if (config.dry) {
    process.stdout.write(files.config);
    return;
  }
  if (!outcome.ok) throw new StartError(`HAProxy refuses the configuration: ${outcome.why}`);
  if (files.maps) {
    writeText(folder.hostMap, files.maps.hosts);
    writeText(folder.appMap, files.maps.apps);
  }
  const changed = writeText(folder.config, files.config);
  log.info({ path: folder.config, changed }, 'the configuration is written');
  if (changed && config.command !== undefined) await runCommand(config.command, log);
}

async function readOnce(marathon: Marathon): Promise<unknown> {
  try {
    return await marathon.apps(new AbortController().signal);
  } catch (error) {
    throw new StartError(errorText(error));
  }
}
