/**
 * Several containerizers as one: each container belongs to the first that takes it (Mesos 1.11
 * src/slave/containerizer/composing.cpp).
 *
 * Always true: a container is launched, changed and ended by the same containerizer, and nested ones by that of their parent.
 */

import type { ContainerSpec, Termination } from '../core/state/container-spec';
import type { Container, Containerizer, ResourceChange } from './port';

/** A containerizer whose containers can be looked at. */
export interface ContainerTable extends Containerizer {
  /** All containers that were not destroyed yet, such as for statistics. */
  all(): readonly Container[];
  get(containerId: string): Container | undefined;
}

/** A containerizer by its name in `--containerizers`. */
export interface NamedContainerizer {
  readonly name: string;
  readonly containerizer: ContainerTable;
  /** False for a container of another type. Pure. */
  readonly takes: (spec: ContainerSpec) => boolean;
}

/** The refusal of a container that none of the containerizers takes. */
export class NoContainerizer extends Error {
  constructor(names: readonly string[]) {
    super(
      `None of the enabled containerizers (${names.join(',')}) could create a container for the provided ` +
        'TaskInfo/ExecutorInfo message',
    );
  }
}

export class ComposedContainerizer implements ContainerTable {
  /** In the order of `--containerizers`. */
  constructor(private readonly rows: readonly NamedContainerizer[]) {}

  async launch(spec: ContainerSpec): Promise<Container> {
    const { parent } = spec;
    const containerizer =
      parent === undefined
        ? this.rows.find(({ takes }) => takes(spec))?.containerizer
        : (this.ownerOf(parent) ?? this.rows[0]?.containerizer);
    if (!containerizer) throw new NoContainerizer(this.rows.map(({ name }) => name));
    return await containerizer.launch(spec);
  }

  async update(containerId: string, change: ResourceChange): Promise<void> {
    const owner = this.ownerOf(containerId);
    if (!owner) throw new Error(`Unknown container '${containerId}'`);
    await owner.update(containerId, change);
  }

  async wait(containerId: string): Promise<Termination | undefined> {
    return await this.ownerOf(containerId)?.wait(containerId);
  }

  async destroy(containerId: string): Promise<Termination | undefined> {
    return await this.ownerOf(containerId)?.destroy(containerId);
  }

  async recover(wanted: readonly string[]): Promise<readonly Container[]> {
    const all = await Promise.all(this.rows.map(({ containerizer }) => containerizer.recover(wanted)));
    return all.flat();
  }

  all(): readonly Container[] {
    return this.rows.flatMap(({ containerizer }) => containerizer.all());
  }

  get(containerId: string): Container | undefined {
    return this.ownerOf(containerId)?.get(containerId);
  }

  private ownerOf(containerId: string): ContainerTable | undefined {
    return this.rows.find(({ containerizer }) => containerizer.get(containerId))?.containerizer;
  }
}
