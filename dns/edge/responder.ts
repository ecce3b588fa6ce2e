/**
 * One message in, one reply out, for every transport: the zone's names from prepared answers, others by forwarding.
 *
 * Always true: it never throws and its promises never reject, whatever arrives; a question that was answered before
 * costs one look-up and one copy.
 */

import { nextInteger, type Random, randomFrom } from '../../cluster/model/random';
import type { Logger } from '../../cluster/runtime/log';
import type { Metrics } from '../../cluster/runtime/metrics';
import type { Compat, Zone, ZoneChange } from '../core/book';
import { RCODE, TYPE } from '../core/records';
import type { Touched } from '../core/table';
import { cutFailure, encodeFailure } from '../packet/failure';
import { isBelow, textName, wireLabels } from '../packet/names';
import { bareAnswer, prepareAnswer, type Ready } from '../packet/ready';
import { passBack } from '../packet/relay';
import { encodeReply } from '../packet/reply';
import { keyName, PLAIN_UDP_BYTES, type Reading, type Request, readRequest } from '../packet/request';
import { Answers } from './answers';
import type { Askers } from './askers';
import { addCounts, type Counts } from './counts';

export type Transport = 'udp' | 'tcp';

export interface Asker {
  readonly address: string;
  readonly transport: Transport;
}

/** The reply, nothing for messages that get none, or the promise of it. */
export type Reply = Buffer | undefined | Promise<Buffer | undefined>;

/** Answers names that are not ours. */
export interface Elsewhere {
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
  /** Whether replies that were cut have the TC bit. */
  readonly tellCut: boolean;
  readonly elsewhere: Elsewhere;
  readonly askers: Askers;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly seed: number;
  /** Whether the zone is too old to be answered from. */
  readonly expired: () => boolean;
  /** Answers `TXT why.NAME`; without it that is a name like any other. */
  readonly why?: ((name: string) => Promise<readonly string[]>) | undefined;
}

const TCP_BYTES = 65_535;
/** How much longer than the question a reply to an address that may be forged can be. */
const AMPLIFICATION_MAX = 3;
const CLASS_IN = 1;
const CLASS_ANY = 255;
const TURNS = 2 ** 32;
const WHY = 'why';

const SERVFAIL = bareAnswer(RCODE.SERVFAIL);
const NOTIMP = bareAnswer(RCODE.NOTIMP);
const REFUSED = bareAnswer(RCODE.REFUSED);
const BADVERS = bareAnswer(RCODE.BADVERS);

export class Responder {
  private readonly domain: readonly string[];
  private readonly lenient: boolean;
  private readonly random: Random;
  private readonly counts: Counts;
  private readonly answers = new Answers();
  private readonly trusts: (address: string) => boolean;

  constructor(private readonly options: ResponderOptions) {
    this.domain = options.domain.split('.');
    this.lenient = options.compat === 'mesos-dns';
    this.random = randomFrom(options.seed);
    this.counts = addCounts(options.metrics);
    this.trusts = (address) => options.askers.isTrusted(address);
  }

