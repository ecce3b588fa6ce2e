/**
 * One message in, one reply out, for every transport: the zone's names from prepared answers, others by forwarding.
 *
 * Always true: it never throws and its promises never reject, whatever arrives; a question that was answered before
 * costs one look-up and one copy. An answer is encoded when it is asked for the first time in a zone.
 */

import { nextInteger, type Random, randomFrom } from '../../cluster/model/random';
import type { Counter, Metrics } from '../../cluster/runtime/metrics';
import { answer, noSuchName } from '../core/answer';
import type { Zone } from '../core/book';
import { RCODE, TYPE } from '../core/records';
import { isBelow, textName } from '../packet/names';
import { bareAnswer, encodeFormatError, encodeReply, prepareAnswer, type Ready } from '../packet/ready';
import { keyName, PLAIN_UDP_BYTES, type Request, readRequest } from '../packet/request';

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
  readonly payloadBytes: number;
  readonly elsewhere: Elsewhere;
  readonly metrics: Metrics;
  readonly seed: number;
}

const TCP_BYTES = 65_535;
const CLASS_IN = 1;
const CLASS_ANY = 255;
const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(TYPE));
const TURNS = 2 ** 32;

const SERVFAIL = bareAnswer(RCODE.SERVFAIL);
const NOTIMP = bareAnswer(RCODE.NOTIMP);
const REFUSED = bareAnswer(RCODE.REFUSED);
const BADVERS = bareAnswer(RCODE.BADVERS);

export class Responder {
  private readonly domain: readonly string[];
  private readonly random: Random;
  private readonly counts: Counts;
  private zone: Zone | undefined;
  private ready = new Map<string, Ready>();
  private missing: Ready = SERVFAIL;

  constructor(private readonly options: ResponderOptions) {
    this.domain = options.domain.split('.');
    this.random = randomFrom(options.seed);
    this.counts = addCounts(options.metrics);
  }

  /** From now on answers come from this zone. */
  publish(zone: Zone): void {
    this.zone = zone;
    this.ready = new Map();
    this.missing = prepareAnswer(noSuchName(zone), zone.domain);
  }

  /** The zone that is answered from; none before the first snapshot. */
  current(): Zone | undefined {
    return this.zone;
  }

  respond(bytes: Buffer, asker: Asker): Reply {
    const reading = readRequest(bytes);
    if (reading.kind === 'ignored') return undefined;
    this.counts.requests.inc();
    if (reading.kind === 'malformed') {
      this.counts.malformed.inc();
      return encodeFormatError(bytes);
    }
    const { request } = reading;
    const refusal = refusalOf(request);
    if (refusal) return this.reply(refusal, request, asker.transport);
    const ready = this.ready.get(request.key);
    if (ready) return this.reply(ready, request, asker.transport);
    return this.respondSlowly(request, asker);
  }

  private respondSlowly(request: Request, asker: Asker): Reply {
    const wire = keyName(request.key);
    if (isBelow(wire, this.domain)) {
      return this.reply(this.prepare(request, wire), request, asker.transport);
    }
    const { elsewhere } = this.options;
    if (!elsewhere.available || !elsewhere.allows(asker.address)) {
      this.counts.refused.inc();
      return this.reply(REFUSED, request, asker.transport);
    }
    return this.forward(request, asker.transport);
  }

  private async forward(request: Request, transport: Transport): Promise<Buffer | undefined> {
    this.counts.forwarded.inc();
    const reply = await this.options.elsewhere.forward(request, transport);
    if (reply) return reply;
    this.counts.forwardFailures.inc();
    return this.reply(SERVFAIL, request, transport);
  }

  /** Looks a name up in the zone and keeps the encoded answer. What is kept is bounded by the names there are. */
  private prepare(request: Request, wire: string): Ready {
    const { zone } = this;
    if (!zone) return SERVFAIL;
    const name = textName(wire);
    if (name === undefined || !zone.nodes.has(name)) return this.missing;
    // All types we do not serve share one answer.
    const key = KNOWN_TYPES.has(request.type) ? request.key : `${wire}\0\0`;
    const held = this.ready.get(key);
    if (held) return held;
    const made = prepareAnswer(answer(zone, name, request.type), zone.domain);
    this.ready.set(key, made);
    return made;
  }

  private reply(ready: Ready, request: Request, transport: Transport): Buffer {
    this.counts.count(ready);
    const { payloadBytes, elsewhere } = this.options;
    return encodeReply(ready, request, {
      limit: transport === 'tcp' ? TCP_BYTES : udpLimit(request, payloadBytes),
      turn: ready.answers.length > 1 ? nextInteger(this.random, TURNS) : 0,
      recursion: elsewhere.available,
      payloadBytes,
    });
  }
}

/** What an asker takes over UDP, and not more than we send. */
function udpLimit({ edns }: Request, payloadBytes: number): number {
  return edns ? Math.max(PLAIN_UDP_BYTES, Math.min(edns.payloadBytes, payloadBytes)) : PLAIN_UDP_BYTES;
}

/** Requests that no name is looked up for. */
function refusalOf(request: Request): Ready | undefined {
  if (request.opcode !== 0) return NOTIMP;
  if (request.edns && request.edns.version !== 0) return BADVERS;
  if (request.class !== CLASS_IN && request.class !== CLASS_ANY) return REFUSED;
  return request.type === TYPE.AXFR || request.type === TYPE.IXFR ? REFUSED : undefined;
}

type Counts = Record<
  | 'requests'
  | 'successes'
  | 'nxdomain'
  | 'nodata'
  | 'failures'
  | 'malformed'
  | 'refused'
  | 'forwarded'
  | 'forwardFailures',
  Counter
> & { count(ready: Ready): void };

function addCounts(metrics: Metrics): Counts {
  const counters = {
    requests: metrics.counter('dns/requests', 'Messages that were questions'),
    successes: metrics.counter('dns/successes', 'Replies with records from the zone'),
    nxdomain: metrics.counter('dns/nxdomain', 'Replies that a name does not exist'),
    nodata: metrics.counter('dns/nodata', 'Replies that a name has no such records'),
    failures: metrics.counter('dns/failures', 'Replies with an error code'),
    malformed: metrics.counter('dns/malformed', 'Messages that could not be read'),
    refused: metrics.counter('dns/refused', 'Questions for other zones that were not passed on'),
    forwarded: metrics.counter('dns/forwarded', 'Questions passed on to resolvers'),
    forwardFailures: metrics.counter('dns/forward_failures', 'Questions that no resolver answered'),
  };
  const count = (ready: Ready): void => {
    if (ready.rcode === RCODE.NXDOMAIN) counters.nxdomain.inc();
    else if (ready.rcode !== RCODE.NOERROR) counters.failures.inc();
    else if (ready.answers.length === 0) counters.nodata.inc();
    else counters.successes.inc();
  };
  return { ...counters, count };
}
