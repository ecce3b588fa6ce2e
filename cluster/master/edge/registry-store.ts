/**
 * The registry as one variable of State (cluster/state), in protobuf as Mesos stores it.
 */

import type { Registry } from '../../api/generated/internal';
import { decodeProtobuf } from '../../api/protobuf';
import { type Millis, printDuration } from '../../model/time';
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

export class RegistryStore {
  private variable: Variable | undefined;
  /** Time before which no store begins: a large registry is stored less often, with more changes each time. */
  private notBefore = 0;
  private readonly encode = registryEncoder();
  /** Size of the registry as last read or stored. */
  sizeBytes = 0;

  constructor(
    private readonly state: StateStore,
    private readonly timings: { readonly fetch: Timings; readonly store: Timings },
    private readonly limits: RegistryLimits,
    private readonly rest: (ms: Millis) => Promise<unknown> = pause,
  ) {}

  /** Reads the stored registry; an empty one at the very first start. Rejects after the timeout. */
  async fetch(): Promise<Registry> {
    const began = process.hrtime.bigint();
    const { fetchMs } = this.limits;
    this.variable = await within(
      this.state.fetch(REGISTRY_NAME),
      fetchMs,
      'read',
      '--registry_fetch_timeout',
    );
    this.timings.fetch.add(msSince(began));
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
    const marks = this.state.fetch(FORMER_NAME);
    const { value } = await within(marks, this.limits.fetchMs, 'read', '--registry_fetch_timeout');
    return value.toString() === mark;
  }

  private async write(registry: Registry, others: readonly Change[]): Promise<void> {
    if (!this.variable) throw new Error('the registry was not fetched');
    const { name, version } = this.variable;
    const restMs = this.notBefore - performance.now();
    if (restMs >= REST_MIN_MS) await this.rest(restMs);
    const encodedAt = performance.now();
    const value = this.encode(registry);
    const now = performance.now();
    this.notBefore = now + (now - encodedAt) * REST_TIMES;
    const began = process.hrtime.bigint();
    const storing = this.state.commit([{ name, value, version }, ...others]);
    const done = await within(storing, this.limits.storeMs, 'stored', '--registry_store_timeout');
    this.timings.store.add(msSince(began));
    if (!done.ok) throw new Error('another master stored it');
    this.variable = { name, version: done.versions.get(name) ?? 0, value };
    this.sizeBytes = value.length;
  }
}

function pause(ms: Millis): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
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
