/**
 * The provisioner of an agent, made from its flags, when this machine has what it needs.
 */

import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorText } from '../../../model/error-text';
import type { Clock } from '../../../runtime/clock';
import { makeFolder } from '../../../runtime/files/make-folder';
import { StartError } from '../../../runtime/lifecycle';
import type { Logger } from '../../../runtime/log';
import type { IsolationConfig } from '../isolation-flags';
import { findProgram } from '../oci/runtime';
import { runFolder } from '../run-folder';
import type { SecretResolver } from '../secrets/secret-resolver';
import { PROVISIONER } from './container-images';
import { ImageGarbage } from './image-garbage';
import { platformOf } from './manifest';
import { type Backend, Provisioner } from './provisioner';
import { runTool } from './run-tool';
import { ImageStore } from './store';
import { StoreFolder } from './store-folder';
import { overlayOptions } from './unpack';

interface Place {
  readonly workDir: string;
  readonly runtimeDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Resolves the credentials of registries. */
  readonly secrets: SecretResolver;
}

export interface ProvisionerParts {
  readonly provisioner: Provisioner;
  readonly stop: () => void;
}

/** The tools that images need, and what has them. */
const TOOLS: readonly (readonly [tool: string, source: string])[] = [
  ['skopeo', 'skopeo'],
  ['umoci', 'umoci'],
  ['setpriv', 'util-linux'],
  ['prlimit', 'util-linux'],
  ['unshare', 'util-linux'],
  ['mount', 'mount'],
  ['du', 'coreutils'],
];
const ENTRIES_MAX = 1_000_000;
const STALL_MS = 60_000;

/** Undefined without `--image_providers`. Rejects with a StartError for what is missing. */
export async function createProvisioner(
  config: IsolationConfig,
  { workDir, runtimeDir, clock, log, secrets }: Place,
): Promise<ProvisionerParts | undefined> {
  if (!config.image_providers) return undefined;
  checkFlags(config);
  const path = resolve(config.docker_store_dir ?? join(workDir, 'store/docker'));
  checkPaths(path, workDir);
  const folder = await StoreFolder.open(path);
  try {
    const backend = await backendOf(config.image_provisioner_backend, folder, { workDir, log });
    const store = new ImageStore({
      folder,
      registry: config.docker_registry,
      credentials: config.docker_config,
      platform: platformOf(process.arch),
      bounds: { bytesMax: config.image_max_size, entriesMax: ENTRIES_MAX },
      stallMs: STALL_MS,
      log,
    });
    const provisioner = new Provisioner({
      store,
      backend,
      workDir,
      ignoresConfig: config.docker_ignore_runtime,
      secrets,
      isKnown: (containerId) => existsSync(runFolder(runtimeDir, containerId)),
    });
    provisioner.recover();
    const garbage = new ImageGarbage(config.image_gc_config, { path, provisioner, clock, log });
    const stop = (): void => {
      garbage.stop();
      folder.close();
    };
    return { provisioner, stop };
  } catch (error) {
    folder.close();
    throw error;
  }
}

function checkFlags({ isolation }: IsolationConfig): void {
  if (!isolation.names.includes('filesystem/linux'))
    throw new StartError("--image_providers: 'filesystem/linux' must be in --isolation for container images");
  const missing = TOOLS.find(([tool]) => findProgram(tool) === undefined);
  if (missing)
    throw new StartError(
      `--image_providers needs the program ${missing[0]}, which is not there: install ${missing[1]}, or leave the flag out`,
    );
}

/** Paths are among the options of mounts, which have signs of their own. */
function checkPaths(...paths: readonly string[]): void {
  const wrong = paths.find((path) => /[,:\\"]/.test(path));
  if (wrong !== undefined)
    throw new StartError(`--image_providers: the path ${wrong} has a sign that mounts cannot have: , : \\ "`);
}

/** The backend by its flag, or the best one that the file system of `--work_dir` can have. */
async function backendOf(
  flag: Backend | undefined,
  folder: StoreFolder,
  { workDir, log }: Pick<Place, 'workDir' | 'log'>,
): Promise<Backend> {
  if (flag === 'copy') return flag;
  try {
    await tryOverlay(folder, workDir);
    return 'overlay';
  } catch (error) {
    const reason = errorText(error);
    if (flag === 'overlay')
      throw new StartError(`--image_provisioner_backend: overlay does not work: ${reason}; use copy`);
    log.warn({ reason }, 'there is no overlay here: containers with images get copies');
    return 'copy';
  }
}

async function tryOverlay(folder: StoreFolder, workDir: string): Promise<void> {
  // Of a container that nobody knows: what is left of it goes at the next start.
  const trial = join(workDir, PROVISIONER, 'trial');
  rmSync(trial, { recursive: true, force: true });
  try {
    for (const name of ['root', 'upper', 'work']) makeFolder(join(trial, name));
    const options = overlayOptions([join('..', 'empty')], join(trial, 'upper'), join(trial, 'work'));
    const mount = ['mount', '-t', 'overlay', 'overlay', '-o', options, join(trial, 'root')];
    await runTool({
      file: 'unshare',
      args: ['--mount', '--propagation', 'slave', ...mount],
      directory: folder.layers,
      fileMax: ENTRIES_MAX,
      signal: AbortSignal.timeout(STALL_MS),
    });
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}