  /** From now on answers come from the zone with this change. Tells which names may have other answers now. */
  apply(change: ZoneChange): Touched {
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

  /** How many prepared answers are kept. */
  kept(): number {
    return this.answers.kept();
  }

  /** How many names there are. */
  size(): number {
    return this.answers.table.size();
  }

  respond(bytes: Buffer, asker: Asker): Reply {
    try {
      return this.answer(bytes, asker);
    } catch (error) {
      this.counts.errors.inc();
      this.options.log.error({ error: String(error) }, 'a question could not be answered');
      return bytes.length >= 12 ? encodeFailure(bytes, RCODE.SERVFAIL, 'recursion') : undefined;
    }
  }

  private answer(bytes: Buffer, asker: Asker): Reply {
    const reading = readRequest(bytes, this.lenient);
    if (reading.kind === 'ignored') return undefined;
    this.counts.requests.inc();
    const trusted = asker.transport === 'tcp' || this.trusts(asker.address);
    const verdict = trusted ? 'answer' : this.options.askers.verdict(asker.address);
    if (verdict !== 'answer') this.counts.limited.inc();
    if (verdict === 'drop') return undefined;
    if (reading.kind !== 'request') return this.fail(bytes, reading);
    const { request } = reading;
    if (verdict === 'cut') return cutReply(request);
    const refusal = this.refusalOf(request);
    if (refusal) return this.reply(refusal, request, asker);
    const ready = this.answers.known(request);
    if (ready && !this.options.expired()) return this.reply(ready, request, asker);
    return this.respondSlowly(request, asker);
  }

  private fail(bytes: Buffer, { kind }: Reading): Buffer {
    this.counts.malformed.inc();
    if (!this.lenient) return encodeFailure(bytes, RCODE.FORMERR, 'all');
    return kind === 'empty'
      ? encodeFailure(bytes, RCODE.SERVFAIL, 'original')
      : encodeFailure(bytes, RCODE.FORMERR, 'none');
  }

  private respondSlowly(request: Request, asker: Asker): Reply {
    const wire = keyName(request.key);
    if (isBelow(wire, this.domain)) {
      if (this.options.expired()) return this.reply(SERVFAIL, request, asker);
      const why = this.whyOf(request, wire, asker);
      return why ?? this.reply(this.answers.find(request), request, asker);
    }
    const { elsewhere } = this.options;
    if (!elsewhere.available || !elsewhere.allows(asker.address)) {
      this.counts.refused.inc();
      return this.reply(REFUSED, request, asker);
    }
    return this.forward(request, asker);
  }

  private async forward(request: Request, asker: Asker): Promise<Buffer | undefined> {
    this.counts.forwarded.inc();
    const reply = await this.options.elsewhere.forward(request, asker.transport);
    if (reply) return this.fitting(reply, request, asker);
    this.counts.forwardFailures.inc();
    return this.reply(SERVFAIL, request, asker);
  }

  /** A resolver's reply, cut to its question when it is longer than we send to this asker. */
  private fitting(reply: Buffer, request: Request, asker: Asker): Buffer {
    if (asker.transport === 'tcp') return reply;
    const limit = this.udpLimit(request, asker, reply.length);
    return limit < request.end ? cutFailure(request, RCODE.NOERROR) : passBack(reply, request, limit);
  }

  /** The answer to `TXT why.NAME`, for those whom names are forwarded for. */
  private whyOf(request: Request, wire: string, asker: Asker): Promise<Buffer> | undefined {
    const { why } = this.options;
    if (!why || request.type !== TYPE.TXT || wireLabels(wire)[0] !== WHY) return undefined;
    const name = textName(wire)?.slice(WHY.length + 1);
    const { domain } = this.options;
    if (name === undefined || !this.trusts(asker.address)) return undefined;
    const owner = `${WHY}.${name}`;
    return why(name).then(
      (lines) => {
        const answers = lines.map((text) => ({ kind: 'TXT' as const, name: owner, ttl: 0, text }));
        const explanation = { rcode: RCODE.NOERROR, answers, authority: [], additional: [] };
        return this.reply(
          prepareAnswer(explanation, { domain, name: owner, asOriginal: false }),
          request,
          asker,
        );
      },
      () => this.reply(SERVFAIL, request, asker),
    );
  }

  private reply(ready: Ready, request: Request, asker: Asker): Buffer {
    this.counts.count(ready);
    const { payloadBytes, recursion, elsewhere, tellCut, askers } = this.options;
    const cookie = request.edns?.cookie;
    return encodeReply(ready, request, {
      limit: asker.transport === 'tcp' ? TCP_BYTES : this.udpLimit(request, asker, request.end + ready.bytes),
      turn: ready.answers.length > 1 || ready.additional.length > 0 ? nextInteger(this.random, TURNS) : 0,
      recursion: ready.authoritative ? recursion : elsewhere.available && !this.hidesRecursion(ready),
      payloadBytes,
      tellCut,
      cookie: cookie && askers.cookieOption(asker.address, cookie),
    });
  }

  /** The original clears RA when no resolver has answered. */
  private hidesRecursion(ready: Ready): boolean {
    return ready === REFUSED || (this.lenient && ready === SERVFAIL);
  }

  /** What an asker takes over UDP, not more than we send, and little for an address that may be forged. */
  private udpLimit(request: Request, { address }: Asker, wanted: number): number {
    const { edns, size } = request;
    const { payloadBytes, askers } = this.options;
    const clientLimit = edns
      ? Math.max(PLAIN_UDP_BYTES, Math.min(edns.payloadBytes, payloadBytes))
      : PLAIN_UDP_BYTES;
    if (this.trusts(address) || askers.isVerified(address, edns?.cookie)) return clientLimit;
    const limit = Math.min(clientLimit, size * AMPLIFICATION_MAX);
    if (limit < wanted) this.counts.amplified.inc();
    return limit;
  }

  /** Requests that no name is looked up for. */
  private refusalOf(request: Request): Ready | undefined {
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

/** The question with TC: come again over TCP. */
function cutReply(request: Request): Buffer {
  const reply = Buffer.from(request.bytes.subarray(0, request.end));
  reply.fill(0, 4, 12);
  reply.writeUInt16BE(0x8200 | (request.flags & 0x7910), 2);
  reply.writeUInt16BE(1, 4);
  return reply;
}
