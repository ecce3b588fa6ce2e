/**
 * The inbox of libprocess messages. Messages to a master that does not lead are dropped; those of drivers pass the rate
 * limits, registrations pass authentication, and then they become events.
 */

import type { FrameworkInfo, RateLimits } from '../../api/generated/mesos';
import { encodeProtobuf } from '../../api/protobuf';
import type { Message } from '../../runtime/messages/receive';
import type { Core } from '../../runtime/process';
import type { MasterEvent } from '../core/state/events';
import type { MasterState } from '../core/state/state';
import { readAgentMessage } from './agents';
import { DriverTraffic } from './driver-traffic';
import { readDriverMessage } from './drivers';
import type { PatternLimits } from './patterns';
import { PeerAuthentication, type PeerAuthenticationOptions } from './peer-authentication';

const ERROR = 'mesos.internal.FrameworkErrorMessage';

export interface InboxOptions extends Omit<PeerAuthenticationOptions, 'admit'> {
  readonly limits: RateLimits | undefined;
  readonly patternLimits: PatternLimits;
  readonly leads: () => boolean;
  readonly core: Core<MasterState, MasterEvent>;
}

export class Inbox {
  /** Number of messages dropped because this master did not lead. */
  private dropped = 0;
  /** Authentication and rates of agents and drivers. */
  private readonly peers: PeerAuthentication;
  private readonly traffic: DriverTraffic;

  constructor(private readonly options: InboxOptions) {
    const { limits, clock, log, send, core } = options;
    this.peers = new PeerAuthentication({ ...options, admit: (message) => this.take(message) });
    this.traffic = new DriverTraffic({
      limits,
      clock,
      log,
      frameworkOf: (pid) => driverOf(core.state, pid),
      tellError: (to, message) => send(to, ERROR, encodeProtobuf(ERROR, { message }), 'master'),
    });
  }

  receive(message: Message): void {
    if (!this.options.leads()) return this.drop(message);
    this.traffic.pass(message, () => {
      if (this.peers.passes(message)) this.take(message);
    });
  }

  /** The connection to an agent or driver broke. */
  exited(pid: string): void {
    this.traffic.exited(pid, () => {
      this.forget(pid);
      this.options.core.post({ kind: 'agent.exited', pid });
    });
  }

  /** Forgets that a pid has authenticated: another driver speaks for its framework now. */
  forget(pid: string): void {
    this.peers.forget(pid);
  }

  /** Counters of dropped messages, authentications, and drivers' messages by their frameworks' principals. */
  metrics({ frameworks, counters }: MasterState): Record<string, number> {
    const principals = [...frameworks.values()].flatMap(({ info }) => info.principal ?? []);
    const early = counters.get('master/dropped_messages') ?? 0;
    return {
      ...this.traffic.metrics(principals),
      'master/dropped_messages': this.dropped + early,
      'master/messages_authenticate': this.peers.attempts,
    };
  }

  stop(): void {
    this.peers.stop();
    this.traffic.stop();
  }

  /** Posts a message as an event; registrations carry the principal that their sender authenticated with. */
  private take(message: Message): void {
    const { log, patternLimits, core } = this.options;
    const event = readAgentMessage(message) ?? readDriverMessage(message, patternLimits);
    if (!event)
      return log.debug(
        { message: message.name, from: message.from },
        'ignored: no agent or driver sends such a message',
      );
    const principal = this.peers.principalOf(message.from);
    switch (event.kind) {
      case 'agent.register':
      case 'agent.reregister':
      case 'driver.subscribe':
        return core.post({ ...event, principal });
      default:
        return core.post(event);
    }
  }

  private drop({ name, from }: Message): void {
    this.dropped++;
    this.options.log.debug({ message: name, from }, 'dropped: this master does not lead');
  }
}

/** The FrameworkInfo of a registered driver. */
function driverOf(state: MasterState | undefined, pid: string): FrameworkInfo | undefined {
  return state?.frameworks.get(state.frameworkByPid.get(pid) ?? '')?.info;
}
