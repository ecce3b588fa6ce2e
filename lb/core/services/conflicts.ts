/**
 * Resolves the conflicts of services: names that meet, and addresses that two of them, or the load balancer, listen on.
 *
 * Always true: the load balancer's own listeners win, then the first app; the loser keeps everything but its listener.
 */

import type { Issue } from '../issues/issues';
import { UNVERSIONED } from '../versions/versioned';
import {
  type Bind,
  type BuildContext,
  bindsCollide,
  isSameBind,
  isWildcard,
  type ModelOptions,
  printBind,
} from './options';
import type { Service } from './service';
import type { ServiceCache } from './service-cache';

/** An address with its owner, and a test for addresses that later services cannot bind because of it. */
interface ListenerClaim {
  readonly bind: Bind;
  readonly owner: string | Service;
  readonly blocks: (bind: Bind) => boolean;
}

/** Gives each service a unique name. A service whose address is taken gets no listener; the load balancer's own win. */
export function resolveConflicts(
  services: readonly Service[],
  {
    options,
    context,
    issues,
    cache,
  }: {
    readonly options: ModelOptions;
    readonly context: BuildContext;
    readonly issues: Issue[];
    readonly cache: ServiceCache;
  },
): Service[] {
  const held = new Map<number, ListenerClaim[]>();
  const names = new Set<string>();
  const hold = (holder: ListenerClaim): void => {
    const holders = held.get(holder.bind.port);
    if (holders) holders.push(holder);
    else held.set(holder.bind.port, [holder]);
  };
  for (const [owner, bind] of reservedListeners(options))
    hold({ owner, bind, blocks: reservedBlocks(bind, options) });
  const ordered = [...services].sort((a, b) => (a.app === b.app ? a.bind.port - b.bind.port : 0));
  return ordered.map((service) => {
    const { app, index, bind, labels } = service;
    const name = uniqueName(service, names);
    names.add(name);
    if (!service.listens) return placedService(service, { name, listens: false }, cache);
    const holders = held.get(bind.port) ?? [];
    const blocking = holders.find(({ blocks }) => blocks(bind));
    const why =
      (blocking && `it belongs to ${printOwner(blocking.owner)}`) ??
      (context.unbindable.size > 0 ? context.unbindable.get(printBind(bind)) : undefined);
    if (why === undefined) {
      issues.push(...holders.flatMap((holder) => shadowIssues({ owner: service, bind }, holder)));
      hold({ bind, owner: service, blocks: (other) => isSameBind(bind, other) });
      return placedService(service, { name, listens: true }, cache);
    }
    const label = labels.PORT === undefined ? undefined : `HAPROXY_${index}_PORT`;
    const text = `port ${index} cannot listen on ${printBind(bind)}: ${why}; ${remainingRoutes(service, options)}`;
    issues.push({ app, label, text });
    return placedService(service, { name, listens: false }, cache);
  });
}

/** Tests for addresses that a listener of the load balancer blocks. Its API is another process than HAProxy. */
function reservedBlocks(bind: Bind, { admin, stats }: ModelOptions): (other: Bind) => boolean {
  if (bind === admin) return (other) => bindsCollide(bind, other);
  if (bind === stats && isWildcard(bind)) return (other) => other.port === bind.port;
  return (other) => isSameBind(bind, other);
}

/** An issue for a listener on a single address that takes connections from a wildcard listener of the same port. */
function shadowIssues(
  left: Pick<ListenerClaim, 'owner' | 'bind'>,
  right: Pick<ListenerClaim, 'owner' | 'bind'>,
): Issue[] {
  const [single, wild] = isWildcard(left.bind) ? [right, left] : [left, right];
  if (!isWildcard(wild.bind) || isWildcard(single.bind) || typeof single.owner === 'string') return [];
  const { app, index } = single.owner;
  const text = `takes the connections to ${printBind(single.bind)} from ${printOwner(wild.owner)}`;
  return [{ app, label: `HAPROXY_${index}_BIND_ADDR`, text: `${text}, which has ${printBind(wild.bind)}` }];
}

/** Tells in the issue by which ways requests still reach a service without a listener. */
function remainingRoutes({ mode, labels, index, routesHosts }: Service, { httpIn }: ModelOptions): string {
  if (mode !== 'http') return `nothing leads to it; HAPROXY_${index}_PORT gives it another port`;
  const hosts = httpIn !== undefined && routesHosts && (labels.VHOST ?? []).length > 0;
  return hosts ? 'its host names and app id lead to it' : 'its app id leads to it';
}

/** The name of a service, with its index appended when the name is in use. */
function uniqueName({ name, index }: Service, names: ReadonlySet<string>): string {
  let free = name;
  while (names.has(free)) free = `${free}_${index}`;
  return free;
}

/** The key of a service in the cache of placed services. */
export function placedName({ index, app }: Service): string {
  return `${index} ${app}`;
}

/** The service with this name and with or without a listener. */
function placedService(
  service: Service,
  { name, listens }: Pick<Service, 'name' | 'listens'>,
  cache: ServiceCache,
): Service {
  if (service.name === name && service.listens === listens) return service;
  const placement = service.version === UNVERSIONED ? UNVERSIONED : `${service.version} ${name} ${listens}`;
  return cache.placed.of(placedName(service), placement, () => ({
    ...service,
    version: cache.nextVersion(),
    name,
    listens,
    requested: service,
  }));
}

/** Gives `fresh` the name and listener that `before` has. */
export function placedLike(before: Service, fresh: Service, cache: ServiceCache): Service {
  return placedService(fresh, before, cache);
}

function printOwner(owner: string | Service): string {
  return typeof owner === 'string' ? owner : `${owner.app} port ${owner.index}`;
}

/** The load balancer's own listeners, with their names for issues and errors. */
export function reservedListeners(options: ModelOptions): [string, Bind][] {
  const listeners: [string, Bind | undefined][] = [
    ['the HTTP front (--http-in-port)', options.httpIn],
    ['the HTTPS front (--https-in-port)', options.httpsIn],
    ['the app id front (--appid-port)', options.appIdIn],
    ['the statistics (--stats-port)', options.stats],
    ["the load balancer's API (--http-port)", options.admin],
  ];
  return listeners.flatMap(([who, bind]): [string, Bind][] => (bind ? [[who, bind]] : []));
}
