/**
 * The responder: one message in, one reply out, for every transport. Names of the zone come from prepared answers, others
 * are forwarded.
 *
 * Always true: it never throws and its promises never reject, whatever arrives; a question that was answered before
 * costs one look-up and one copy.
 */

import { errorText } from '../../cluster/model/error-text';
import { nextInteger, type Random, randomFrom } from '../../cluster/model/random';
import type { Logger } from '../../cluster/runtime/log';
import type { Metrics } from '../../cluster/runtime/metrics';
import type { ChangedNames } from '../core/table/zone-table';
import { RCODE, TYPE } from '../core/zone/resource-records';
import type { Compat, Zone, ZoneChange } from '../core/zone/zone';
import { cutFailure, encodeFailure } from '../packet/failure';
import { emptyAnswer, type PreparedAnswer, prepareAnswer } from '../packet/prepared-answer';
import { replyForClient } from '../packet/relay';
import { encodeReply } from '../packet/reply';
import { keyName, PLAIN_UDP_BYTES, type Request, type RequestReading, readRequest } from '../packet/request';
import { isBelow, textName, wireLabels } from '../packet/wire-names';
import { AnswerCache } from './answer-cache';
import { type AnswerCounters, addAnswerCounters } from './answer-counters';
import type { ClientLimits } from './client-limits';

export type Transport = 'udp' | 'tcp';

export interface Client {
  readonly address: string;
  readonly transport: Transport;
}

/** The reply or the promise of it; undefined for messages that get none. */
export type Reply = Buffer | undefined | Promise<Buffer | undefined>;

/** Passes questions for names outside the domain to resolvers. */
export interface Forwarding {
  readonly available: boolean;
  allows(address: string): boolean;
  /** The resolver's reply, or undefined when none came. Never rejects. */
  forward(request: Request, transport: Transport): Promise<Buffer | undefined>;
}

export interface ResponderOptions {
  readonly domain: string;
  readonly compat: Compat;
  readonly payloadBytes: number;
  /** The RA bit of replies about the domain. */
  readonly recursion: boolean;
  /** True to set TC in replies that were cut. */
  readonly setsTruncateBit: boolean;
  readonly forwarding: Forwarding;
  readonly clientLimits: ClientLimits;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly seed: number;
  /** True when the zone is too old to be answered from. */
  readonly expired: () => boolean;
  /** Answers `TXT why.NAME`; without it `why.NAME` is a name like any other. */
  readonly why?: ((name: string) => Promise<readonly string[]>) | undefined;
}

const TCP_BYTES = 65_535;
/** The longest reply to an address that may be forged, in sizes of the question. */
const AMPLIFICATION_MAX = 3;
const CLASS_IN = 1;
const CLASS_ANY = 255;
const ROTATIONS = 2 ** 32;
const WHY = 'why';

const SERVFAIL = emptyAnswer(RCODE.SERVFAIL);
const NOTIMP = emptyAnswer(RCODE.NOTIMP);
const REFUSED = emptyAnswer(RCODE.REFUSED);
const BADVERS = emptyAnswer(RCODE.BADVERS);

export class Responder {
  private readonly domain: readonly string[];
  private readonly lenient: boolean;
  private readonly random: Random;
  private readonly counts: AnswerCounters;
  private readonly answers = new AnswerCache();
  private readonly trusts: (address: string) => boolean;

  constructor(private readonly options: ResponderOptions) {
    this.domain = options.domain.split('.');
    this.lenient = options.compat === 'mesos-dns';
    this.random = randomFrom(options.seed);
    this.counts = addAnswerCounters(options.metrics);
    this.trusts = (address) => options.clientLimits.isTrusted(address);
  }

  /** Applies a change of the zone. Returns the names that may have other answers now. */
  apply(change: ZoneChange): ChangedNames {
    return this.answers.apply(change);
  }

  /** The zone that is answered from; none before the first snapshot. */
  current(): Zone | undefined {
    return this.answers.zone();
  }

  /** The zone as it is now, as a fresh one in parts. */
  parts(): Iterable<ZoneChange> {
    return this.answers.table.parts();
  }

  /** The number of prepared answers that are kept. */
  kept(): number {
    return this.answers.size();
  }

  /** The number of names. */
  size(): number {
    return this.answers.table.size();
  }

  respond(bytes: Buffer, client: Client): Reply {
    try {
      return this.answer(bytes, client);
    } catch (error) {
      this.counts.errors.inc();
      this.options.log.error({ error: errorText(error) }, 'a question could not be answered');
      return bytes.length >= 12 ? encodeFailure(bytes, RCODE.SERVFAIL, 'recursion') : undefined;
    }
  }

  private answer(bytes: Buffer, client: Client): Reply {
    const reading = readRequest(bytes, this.lenient);
    if (reading.kind === 'ignored') return undefined;
    this.counts.requests.inc();
    const trusted = client.transport === 'tcp' || this.trusts(client.address);
    const decision = trusted ? 'answer' : this.options.clientLimits.decide(client.address);
    if (decision !== 'answer') this.counts.limited.inc();
    if (decision === 'drop') return undefined;
    if (reading.kind !== 'request') return this.fail(bytes, reading);
    const { request } = reading;
    if (decision === 'cut') return cutReply(request);
    const refusal = this.immediateAnswer(request);
    if (refusal) return this.reply(refusal, request, client);
    const prepared = this.answers.cached(request);
    if (prepared && !this.options.expired()) return this.reply(prepared, request, client);
    return this.respondUncached(request, client);
  }

