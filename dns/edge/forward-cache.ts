/**
 * Replies of resolvers, kept for as long as they may be. Bounded in number; the one that was used longest ago goes first.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Request } from '../packet/request';
import { aged, type Lifespan, lifespan, respelled } from '../packet/ttl';

/** Longer replies are not kept. */
const REPLY_MAX_BYTES = 4096;
const FLAGS_ASKED = 0x7910;

interface Kept {
  readonly reply: Buffer;
  readonly life: Lifespan;
  readonly storedAt: number;
}

export class ForwardCache {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly entriesMax: number,
    private readonly clock: Clock,
  ) {}

  /** The reply as it would be now; undefined when there is none or it is over. */
  find(request: Request): Buffer | undefined {
    if (this.kept.size === 0 || isPersonal(request)) return undefined;
    const key = keyOf(request);
    const held = this.kept.get(key);
    if (!held) return undefined;
    const seconds = Math.floor((this.clock.now() - held.storedAt) / 1000);
    this.kept.delete(key);
    if (seconds >= held.life.seconds) return undefined;
    this.kept.set(key, held);
    return respelled(aged(held.reply, held.life, seconds), request.bytes, request.end);
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
    const life = lifespan(reply, request.end);
    if (!life) return;
    const [oldest] = this.kept.keys();
    if (this.kept.size >= this.entriesMax && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(keyOf(request), { reply: Buffer.from(reply), life, storedAt: this.clock.now() });
  }

  size(): number {
    return this.kept.size;
  }
}

/** Options such as a cookie or the asker's network make a reply that is for one asker alone. */
function isPersonal({ edns }: Request): boolean {
  return edns !== undefined && !edns.plain;
}

/** Questions that differ in flags or in EDNS may have other replies. */
function keyOf({ key, class: cls, flags, edns }: Request): string {
  const option = edns ? `${edns.version}${edns.dnssecOk ? 'd' : ''}` : '';
  return `${flags & FLAGS_ASKED} ${cls} ${option} ${key}`;
}
