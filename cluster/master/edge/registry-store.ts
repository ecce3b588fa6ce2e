/**
 * The registry as one variable of State, in protobuf as Mesos keeps it.
 */

import type { Registry } from '../../api/generated/internal';
import { decodeProtobuf } from '../../api/protobuf';
import { type Millis, printDuration } from '../../model/time';
import type { Timings } from '../../runtime/metrics';
import { type StateStore, store, type Variable } from '../../state/store';
import { registryEncoder } from './registry-bytes';

const NAME = 'registry';

/** What takes longer has failed: `--registry_fetch_timeout`, `--registry_store_timeout`. */
export interface RegistryLimits {
  readonly fetchMs: Millis;
  readonly storeMs: Millis;
}

export class RegistryStore {
  private variable: Variable | undefined;
  private readonly encode = registryEncoder();
  /** Bytes as last read or stored. */
  sizeBytes = 0;

  constructor(
    private readonly state: StateStore,
    private readonly timings: { readonly fetch: Timings; readonly store: Timings },
    private readonly limits: RegistryLimits,
  ) {}

  /** What the master before stored; empty at the very first start. Rejects when it takes too long. */
  async fetch(): Promise<Registry> {
    const began = process.hrtime.bigint();
    const { fetchMs } = this.limits;
    this.variable = await within(this.state.fetch(NAME), fetchMs, 'read', '--registry_fetch_timeout');
    this.timings.fetch.add(msSince(began));
    this.sizeBytes = this.variable.value.length;
    return decodeProtobuf('mesos.internal.Registry', this.variable.value);
  }

  /** Stores the registry if nobody else did since; rejects otherwise, or when it takes too long. One store at a time. */
  async store(registry: Registry): Promise<void> {
    if (!this.variable) throw new Error('the registry was not fetched');
    const value = this.encode(registry);
    const began = process.hrtime.bigint();
    const storing = store(this.state, this.variable, value);
    const stored = await within(storing, this.limits.storeMs, 'stored', '--registry_store_timeout');
    this.timings.store.add(msSince(began));
    if (!stored) throw new Error('another master stored it');
    this.variable = stored;
    this.sizeBytes = value.length;
  }
}

function within<T>(work: Promise<T>, ms: Millis, done: string, flag: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`it was not ${done} within ${printDuration(ms)} (${flag})`));
    const timer = setTimeout(late, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function msSince(began: bigint): number {
  return Number(process.hrtime.bigint() - began) / 1e6;
}
