/**
 * A responder over a small cluster, asked without sockets.
 */

import { VirtualClock } from '../../cluster/runtime/clock';
import { silentLogger } from '../../cluster/runtime/log';
import { Metrics } from '../../cluster/runtime/metrics';
import type { Compat, ZoneChange } from '../../dns/core/zone/zone';
import { ClientLimits } from '../../dns/edge/client-limits';
import { noForwarding } from '../../dns/edge/forward';
import { type Forwarding, Responder, type Transport } from '../../dns/edge/responder';
import { runningAt, stateWith, zoneOf } from './builders';

const big = Array.from({ length: 100 }, (_, index) => ({
  name: 'big',
  statuses: [runningAt(`10.1.0.${index}`)],
  resources: { ports: `[${31_000 + index}-${31_000 + index}]` },
}));

/** `web` at one IPv4 and one IPv6 address, `big` with a hundred instances, `two` with two addresses of one instance. */
export const STATE = stateWith(
  { name: 'web', statuses: [runningAt('10.9.0.1')] },
  { name: 'web6', statuses: [runningAt('fd00::1')] },
  {
    name: 'two',
    discovery: { name: 'two', ports: { ports: [{ number: 80, protocol: 'tcp' }] } },
    statuses: [
      {
        ...{ state: 'TASK_RUNNING', timestamp: 1 },
        container_status: {
          network_infos: ['10.8.0.1', '10.8.0.2', 'fd00::8'].map((ip_address) => ({
            ip_addresses: [{ ip_address }],
          })),
        },
      },
    ],
  },
  ...big,
);

export interface AnsweringOptions {
  readonly compat?: Compat;
  readonly changes?: readonly ZoneChange[];
  readonly forwarding?: Forwarding;
  readonly perSecond?: number;
  readonly trusted?: readonly string[];
  readonly setsTruncateBit?: boolean;
  readonly why?: (name: string) => Promise<readonly string[]>;
  readonly expired?: () => boolean;
}

export class Answering {
  readonly responder: Responder;
  readonly clientLimits: ClientLimits;
  readonly clock = new VirtualClock(1_000_000);

  constructor(readonly options: AnsweringOptions = {}) {
    const { compat = 'mesos-dns', setsTruncateBit = true } = options;
    this.clientLimits = new ClientLimits({
      trusted: options.trusted ?? ['127.0.0.0/8'],
      perSecond: options.perSecond ?? 0,
      secret: Buffer.alloc(32, 7),
      clock: this.clock,
    });
    this.responder = new Responder({
      ...{ domain: 'mesos', compat, payloadBytes: 1232, recursion: true, setsTruncateBit, seed: 1 },
      ...{ clientLimits: this.clientLimits, log: silentLogger, metrics: new Metrics(), why: options.why },
      expired: options.expired ?? (() => false),
      forwarding: options.forwarding ?? noForwarding,
    });
    for (const change of options.changes ?? zoneOf(STATE, { compat }).changes) this.responder.apply(change);
  }

  /** The reply to a message; undefined when there is none. */
  async send(
    bytes: Buffer,
    transport: Transport = 'udp',
    address = '127.0.0.1',
  ): Promise<Buffer | undefined> {
    return await this.responder.respond(bytes, { address, transport });
  }
}
