/**
 * Resolves host names of agents to IPv4 addresses and caches them for a minute.
 *
 * Always true: a change waits for a host name only at its first lookup, and then for three seconds at most. An expired
 * address stays in use until it is looked up again.
 */

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { errorText } from '../../cluster/model/error-text';
import type { Clock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';
import type { App } from '../core/apps/apps';
import { createVersioned } from '../core/versions/versioned';

const KEPT_MS = 60_000;
/** Time until a host name that could not be resolved is looked up again. */
const FAILED_MS = 10_000;
const LOOKUP_LIMIT_MS = 3000;

/** Looks up the IPv4 address of a host name. */
export type Lookup = (host: string) => Promise<string>;

const systemLookup: Lookup = async (host) => (await lookup(host, { family: 4 })).address;

interface CachedAddress {
  readonly address: string | undefined;
  readonly until: number;
}

export class Resolver {
  private readonly hosts = createVersioned<readonly string[]>();
  private cached = new Map<string, CachedAddress>();
  private readonly asking = new Map<string, Promise<void>>();
  /** True when a host had no address the last time, so that a retry is due soon. */
  failing = false;

  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly look: Lookup = systemLookup,
  ) {}

  /** Addresses of all hosts of these apps' tasks. */
  async resolve(apps: readonly App[]): Promise<ReadonlyMap<string, string>> {
    const hosts = new Set<string>();
    for (const app of apps) for (const host of this.hostsOf(app)) hosts.add(host);
    this.hosts.trim(apps.length, () => apps.map(({ id }) => id));
    const lookups = [...hosts].flatMap((host) => this.askFor(host) ?? []);
    if (lookups.length > 0) await Promise.all(lookups);
    if (this.cached.size > 2 * hosts.size + 100)
      this.cached = new Map([...this.cached].filter(([host]) => hosts.has(host)));
    const addresses = new Map<string, string>();
    for (const host of hosts) {
      const address = isIP(host) ? host : host === 'localhost' ? '127.0.0.1' : this.cached.get(host)?.address;
      if (address !== undefined) addresses.set(host, address);
    }
    this.failing = addresses.size < hosts.size;
    return addresses;
  }

  private hostsOf(app: App): readonly string[] {
    return this.hosts.of(app.id, app.version, () => [...new Set(app.tasks.map(({ host }) => host))]);
  }

  /** Looks a host up when its address expired. Returns the lookup to wait for; undefined when there is an address. */
  private askFor(host: string): Promise<void> | undefined {
    if (isIP(host) || host === 'localhost') return undefined;
    const cached = this.cached.get(host);
    if (cached && cached.until > this.clock.now()) return undefined;
    const answer = this.asking.get(host) ?? this.ask(host, cached?.address);
    this.asking.set(host, answer);
    return cached === undefined ? answer : undefined;
  }

  private async ask(host: string, before: string | undefined): Promise<void> {
    try {
      const address = await withLimit(this.look(host), LOOKUP_LIMIT_MS);
      this.cached.set(host, { address, until: this.clock.now() + KEPT_MS });
    } catch (error) {
      this.log.warn({ host, error: errorText(error) }, 'a host name cannot be resolved');
      this.cached.set(host, { address: before, until: this.clock.now() + FAILED_MS });
    } finally {
      this.asking.delete(host);
    }
  }
}

function withLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
