/**
 * Looks up the host names of masters, agents and frameworks in the background, so that no zone ever waits for one.
 *
 * Always true: a name that cannot be found keeps the addresses it had; few look-ups run at once, because they
 * share the threads that reading files needs; names that are not wanted any more are forgotten.
 */

import { lookup } from 'node:dns/promises';
import { errorText } from '../../cluster/model/error-text';
import type { Clock } from '../../cluster/runtime/clock';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';

/** Asks for all addresses of a name; rejects when there is none. */
export type LookUpHost = (host: string) => Promise<readonly string[]>;

export interface HostLookupsOptions {
  /** The time for which a look-up holds. */
  readonly refreshMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when the addresses of a name have changed. */
  readonly changed: (host: string, addresses: readonly string[]) => void;
  readonly find?: LookUpHost | undefined;
}

const LOOKUPS_MAX = 2;

interface LookedUpHost {
  addresses: readonly string[];
  dueAt: number;
}

export class HostLookups implements Running {
  private lookedUp = new Map<string, LookedUpHost>();
  private wanted: ReadonlySet<string> | undefined;
  private readonly waiting = new Set<string>();
  private running = 0;
  private stopped = false;
  private cancel: (() => void) | undefined;

  constructor(private readonly options: HostLookupsOptions) {}

  /** The addresses of the last look-up. */
  lookup(host: string): readonly string[] {
    return this.lookedUp.get(host)?.addresses ?? [];
  }

  /** Sets the names that are in use; those that are new or due are looked up. */
  want(hosts: ReadonlySet<string>): void {
    if (hosts === this.wanted) return;
    this.wanted = hosts;
    this.lookedUp = new Map(
      [...hosts].map((host) => [host, this.lookedUp.get(host) ?? { addresses: [], dueAt: 0 }]),
    );
    for (const host of this.waiting) if (!hosts.has(host)) this.waiting.delete(host);
    this.check();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
  }

  /** Queues the names that are due, and itself for the next time. */
  private check(): void {
    if (this.stopped) return;
    const { clock, refreshMs } = this.options;
    for (const [host, entry] of this.lookedUp) {
      if (entry.dueAt > clock.now()) continue;
      entry.dueAt = clock.now() + refreshMs;
      this.waiting.add(host);
    }
    this.cancel?.();
    this.cancel =
      this.lookedUp.size > 0 ? clock.wakeAt(clock.now() + refreshMs, () => this.check()) : undefined;
    this.next();
  }

  private next(): void {
    for (const host of this.waiting) {
      if (this.running >= LOOKUPS_MAX || this.stopped) return;
      this.waiting.delete(host);
      this.running++;
      void this.find(host).finally(() => {
        this.running--;
        this.next();
      });
    }
  }

  private async find(host: string): Promise<void> {
    const find = this.options.find ?? systemFind;
    try {
      const addresses = [...(await find(host))].sort();
      const entry = this.lookedUp.get(host);
      if (this.stopped || !entry || addresses.join() === entry.addresses.join()) return;
      entry.addresses = addresses;
      this.options.changed(host, addresses);
    } catch (error) {
      this.options.log.debug({ host, error: errorText(error) }, 'a host name has no address');
    }
  }
}

async function systemFind(host: string): Promise<readonly string[]> {
  const entries = await lookup(host, { all: true, verbatim: true });
  return [...new Set(entries.map(({ address }) => address))];
}
