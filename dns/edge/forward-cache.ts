/**
 * The cache of resolvers' replies, kept for their TTL.
 *
 * Always true: the number of replies has a limit; the one that was used longest ago goes first.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Request } from '../packet/request';
import { agedReply, type CacheLifetime, cacheLifetime, respellQuestion } from '../packet/ttl';

/** Longer replies are not kept. */
const REPLY_MAX_BYTES = 4096;
const FLAGS_ASKED = 0x7910;

interface CachedReply {
  readonly reply: Buffer;
  readonly lifetime: CacheLifetime;
  readonly storedAt: number;
}

export class ForwardCache {
  private readonly replies = new Map<string, CachedReply>();

  constructor(
    private readonly entriesMax: number,
    private readonly clock: Clock,
  ) {}

  /** The reply with its TTLs run down; undefined when there is none or its time is over. */
  find(request: Request): Buffer | undefined {
    if (this.replies.size === 0 || isPersonal(request)) return undefined;
    const key = keyOf(request);
    const cached = this.replies.get(key);
    if (!cached) return undefined;
    const seconds = Math.floor((this.clock.now() - cached.storedAt) / 1000);
    this.replies.delete(key);
    if (seconds >= cached.lifetime.seconds) return undefined;
    this.replies.set(key, cached);
    return respellQuestion(agedReply(cached.reply, cached.lifetime, seconds), request.bytes, request.end);
  }

  keep(request: Request, reply: Buffer): void {
    if (
      isPersonal(request) ||
      this.entriesMax === 0 ||
      reply.length > REPLY_MAX_BYTES ||
      reply.length < request.end
    )
      return;
    if (reply.readUInt16BE(4) !== 1) return;
    const life = cacheLifetime(reply, request.end);
    if (!life) return;
    const [oldest] = this.replies.keys();
    if (this.replies.size >= this.entriesMax && oldest !== undefined) this.replies.delete(oldest);
    this.replies.set(keyOf(request), {
      reply: Buffer.from(reply),
      lifetime: life,
      storedAt: this.clock.now(),
    });
  }

  size(): number {
    return this.replies.size;
  }
}

/** True for a question with EDNS options: a cookie or the client's network make a reply that is for one client alone. */
function isPersonal({ edns }: Request): boolean {
  return edns !== undefined && !edns.plain;
}

/** The key of a reply: questions that differ in flags or in EDNS may have other replies. */
function keyOf({ key, class: cls, flags, edns }: Request): string {
  const option = edns ? `${edns.version}${edns.dnssecOk ? 'd' : ''}` : '';
  return `${flags & FLAGS_ASKED} ${cls} ${option} ${key}`;
}
