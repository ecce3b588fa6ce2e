/**
 * `/v1/watch`: changes of the zone as they happen, as server-sent events. `?name=SUFFIX` narrows it to names that end so.
 *
 * In: the names that each change has changed, and the zone after it
 * Out: `zone` (all names may have changed: ask again), `change` (names and their values)
 */

import type { Reply, Request } from '../../cluster/runtime/http/server';
import { ResponseStream } from '../../cluster/runtime/http/stream';
import { encodeSse } from '../../cluster/runtime/streams/sse';
import type { ChangedNames } from '../core/table/zone-table';
import type { Zone } from '../core/zone/zone';

const WATCHERS_MAX = 100;
const UNREAD_MAX_BYTES = 4 * 1024 * 1024;
const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };

interface Watcher {
  readonly stream: ResponseStream;
  readonly ending: string;
}

export class Watchers {
  private readonly watchers = new Set<Watcher>();

  /** Tells all watchers. */
  tell(changedNames: ChangedNames, zone: Zone | undefined): void {
    if (this.watchers.size === 0 || changedNames === 'none' || !zone) return;
    const { serial } = zone.authority;
    for (const { stream, ending } of this.watchers) {
      if (changedNames === 'all') {
        stream.write(encodeSse('zone', JSON.stringify({ serial })));
        continue;
      }
      const names = describe(zone, changedNames, ending);
      if (names.length > 0) stream.write(encodeSse('change', JSON.stringify({ serial, names })));
    }
  }

  /** Takes a new watcher. */
  add(request: Request, reply: Reply, serial: number): unknown {
    if (this.watchers.size >= WATCHERS_MAX)
      return reply.code(503).type('text/plain').send('503: too many watch already');
    const { query } = request;
    const name: unknown =
      typeof query === 'object' && query !== null ? Reflect.get(query, 'name') : undefined;
    const ending = typeof name === 'string' ? name.toLowerCase().replace(/\.$/, '') : '';
    const closed = (): void => void this.watchers.delete(watcher);
    const stream = new ResponseStream(reply, { headers: HEADERS, unreadMaxBytes: UNREAD_MAX_BYTES, closed });
    const watcher = { stream, ending };
    this.watchers.add(watcher);
    stream.write(encodeSse('zone', JSON.stringify({ serial })));
    return reply;
  }

  close(): void {
    for (const { stream } of this.watchers) stream.close();
  }
}

function describe(zone: Zone, changedNames: readonly string[], ending: string): object[] {
  return changedNames.flatMap((name): object[] => {
    if (!name.endsWith(ending)) return [];
    const node = zone.node(name);
    if (!node) return [{ name: `${name}.`, gone: true }];
    const { a, aaaa, services, named } = node;
    if (!named) return [];
    const srv = services.map(({ port, target }) => `${target}.:${port}`);
    return [{ name: `${name}.`, A: a, AAAA: aaaa, SRV: srv }];
  });
}
