/**
 * Host names of agents to IPv4 addresses, remembered for a minute.
 */

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';
import type { App } from '../core/apps';

const KEPT_MS = 60_000;
const LOOKUP_LIMIT_MS = 3000;

/** The part of dns.lookup that is needed. */
export type Lookup = (host: string) => Promise<string>;

const systemLookup: Lookup = async (host) => (await lookup(host, { family: 4 })).address;

export class Resolver {
  private readonly hosts = new WeakMap<App, readonly string[]>();
  private known = new Map<string, { address: string; until: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly look: Lookup = systemLookup,
  ) {}

  /** Addresses of all hosts that tasks of these apps run on. A host that fails keeps its last address. */
  async resolve(apps: readonly App[]): Promise<ReadonlyMap<string, string>> {
    const hosts = new Set<string>();
    for (const app of apps) for (const host of this.hostsOf(app)) hosts.add(host);
    const addresses = new Map<string, string>();
    const addAddress = async (host: string): Promise<void> => {
      const address = await this.addressOf(host);
      if (address !== undefined) addresses.set(host, address);
    };
    await Promise.all([...hosts].map(addAddress));
    this.known = new Map([...this.known].filter(([host]) => hosts.has(host)));
    return addresses;
  }

  private hostsOf(app: App): readonly string[] {
    const found = this.hosts.get(app) ?? [...new Set(app.tasks.map(({ host }) => host))];
    this.hosts.set(app, found);
    return found;
  }

  private async addressOf(host: string): Promise<string | undefined> {
    if (isIP(host)) return host;
    if (host === 'localhost') return '127.0.0.1';
    const known = this.known.get(host);
    if (known && known.until > this.clock.now()) return known.address;
    try {
      const address = await withLimit(this.look(host), LOOKUP_LIMIT_MS);
      this.known.set(host, { address, until: this.clock.now() + KEPT_MS });
      return address;
    } catch (error) {
      this.log.warn({ host, error: (error as Error).message }, 'a host name cannot be resolved');
      return known?.address;
    }
  }
}

function withLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
