/**
 * A place for tests of containers with images: a registry, and containerizers as an agent with `--image_providers` has them.
 */

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findHierarchies } from '../../../../../cluster/agent/containerizer/cgroups/hierarchies';
import type { MesosContainerizer } from '../../../../../cluster/agent/containerizer/containerizer';
import { createProvisioner } from '../../../../../cluster/agent/containerizer/images/create-provisioner';
import type { Provisioner } from '../../../../../cluster/agent/containerizer/images/provisioner';
import type { Isolator } from '../../../../../cluster/agent/containerizer/isolators/isolator';
import { makeIsolators } from '../../../../../cluster/agent/containerizer/isolators/make-isolators';
import { findProgram } from '../../../../../cluster/agent/containerizer/oci/runtime';
import { secretResolver } from '../../../../../cluster/agent/containerizer/secrets/secret-resolver';
import type { ContainerSpec, Termination } from '../../../../../cluster/agent/core/state/container-spec';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { configOf } from '../isolators/builders';
import { Place, runtime } from '../place';
import { BUSYBOX } from './image-builder';

const HIERARCHY = '/sys/fs/cgroup';

/** True where containers with images can be tried. */
export const hasImages =
  'path' in runtime && BUSYBOX !== undefined && ['skopeo', 'umoci'].every((tool) => findProgram(tool));

export class ImagePlace extends Place {
  readonly store = join(this.workDir, 'store/docker');
  private readonly stops: (() => void)[] = [];
  private readonly umask = process.umask();
  provisioner: Provisioner | undefined;
  /** Isolators that take the place of those of the flags. */
  more: readonly Isolator[] = [];

  /** The flags of an agent that has images. */
  flags(...args: readonly string[]): readonly string[] {
    const isolation = '--isolation=filesystem/linux,docker/runtime,volume/image,namespaces/pid';
    return [isolation, '--image_providers=docker', ...args];
  }

  /** A containerizer of an agent with these flags, and with the umask of one. The one before has ended, or was killed. */
  async agent(...args: readonly string[]): Promise<MesosContainerizer> {
    this.stop();
    process.umask(0o077);
    const config = configOf(...this.flags(...args));
    const { workDir, runtimeDir } = this;
    const secrets = secretResolver({ folder: config.secrets_dir });
    const place = { workDir, runtimeDir, clock: systemClock(), log: silentLogger, secrets };
    const images = await createProvisioner(config, place);
    this.provisioner = images?.provisioner;
    if (images) this.stops.push(images.stop);
    const isolators = makeIsolators(
      { config, ports: [[31_000, 32_000]], provisioner: this.provisioner, ...place },
      {
        isRoot: true,
        runtime,
        hierarchies: findHierarchies(HIERARCHY),
        hasGpu: false,
        cgroupsHierarchy: HIERARCHY,
      },
    );
    const others = isolators.filter(({ name }) => !this.more.some((own) => own.name === name));
    return this.containerizer([...others, ...this.more], { provisioner: this.provisioner });
  }

  /** Lets go of the store, as the end of an agent does. */
  stop(): void {
    for (const stop of this.stops.splice(0)) stop();
  }

  /** A container with an image. */
  imageSpec(name: string, value: string | undefined, more: Partial<ContainerSpec> = {}): ContainerSpec {
    const { container, ...others } = more;
    const image = { type: 'DOCKER', docker: { name } } as const;
    return this.spec(value, { container: { type: 'MESOS', ...container, mesos: { image } }, ...others });
  }

  /** Runs a container to its end. */
  async run(containers: MesosContainerizer, spec: ContainerSpec): Promise<Termination> {
    const container = await containers.launch(spec);
    const termination = await container.ended;
    await containers.destroy(spec.containerId);
    return termination;
  }

  /** Mounts and files of images that should be gone once all containers have ended. */
  leftovers(): readonly string[] {
    const folders = [
      join(this.workDir, 'provisioner/containers'),
      join(this.store, 'staging'),
      join(this.store, 'garbage'),
    ];
    return folders.flatMap((folder) =>
      existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [],
    );
  }

  override async close(): Promise<void> {
    this.stop();
    process.umask(this.umask);
    const left = this.leftovers();
    await super.close();
    rmSync(this.root, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  }
}
