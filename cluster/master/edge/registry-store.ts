/**
 * The registry as one variable of State, in protobuf as Mesos keeps it.
 */

import type { Registry } from '../../api/generated/internal';
import { decodeProtobuf, encodeProtobuf } from '../../api/protobuf';
import { type StateStore, store, type Variable } from '../../state/store';

const NAME = 'registry';

export class RegistryStore {
  private variable: Variable | undefined;

  constructor(private readonly state: StateStore) {}

  /** What the master before stored; empty at the very first start. */
  async fetch(): Promise<Registry> {
    this.variable = await this.state.fetch(NAME);
    return decodeProtobuf('mesos.internal.Registry', this.variable.value);
  }

  /** Stores the registry if nobody else did since; rejects otherwise. One store at a time. */
  async store(registry: Registry): Promise<void> {
    if (!this.variable) throw new Error('the registry was not fetched');
    const value = Buffer.from(encodeProtobuf('mesos.internal.Registry', registry));
    const stored = await store(this.state, this.variable, value);
    if (!stored) throw new Error('another master stored it');
    this.variable = stored;
  }
}
