/**
 * The containerizer of an agent, made from its flags and what this machine has.
 */

import { join, resolve } from 'node:path';
import { errorText } from '../../../model/error-text';
import { type Resources, rangesOf, readResources, type WireResource } from '../../../model/resources';
import type { Clock } from '../../../runtime/clock';
import { makeFolder } from '../../../runtime/files/make-folder';
import { holderProgram } from '../../../runtime/holder/held-program';
import { StartError } from '../../../runtime/lifecycle';
import type { Logger } from '../../../runtime/log';
import type { AgentConfig } from '../../config';
import {
  ComposedContainerizer,
  type ContainerTable,
  type NamedContainerizer,
} from '../../containerizer/composed';
import { MesosContainerizer } from '../../containerizer/containerizer';
import { Fetcher } from '../../containerizer/fetcher/fetcher';
import { fetcherSettings } from '../../containerizer/fetcher/fetcher-flags';
import { findMachine } from '../../containerizer/find-machine';
import { createProvisioner } from '../../containerizer/images/create-provisioner';
import type { Provisioner } from '../../containerizer/images/provisioner';
import type { Machine } from '../../containerizer/isolation';
import type { Isolator } from '../../containerizer/isolators/isolator';
import { makeIsolators } from '../../containerizer/isolators/make-isolators';
import { OciLauncher } from '../../containerizer/oci/oci-launcher';
import { OutputFiles } from '../../containerizer/output';
import { ChildLauncher } from '../../containerizer/posix/child-launcher';
import { PosixLauncher } from '../../containerizer/posix/posix-launcher';
import type { ProgramLauncher } from '../../containerizer/program-launcher';
import { containerIds } from '../../containerizer/run-folder';
import { openSecrets } from '../../containerizer/secrets/secret-store';
import { createDocker } from '../../docker/create-docker';
import { dockerRuntimeDir } from '../../docker/docker-containerizer';
import type { ContainerizerName } from '../flags/containerizers-flag';
import { containerLogBounds } from '../flags/log-flags';
import { modulesOf } from '../flags/modules';
import { agentResources } from '../machine/resources';

interface Place {
  readonly workDir: string;
  readonly runtimeDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called at the end of a container that is no executor's, with its sandbox. */
  readonly sandboxEnded: (directory: string) => void;
}

/** The containerizer, with what has to be stopped when the agent stops. */
export interface ContainerizerParts {
  readonly containerizer: ContainerTable;
  /** The counters of its parts, in the names of the original. */
  readonly metrics: () => Record<string, number>;
  /** Undefined without `--image_providers`. */
  readonly provisioner: Provisioner | undefined;
  /** Ends the timers of the isolators. Containers go on. */
  readonly stop: () => void;
}

/** The folder of what outlives the agent but not the machine. */
export function runtimeFolder(config: Pick<AgentConfig, 'runtime_dir'>, workDir: string): string {
  return config.runtime_dir === undefined ? join(workDir, 'run') : resolve(config.runtime_dir);
}

/** Makes it. Rejects with a StartError for an isolator that this machine cannot have, or a folder that cannot be made. */
export async function createContainerizer(config: AgentConfig, place: Place): Promise<ContainerizerParts> {
  makeRuntimeFolder(place.runtimeDir);
  const machine = findMachine(config);
  const resources = await agentResources(config, place.workDir);
  const offered: Resources = readResources(resources as readonly WireResource[]);
  const secrets = await openSecrets(config, place.log);
  const images = await createProvisioner(config, { ...place, secrets });
  const provisioner = images?.provisioner;
  const isolators = makeIsolators(
    { config, ports: rangesOf(offered, 'ports'), provisioner, secrets, ...place },
    machine,
  );
  const output = new OutputFiles(containerLogBounds(config, modulesOf(config)));
  const fetcher = new Fetcher({ ...fetcherSettings(config, place.workDir, process.env), ...place });
  const fetching = { fetcher, output };
  const mesos = new MesosContainerizer({
    ...place,
    isolators,
    provisioner,
    fetching,
    cgroupsRoot: config.cgroups_root,
    switchUser: config.switch_user,
    destroyed: ({ parent, directory }) => {
      if (parent !== undefined) place.sandboxEnded(directory);
    },
    ...launchersOf(machine, output, place),
  });
  const docker = config.containerizers.includes('docker')
    ? await createDocker(config, { ...place, hierarchies: machine.hierarchies, fetching, secrets })
    : undefined;
  const rows = config.containerizers.flatMap((name): readonly NamedContainerizer[] => {
    const containerizer = name === 'docker' ? docker?.containerizer : mesos;
    return containerizer ? [{ name, containerizer, takes: TAKES[name] }] : [];
  });
  const stop = (): void => {
    stopAll(isolators);
    images?.stop();
    docker?.stop();
  };
  const metrics = (): Record<string, number> => ({
    ...fetcher.metrics(),
    ...mesos.metrics(),
    ...provisioner?.metrics(),
    ...docker?.metrics(),
  });
  return { containerizer: new ComposedContainerizer(rows), metrics, provisioner, stop };
}

/** The containers that each containerizer takes. */
const TAKES: Readonly<Record<ContainerizerName, NamedContainerizer['takes']>> = {
  mesos: ({ container }) => (container?.type ?? 'MESOS') === 'MESOS',
  docker: ({ container }) => container?.type === 'DOCKER',
};

/** The ids of all containers of earlier runs, nested ones, too. */
export function earlierIds(runtimeDir: string): readonly string[] {
  return [runtimeDir, dockerRuntimeDir(runtimeDir)].flatMap((folder) => containerIds(folder));
}

function makeRuntimeFolder(path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    throw new StartError(`--runtime_dir: ${path} cannot be used: ${errorText(error)}`);
  }
}

function stopAll(isolators: readonly Isolator[]): void {
  for (const isolator of isolators) isolator.stop?.();
}

interface Launchers {
  readonly posix: ProgramLauncher;
  readonly runtime: ProgramLauncher | undefined;
}

function launchersOf(machine: Machine, output: OutputFiles, { runtimeDir }: Place): Launchers {
  const holder = holderProgram();
  if (holder === undefined) return { posix: new ChildLauncher(output), runtime: undefined };
  const posix = new PosixLauncher(holder, output);
  const { runtime } = machine;
  if ('missing' in runtime) return { posix, runtime: undefined };
  const stateFolder = join(runtimeDir, 'runc');
  return { posix, runtime: new OciLauncher({ runtime: runtime.path, stateFolder, holder, output }) };
}
