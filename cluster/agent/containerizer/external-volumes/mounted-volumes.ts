/**
 * External volumes that are mounted on the host for containers, each once for all that claim it.
 *
 * Always true: calls for one volume are made one after the other; nothing is unmounted that a container claims.
 */

import { once } from 'node:events';
import { errorText } from '../../../model/error-text';
import type { Dvdcli, ExternalVolume } from './dvdcli';
import { type VolumeClaims, volumeKey } from './volume-claims';

/** A volume with the options of its driver. */
export interface WantedVolume extends ExternalVolume {
  readonly options: ReadonlyMap<string, string>;
}

export class MountedVolumes {
  /** The end of the last call for each volume. */
  private readonly last = new Map<string, Promise<unknown>>();
  /** The ends of containers under way. */
  private readonly ending = new Map<string, Promise<void>>();

  constructor(
    private readonly claims: VolumeClaims,
    private readonly dvdcli: Pick<Dvdcli, 'mount' | 'unmount'>,
  ) {}

  /** Mounts the volumes of a container. Their folders on the host; rejects with all reasons, when no call is under way. */
  async mount(
    containerId: string,
    volumes: readonly WantedVolume[],
    signal?: AbortSignal,
  ): Promise<readonly string[]> {
    this.claims.claim(containerId, volumes);
    return await all(
      volumes.map((volume) =>
        this.inTurn(volume, () => this.dvdcli.mount(volume, volume.options, signal), signal),
      ),
    );
  }

  /** Unmounts what no other container claims. One whose end is under way is waited for. */
  end(containerId: string): Promise<void> {
    const underWay = this.ending.get(containerId);
    if (underWay) return underWay;
    if (!this.claims.has(containerId)) return Promise.resolve();
    const end = this.unmount(containerId, this.claims.release(containerId)).finally(() =>
      this.ending.delete(containerId),
    );
    this.ending.set(containerId, end);
    return end;
  }

  private async unmount(containerId: string, volumes: readonly ExternalVolume[]): Promise<void> {
    await all(volumes.map((volume) => this.inTurn(volume, () => this.dvdcli.unmount(volume))));
    this.claims.forget(containerId);
  }

  /** The signal ends the wait for earlier calls; a call that has begun ends by itself. */
  private inTurn<T>(volume: ExternalVolume, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const key = volumeKey(volume);
    const earlier = this.last.get(key) ?? Promise.resolve();
    const turn = untilAborted(earlier, signal).then(call);
    const end = Promise.allSettled([earlier, turn]);
    this.last.set(key, end);
    void end.then(() => {
      if (this.last.get(key) === end) this.last.delete(key);
    });
    return turn;
  }
}

async function untilAborted(wait: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return void (await wait);
  signal.throwIfAborted();
  const abort = new AbortController();
  try {
    await Promise.race([wait, once(signal, 'abort', { signal: abort.signal })]);
    signal.throwIfAborted();
  } finally {
    abort.abort();
  }
}

/** All results. Rejects with all reasons, a line each, once every one has ended. */
async function all<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(promises);
  const reasons = results.flatMap((result) =>
    result.status === 'rejected' ? [errorText(result.reason)] : [],
  );
  if (reasons.length > 0) throw new Error(reasons.join('\n'));
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
