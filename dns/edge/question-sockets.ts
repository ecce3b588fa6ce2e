/**
 * Opens the sockets for questions, and starts the further processes that answer on them.
 */

import type { Lifetime } from '../../cluster/runtime/lifecycle';
import type { DnsConfig } from '../config';
import type { ZoneChange } from '../core/zone/zone';
import { childFile, startChildren } from './child-processes';
import { bindSockets } from './listen';
import type { DnsDeps, DnsParts } from './parts';

/** Returns the port. */
export async function openSockets(
  config: DnsConfig,
  deps: DnsDeps,
  parts: DnsParts,
  life: Lifetime,
): Promise<number> {
  const { secret } = parts;
  const sockets = await bindSockets(config, deps.log);
  parts.answerer.serve(sockets);
  const file = config.processes > 1 ? childFile() : undefined;
  if (config.processes > 1 && file === undefined)
    deps.log.warn({}, 'this build cannot start more processes: one answers');
  if (file !== undefined) {
    const zone = (): Iterable<ZoneChange> => parts.answerer.responder.parts();
    const { log, metrics } = deps;
    const children = startChildren({ file, config, sockets, secret, zone, log, metrics });
    parts.children = children;
    life.add(() => children.stop());
  }
  return sockets.port;
}