  private fail(bytes: Buffer, { kind }: RequestReading): Buffer {
    this.counts.malformed.inc();
    if (!this.lenient) return encodeFailure(bytes, RCODE.FORMERR, 'all');
    return kind === 'empty'
      ? encodeFailure(bytes, RCODE.SERVFAIL, 'original')
      : encodeFailure(bytes, RCODE.FORMERR, 'none');
  }

  private respondUncached(request: Request, client: Client): Reply {
    const wire = keyName(request.key);
    if (isBelow(wire, this.domain)) {
      if (this.options.expired()) return this.reply(SERVFAIL, request, client);
      const why = this.explanationReply(request, wire, client);
      return why ?? this.reply(this.answers.find(request), request, client);
    }
    const { forwarding } = this.options;
    if (!forwarding.available || !forwarding.allows(client.address)) {
      this.counts.refused.inc();
      return this.reply(REFUSED, request, client);
    }
    return this.forward(request, client);
  }

  private async forward(request: Request, client: Client): Promise<Buffer | undefined> {
    this.counts.forwarded.inc();
    const reply = await this.options.forwarding.forward(request, client.transport);
    if (reply) return this.fitToClient(reply, request, client);
    this.counts.forwardFailures.inc();
    return this.reply(SERVFAIL, request, client);
  }

  /** A resolver's reply, cut to its question when it is longer than we send to this client. */
  private fitToClient(reply: Buffer, request: Request, client: Client): Buffer {
    if (client.transport === 'tcp') return reply;
    const limit = this.udpLimitBytes(request, client, reply.length);
    return limit < request.end ? cutFailure(request, RCODE.NOERROR) : replyForClient(reply, request, limit);
  }

  /** The answer to `TXT why.NAME`, for clients of trusted networks. */
  private explanationReply(request: Request, wire: string, client: Client): Promise<Buffer> | undefined {
    const { why } = this.options;
    if (!why || request.type !== TYPE.TXT || wireLabels(wire)[0] !== WHY) return undefined;
    const name = textName(wire)?.slice(WHY.length + 1);
    const { domain } = this.options;
    if (name === undefined || !this.trusts(client.address)) return undefined;
    const owner = `${WHY}.${name}`;
    return why(name).then(
      (lines) => {
        const answers = lines.map((text) => ({ kind: 'TXT' as const, name: owner, ttl: 0, text }));
        const explanation = { rcode: RCODE.NOERROR, answers, authority: [], additional: [] };
        return this.reply(
          prepareAnswer(explanation, { domain, name: owner, asOriginal: false }),
          request,
          client,
        );
      },
      () => this.reply(SERVFAIL, request, client),
    );
  }

  private reply(prepared: PreparedAnswer, request: Request, client: Client): Buffer {
    this.counts.count(prepared);
    const { payloadBytes, recursion, forwarding, setsTruncateBit, clientLimits } = this.options;
    const cookie = request.edns?.cookie;
    return encodeReply(prepared, request, {
      limit:
        client.transport === 'tcp'
          ? TCP_BYTES
          : this.udpLimitBytes(request, client, request.end + prepared.bytes),
      rotation:
        prepared.answers.length > 1 || prepared.additional.length > 0
          ? nextInteger(this.random, ROTATIONS)
          : 0,
      recursion: prepared.authoritative ? recursion : forwarding.available && !this.hidesRecursion(prepared),
      payloadBytes,
      setsTruncateBit,
      cookie: cookie && clientLimits.cookieOption(client.address, cookie),
    });
  }

  /** The original clears RA when no resolver has answered (`HandleNonMesos` in resolver/resolver.go of Mesos-DNS). */
  private hidesRecursion(prepared: PreparedAnswer): boolean {
    return prepared === REFUSED || (this.lenient && prepared === SERVFAIL);
  }

  /** The longest UDP reply for a client: its own limit, ours, and a small one for an address that may be forged. */
  private udpLimitBytes(request: Request, { address }: Client, wanted: number): number {
    const { edns, size } = request;
    const { payloadBytes, clientLimits } = this.options;
    const clientLimit = edns
      ? Math.max(PLAIN_UDP_BYTES, Math.min(edns.payloadBytes, payloadBytes))
      : PLAIN_UDP_BYTES;
    if (this.trusts(address) || clientLimits.isVerified(address, edns?.cookie)) return clientLimit;
    const limit = Math.min(clientLimit, size * AMPLIFICATION_MAX);
    if (limit < wanted) this.counts.amplified.inc();
    return limit;
  }

  /** The answer to requests that no name is looked up for. */
  private immediateAnswer(request: Request): PreparedAnswer | undefined {
    if (request.opcode !== 0) return NOTIMP;
    if (request.edns && request.edns.version !== 0) return BADVERS;
    if (
      this.lenient ||
      (request.class === CLASS_IN && request.type !== TYPE.AXFR && request.type !== TYPE.IXFR)
    )
      return undefined;
    return request.class === CLASS_ANY && request.type !== TYPE.AXFR && request.type !== TYPE.IXFR
      ? undefined
      : REFUSED;
  }
}

/** The question with TC, which tells the client to come over TCP (RFC 2181, section 9). */
function cutReply(request: Request): Buffer {
  const reply = Buffer.from(request.bytes.subarray(0, request.end));
  reply.fill(0, 4, 12);
  reply.writeUInt16BE(0x8200 | (request.flags & 0x7910), 2);
  reply.writeUInt16BE(1, 4);
  return reply;
}
