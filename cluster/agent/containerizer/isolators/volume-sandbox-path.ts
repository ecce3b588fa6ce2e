/**
 * The isolator `volume/sandbox_path`: folders of the own sandbox at an absolute path, and folders of the parent's sandbox, by
 * which nested containers share files (Mesos 1.11 src/slave/containerizer/mesos/isolators/volume/sandbox_path.cpp).
 *
 * A link does for a folder to write to; a mount, which needs a runtime, is made where it does not.
 */

import { existsSync, lstatSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import type { Volume } from '../../../api/generated/mesos';
import type { ContainerSpec } from '../../core/state/container-spec';
import type { Mount } from '../oci/runtime-spec';
import type { IsolatorContext } from './context';
import type { ContainerRun, Isolator } from './isolator';
import { mountPoint } from './mount-point';
import { linkedVolumes } from './persistent-volumes';
import { makeFileInside, makeFolderInside } from './sandbox-folders';
import { bindMount, type SandboxPath, sandboxPathOf, volumesError } from './volumes';

export function volumeSandboxPath({ config, hasRuntime, workDir, log }: IsolatorContext): Isolator {
  const { sandbox_directory: sandbox } = config;
  return {
    name: 'volume/sandbox_path',
    needsRuntime: false,
    refusal: (spec) => sandboxPathError(spec, hasRuntime),
    async prepare(run) {
      const { containerId } = run.spec;
      const mounts: Mount[] = [];
      for (const volume of run.spec.container?.volumes ?? []) {
        const path = sandboxPathOf(volume);
        if (path === undefined) continue;
        const source = sourceOf(path, run, workDir);
        if (needsMount(volume, run.spec) && hasRuntime)
          mounts.push(
            bindMount(
              source,
              mountPoint(volume.container_path, { source, spec: run.spec, sandbox }),
              volume.mode,
            ),
          );
        else {
          if (volume.mode === 'RO')
            log.warn(
              { container: containerId, source },
              'without a runtime a read-only volume can be written to',
            );
          link(source, volume.container_path, run.spec.directory);
        }
      }
      return mounts.length === 0 ? {} : { mounts };
    },
  };
}

/** False where a link does: a folder to write to, in the sandbox of a container with the file system of the host. */
function needsMount({ container_path, mode }: Volume, { container }: ContainerSpec): boolean {
  return isAbsolute(container_path) || mode === 'RO' || container?.mesos?.image !== undefined;
}

/** The error in the volumes of a container that are folders of a sandbox. */
export function sandboxPathError(spec: ContainerSpec, hasRuntime: boolean): string | undefined {
  const error = volumesError(spec.container);
  if (error !== undefined) return error;
  for (const volume of spec.container?.volumes ?? []) {
    const path = sandboxPathOf(volume);
    const wrong = path && pathError(volume, path, { isNested: spec.parent !== undefined, hasRuntime });
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function pathError(
  { container_path }: Volume,
  { type, path }: SandboxPath,
  { isNested, hasRuntime }: { readonly isNested: boolean; readonly hasRuntime: boolean },
): string | undefined {
  if (isAbsolute(path)) return `Path '${path}' in SANDBOX_PATH volume is absolute`;
  if (isOutside(path)) return `Path '${path}' in SANDBOX_PATH volume is outside of the sandbox`;
  if (type === 'UNKNOWN') return 'Unknown SANDBOX_PATH volume type';
  if (type === 'PARENT' && !isNested)
    return 'SANDBOX_PATH volume PARENT type only works for nested container';
  if (type === 'SELF' && !isAbsolute(container_path))
    return "'container_path' is relative for SANDBOX_PATH volume SELF type";
  if (!isAbsolute(container_path) && (isOutside(container_path) || isSandbox(container_path)))
    return `'container_path' ${container_path} of SANDBOX_PATH volume is not a place in the sandbox`;
  return isAbsolute(container_path) && !hasRuntime
    ? 'SANDBOX_PATH volume with absolute container path needs an OCI runtime, and there is none'
    : undefined;
}

/** True for a relative path that leads out of the folder that it is relative to. */
function isOutside(path: string): boolean {
  return normalize(path).split('/')[0] === '..';
}

/** True for a relative path that is that folder itself. */
function isSandbox(path: string): boolean {
  return ['.', './'].includes(normalize(path));
}

/** The folder to share, made for the user of its sandbox. */
function sourceOf({ type, path }: SandboxPath, { spec, parent }: ContainerRun, workDir: string): string {
  if (type === 'SELF') return makeFolderInside(spec.directory, path);
  if (parent === undefined) throw new Error('Failed to locate the sandbox for the parent container');
  // A persistent volume of the parent is a link in its sandbox, which leads out of that.
  const [first, ...rest] = normalize(path).split('/');
  const volume = linkedVolumes(workDir, parent.spec.resources).find(({ name }) => name === first);
  if (volume) return makeFolderInside(volume.path, rest.join('/'));
  return existsSync(join(parent.spec.directory, path)) && !isFolder(join(parent.spec.directory, path))
    ? makeFileInside(parent.spec.directory, path)
    : makeFolderInside(parent.spec.directory, path);
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory();
}

/** Links a folder into the sandbox. A prepare that is done again finds its link there; one of another volume is refused. */
function link(source: string, containerPath: string, sandbox: string): void {
  const target = join(makeFolderInside(sandbox, dirname(normalize(containerPath))), basename(containerPath));
  const existing = lstatSync(target, { throwIfNoEntry: false });
  if (existing?.isSymbolicLink() && readlinkSync(target) === source) return;
  if (existing)
    throw new Error(`'container_path' ${containerPath} of SANDBOX_PATH volume is in the sandbox already`);
  symlinkSync(source, target);
}
