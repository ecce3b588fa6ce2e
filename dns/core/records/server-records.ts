/**
 * The A and AAAA records of this server, at the name that the SOA record has for it.
 */

import type { RecordContext, RecordSink } from '../zone/record-sink';

/**
 * Emits the addresses that this server answers on (`listenerRecord` in records/generator.go of Mesos-DNS). A name outside
 * of the domain is listed, as in the original, and nobody can ask for it here.
 */
export function emitServer({ options }: RecordContext, sink: RecordSink): void {
  const name = options.authority.mname.toLowerCase();
  if (options.compat === 'standard' && !name.endsWith(`.${options.domain}`)) return;
  for (const address of options.ownAddresses) sink.address(name, address);
}
