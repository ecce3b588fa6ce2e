/**
 * Forwarding: passes questions for other zones to their resolvers, one after the other in the order of
 * `core/forward/resolver-order.ts`. A question goes out over the transport it came in on, and over TCP when the reply over
 * UDP was cut. Replies are kept for their time.
 *
 * Always true: each question goes out with a random id from a socket of its own, so that a reply cannot be guessed
 * (RFC 5452). A reply counts when it comes from the resolver and repeats id and question. No question outstays the time
 * limit.
 */

import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Clock } from '../../cluster/runtime/clock';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { HostPort } from '../core/facts/cluster-facts';
import {
  emptyResolverHistory,
  type ResolverHistory,
  resolverAnswered,
  resolverFailed,
  resolverOrder,
} from '../core/forward/resolver-order';
import { isReplyTo, replyForClient, withId } from '../packet/relay';
import { keyName, PLAIN_UDP_BYTES, type Request } from '../packet/request';
import { FrameDecoder, frame } from '../packet/tcp-framing';
import { isBelow } from '../packet/wire-names';
import { ForwardCache } from './forward-cache';
import { networkMatcher } from './networks';
import type { Forwarding, Transport } from './responder';
import type { ZoneResolvers } from './settings';

/** Questions on their way at one time; each holds a socket. */
const PENDING_MAX = 1000;
const TCP_BYTES = 65_535;
const FLAG_TC = 0x02;

export interface ResolverForwardingOptions {
  readonly resolvers: readonly HostPort[];
  /** Resolvers of single zones. */
  readonly zones: ZoneResolvers;
  readonly networks: readonly string[];
  readonly timeoutMs: number;
  /** Replies that are kept; 0 for none. */
  readonly cacheEntries: number;
  readonly clock: Clock;
}

/** One question to one resolver: calls back once with the reply or nothing. Returns how to give up. */
type Ask = (resolver: HostPort, question: Question, done: (reply: Buffer | undefined) => void) => () => void;

interface Question {
  readonly request: Request;
  readonly id: number;
  readonly bytes: Buffer;
}

const asks: Readonly<Record<Transport, Ask>> = { udp: askUdp, tcp: askTcp };

export class ResolverForwarding implements Forwarding, Running {
  readonly available = true;
  readonly allows: (address: string) => boolean;
  private readonly pending = new Set<() => void>();
  private readonly cache: ForwardCache;
  private readonly zones: readonly {
    readonly labels: readonly string[];
    readonly resolvers: readonly HostPort[];
  }[];
  /** A resolver may answer over one transport alone. */
  private readonly histories: Readonly<Record<Transport, ResolverHistory>> = {
    udp: emptyResolverHistory(),
    tcp: emptyResolverHistory(),
  };
  private stopped = false;

  constructor(private readonly options: ResolverForwardingOptions) {
    this.allows = networkMatcher(options.networks);
    this.cache = new ForwardCache(options.cacheEntries, options.clock);
    this.zones = options.zones.map(({ zone, resolvers }) => ({ labels: zone.split('.'), resolvers }));
  }

  async forward(request: Request, transport: Transport): Promise<Buffer | undefined> {
    const cachedReply = this.cache.find(request);
    if (cachedReply) return replyForClient(cachedReply, request, replyLimit(request, transport));
    const { clock } = this.options;
    const histories = this.histories[transport];
    for (const resolver of resolverOrder(histories, this.resolversFor(request), clock.now())) {
      if (this.stopped || this.pending.size >= PENDING_MAX) return undefined;
      const reply = await this.askWhole(resolver, request, transport);
      if (this.stopped) return reply && replyForClient(reply, request, replyLimit(request, transport));
      if (!reply) {
        resolverFailed(histories, resolver, clock.now());
        continue;
      }
      resolverAnswered(histories, resolver);
      this.cache.keep(request, reply);
      return replyForClient(reply, request, replyLimit(request, transport));
    }
    return undefined;
  }

  /** The number of replies that are kept. */
  cached(): number {
    return this.cache.size();
  }

  /** The resolver's reply; one that was cut is asked for again over TCP. */
  private async askWhole(
    resolver: HostPort,
    request: Request,
    transport: Transport,
  ): Promise<Buffer | undefined> {
    const reply = await this.ask(resolver, request, transport);
    if (transport === 'tcp' || !reply || ((reply[2] ?? 0) & FLAG_TC) === 0) return reply;
    return (await this.ask(resolver, request, 'tcp')) ?? reply;
  }

  private resolversFor(request: Request): readonly HostPort[] {
    if (this.zones.length === 0) return this.options.resolvers;
    const wire = keyName(request.key);
    return this.zones.find(({ labels }) => isBelow(wire, labels))?.resolvers ?? this.options.resolvers;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const giveUp of this.pending) giveUp();
  }

  private ask(resolver: HostPort, request: Request, transport: Transport): Promise<Buffer | undefined> {
    const id = randomInt(65_536);
    const question = { request, id, bytes: withId(request.bytes, id) };
    const { clock, timeoutMs } = this.options;
    return new Promise((resolve) => {
      let closeSocket = (): void => undefined;
      const finish = (reply: Buffer | undefined): void => {
        closeSocket();
        cancelTimeout();
        this.pending.delete(giveUp);
        resolve(reply);
      };
      const giveUp = (): void => finish(undefined);
      const cancelTimeout = clock.wakeAt(clock.now() + timeoutMs, giveUp);
      this.pending.add(giveUp);
      closeSocket = asks[transport](resolver, question, finish);
    });
  }
}

/** Nothing is forwarded. */
export const noForwarding: Forwarding = {
  available: false,
  allows: () => false,
  forward: async () => undefined,
};

function replyLimit({ edns }: Request, transport: Transport): number {
  if (transport === 'tcp') return TCP_BYTES;
  return Math.max(PLAIN_UDP_BYTES, edns?.payloadBytes ?? 0);
}

function askUdp(
  { host, port }: HostPort,
  { request, id, bytes }: Question,
  done: Parameters<Ask>[2],
): () => void {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  let open = true;
  const close = (): void => {
    if (open) socket.close();
    open = false;
  };
  socket.on('error', () => done(undefined));
  // Others than the resolver cannot reach a connected socket; what does not match is a guess, so go on waiting.
  socket.on('message', (reply) => {
    if (isReplyTo(reply, request, id)) done(reply);
  });
  socket.connect(port, host, () => {
    if (open) socket.send(bytes, (error) => error && done(undefined));
  });
  return close;
}

function askTcp(
  { host, port }: HostPort,
  { request, id, bytes }: Question,
  done: Parameters<Ask>[2],
): () => void {
  const decoder = new FrameDecoder();
  const socket = connect({ host, port }, () => socket.write(frame(bytes)));
  socket.on('error', () => done(undefined));
  socket.on('close', () => done(undefined));
  socket.on('data', (chunk) => {
    const [reply] = decoder.feed(chunk);
    if (reply) done(isReplyTo(reply, request, id) ? reply : undefined);
  });
  return () => socket.destroy();
}
