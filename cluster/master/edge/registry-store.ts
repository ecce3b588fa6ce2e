/**
 * The registry as one variable of State (cluster/state), in protobuf as Mesos stores it.
 */

import type { Registry } from '../../api/generated/internal';
import { decodeProtobuf } from '../../api/protobuf';
import { type Millis, printDuration } from '../../model/time';
import { type Clock, pause } from '../../runtime/clock';
import type { Timings } from '../../runtime/metrics';
import type { Change, StateStore, Variable } from '../../state/store';
import { registryEncoder } from './registry-bytes';

export const REGISTRY_NAME = 'registry';
/** The variable with the digest of the registry that was moved here from a disk (former-registry.ts). */
const FORMER_NAME = 'registry.former';

/** Timeouts after which an access has failed: `--registry_fetch_timeout`, `--registry_store_timeout`. */
export interface RegistryLimits {
  readonly fetchMs: Millis;
  readonly storeMs: Millis;
}

/** The pause between two stores, as a multiple of the time that encoding the registry took. */
const REST_TIMES = 3;
/** Shorter pauses are skipped. */
const REST_MIN_MS = 5;

export interface RegistryStoreOptions {
  readonly state: StateStore;
  readonly timings: { readonly fetch: Timings; readonly store: Timings };
  readonly limits: RegistryLimits;
  readonly clock: Clock;
  /** Measures work, in parts of milliseconds. */
  readonly stopwatch?: (() => Millis) | undefined;
}

export class RegistryStore {
  private variable: Variable | undefined;
  /** Time before which no store begins: a large registry is stored less often, with more changes each time. */
  private notBefore = 0;
  private readonly encode = registryEncoder();
  /** Size of the registry as last read or stored. */
  sizeBytes = 0;

  constructor(private readonly options: RegistryStoreOptions) {}

  /** Reads the stored registry; an empty one at the very first start. Rejects after the timeout. */
  async fetch(): Promise<Registry> {
    const began = process.hrtime.bigint();
    this.variable = await this.fetched(REGISTRY_NAME);
    this.options.timings.fetch.add(msSince(began));
    this.sizeBytes = this.variable.value.length;
    return decodeProtobuf('mesos.internal.Registry', this.variable.value);
  }

  /** Stores the registry. Rejects if another master stored one since the last fetch or store, and after the timeout. */
  async store(registry: Registry): Promise<void> {
    await this.write(registry, []);
  }

  /** Stores a registry from elsewhere, with a mark by which it is recognized. Rejects as `store` does. */
  async take(registry: Registry, mark: string): Promise<void> {
    await this.write(registry, [{ name: FORMER_NAME, value: Buffer.from(mark) }]);
  }

  /** True when the last registry taken had this mark. */
  async wasTaken(mark: string): Promise<boolean> {
    const { value } = await this.fetched(FORMER_NAME);
    return value.toString() === mark;
  }

  private async write(registry: Registry, others: readonly Change[]): Promise<void> {
    if (!this.variable) throw new Error('the registry was not fetched');
    const { name, version } = this.variable;
    const { state, timings, limits, clock, stopwatch = () => performance.now() } = this.options;
    const restMs = this.notBefore - clock.now();
    if (restMs >= REST_MIN_MS) await pause(clock, restMs);
    const encodedAt = stopwatch();
    const value = this.encode(registry);
    this.notBefore = clock.now() + (stopwatch() - encodedAt) * REST_TIMES;
    const began = process.hrtime.bigint();
    const storing = state.commit([{ name, value, version }, ...others]);
    const done = await this.within(storing, limits.storeMs, 'stored', '--registry_store_timeout');
    timings.store.add(msSince(began));
    if (!done.ok) throw new Error('another master stored it');
    this.variable = { name, version: done.versions.get(name) ?? 0, value };
    this.sizeBytes = value.length;
  }

  private fetched(name: string): Promise<Variable> {
    const { state, limits } = this.options;
    return this.within(state.fetch(name), limits.fetchMs, 'read', '--registry_fetch_timeout');
  }

  private within<T>(work: Promise<T>, ms: Millis, done: string, flag: string): Promise<T> {
    const { clock } = this.options;
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new Error(`it was not ${done} within ${printDuration(ms)} (${flag})`));
      const cancel = clock.wakeAt(clock.now() + ms, late);
      work.then(resolve, reject).finally(cancel);
    });
  }
}

function msSince(began: bigint): number {
  return Number(process.hrtime.bigint() - began) / 1e6;
}
