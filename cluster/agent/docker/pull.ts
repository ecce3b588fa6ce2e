/**
 * Pulls of images by the program `docker`, each under a holder in `pull` of the run folder.
 *
 * Always true: what a pull has left is known by its folder, so that the end of its container ends it, also after a kill -9 of
 * the agent; nothing is pulled from a registry whose name leads to a link-local address.
 */

import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../model/error-text';
import { makeFolder } from '../../runtime/files/make-folder';
import type { Timings } from '../../runtime/metrics';
import { assertReachable, LinkLocalRefused } from '../../runtime/network/guarded-lookup';
import { killHeld } from '../containerizer/held';
import { readReference } from '../containerizer/images/reference';
import type { ContainerRun } from '../containerizer/isolators/isolator';
import { registryConfig, taggedImage } from './core/registry-config';
import { type DockerProgram, holdDocker, printCall } from './docker-program';
import type { DockerEngine } from './engine';

/** The files of a sandbox in which a task brings its credentials, as the original looks for them. */
const SANDBOX_CONFIGS = [join('.docker', 'config.json'), '.dockercfg'];
const CONFIG_MAX_BYTES = 1024 * 1024;
const ERROR_MAX = 2000;

export interface PullContext {
  readonly program: DockerProgram;
  readonly engine: DockerEngine;
  /** The text of `--docker_config`. */
  readonly config: string | undefined;
  /** The times of all pulls, also of images that the engine had. */
  readonly pullTimes: Timings;
}

function pullFolder({ folder }: Pick<ContainerRun, 'folder'>): string {
  return join(folder, 'pull');
}

/** Pulls the image of a container, unless the engine has it. Rejects with the reason. */
export async function pullImage(run: ContainerRun, context: PullContext): Promise<void> {
  await context.pullTimes.time(() => pullUnlessThere(run, context));
}

async function pullUnlessThere(run: ContainerRun, context: PullContext): Promise<void> {
  const { image = '', force_pull_image: isForced = false } = run.spec.container?.docker ?? {};
  const tagged = taggedImage(image);
  if (!isForced && (await context.engine.hasImage(tagged))) return;
  await refuseLinkLocal(tagged);
  const folder = pullFolder(run);
  makeFolder(folder);
  try {
    await pull(tagged, run, context);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ends a pull, wherever it is. */
export async function endPull(run: Pick<ContainerRun, 'folder'>): Promise<void> {
  await killHeld(join(pullFolder(run), 'holder'));
}

/** A name that this machine does not know is the engine's to judge: it may have a proxy. */
async function refuseLinkLocal(image: string): Promise<void> {
  const host = readReference(image).registry?.replace(/:\d+$/, '');
  if (host === undefined) return;
  await assertReachable(host).catch((error: unknown) => {
    if (error instanceof LinkLocalRefused) throw new Error(`Failed to pull '${image}': ${error.message}`);
  });
}

async function pull(image: string, run: ContainerRun, { program, config }: PullContext): Promise<void> {
  const folder = pullFolder(run);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configOf(run, config)), { mode: 0o600 });
  const errors = join(folder, 'stderr');
  const files = ['/dev/null', errors].map((path) =>
    openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600),
  );
  try {
    const [stdout = -1, stderr = -1] = files;
    const held = await holdDocker(program, {
      folder: join(folder, 'holder'),
      directory: folder,
      arguments: ['--config', folder, 'pull', image],
      output: { stdout, stderr },
    });
    const end = await held.ended;
    if ('code' in end && end.code === 0) return;
    const how = 'code' in end ? `exited with status ${end.code}` : 'terminated with signal Killed';
    const why = readFileSync(errors, 'utf8').trim().slice(-ERROR_MAX);
    throw new Error(`Failed to run '${printCall(program, ['pull', image])}': ${how}; stderr='${why}'`);
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** The configuration of the sandbox, which wins, or that of the agent. */
function configOf({ spec }: ContainerRun, ofAgent: string | undefined): object {
  for (const name of SANDBOX_CONFIGS) {
    try {
      const text = sandboxFile(spec.directory, name);
      if (text !== undefined) return registryConfig(text);
    } catch (error) {
      throw new Error(`Failed to read '${name}' in the sandbox: ${errorText(error)}`);
    }
  }
  return ofAgent === undefined ? {} : registryConfig(ofAgent);
}

/** The errors of a path at which there is no file. */
const MISSING = ['ENOENT', 'ENOTDIR', 'ELOOP'];

/** A file of a sandbox, and not what a link in it leads to; undefined when there is none. Throws for one that is no use. */
function sandboxFile(sandbox: string, name: string): string | undefined {
  const path = join(sandbox, name);
  try {
    if (realpathSync(path) !== join(realpathSync(sandbox), name)) return undefined;
    return readSmallFile(path);
  } catch (error) {
    if (MISSING.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function readSmallFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error('it is no regular file');
    if (stat.size > CONFIG_MAX_BYTES) throw new Error(`it is larger than ${CONFIG_MAX_BYTES} bytes`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
