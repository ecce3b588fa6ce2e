/**
 * Containers that are known by their processes alone: their run folders are gone, such as with another `--runtime_dir`.
 *
 * Nobody can tell their ends, and their tasks are launched anew elsewhere, so that they must not go on.
 */

import { cgroupMembers, groupProcesses, killFound } from '../../runtime/processes';

/** The sandbox of an executor, or of a standalone container. */
const SANDBOX = /^(?:slaves\/[^/]+\/frameworks\/[^/]+\/executors\/[^/]+\/runs|containers)\/([^/]+)/;

/** Kills all processes in sandboxes of containers that have no run folder. Resolves with the ids of these containers. */
export async function killStrays(workDir: string, ids: ReadonlySet<string>): Promise<string[]> {
  const strays = new Set<string>();
  await killFound(() =>
    [...groupProcesses('MESOS_SANDBOX')].flatMap(([sandbox, pids]) => {
      const id = containerOf(sandbox, workDir);
      if (id === undefined || ids.has(id)) return [];
      strays.add(id);
      return pids.filter((pid) => pid !== process.pid);
    }),
  );
  return [...strays];
}

/** Kills all processes in a cgroup and those below, in whatever hierarchy; the number of them. */
export async function killInCgroup(cgroup: string): Promise<number> {
  return await killFound(() => cgroupMembers(cgroup));
}

/** The id of the executor's or standalone container that a sandbox is in, or is nested in. */
function containerOf(sandbox: string, workDir: string): string | undefined {
  if (!sandbox.startsWith(`${workDir}/`)) return undefined;
  return SANDBOX.exec(sandbox.slice(workDir.length + 1))?.[1];
}
