/**
 * The limits of clients over UDP, where a datagram can have a forged address: the size of replies to an address, and their
 * number.
 *
 * An address is verified when it lies in a trusted network, when it has spoken over TCP lately, or when the question has a
 * cookie of ours (RFC 7873). Every other address gets at most three times the octets it sent, and so many replies a second.
 * Always true: the number of addresses that are remembered has a limit.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../cluster/runtime/clock';
import { bareAddress, networkMatcher, networkOf } from './networks';

/** The decision about a question: answer it, reply with TC alone, or send nothing. */
export type RateDecision = 'answer' | 'cut' | 'drop';

export interface ClientLimitsOptions {
  readonly trusted: readonly string[];
  /** Questions a second of one address that is not trusted; 0 for any number. */
  readonly perSecond: number;
  /** The key of cookies; the same in all processes that share a port. */
  readonly secret: Buffer;
  readonly clock: Clock;
}

const REMEMBERED_MAX = 20_000;
const TCP_HOLDS_MS = 10 * 60_000;
const COOKIE_HOLDS_SECONDS = 3600;
const CLIENT_COOKIE = 8;
const OPTION_COOKIE = 10;

interface Budget {
  second: number;
  asked: number;
}

export class ClientLimits {
  private readonly trusts: (address: string) => boolean;
  private readonly trusted = new Map<string, boolean>();
  private readonly spoke = new Map<string, number>();
  private readonly budgets = new Map<string, Budget>();

  constructor(private readonly options: ClientLimitsOptions) {
    this.trusts = networkMatcher(options.trusted);
  }

  /** True for an address in a trusted network. */
  isTrusted(address: string): boolean {
    let trusted = this.trusted.get(address);
    if (trusted === undefined) {
      if (this.trusted.size >= REMEMBERED_MAX) this.trusted.clear();
      trusted = this.trusts(address);
      this.trusted.set(address, trusted);
    }
    return trusted;
  }

  /** Remembers an address that has spoken over TCP: a connection shows that it is not forged. */
  spokeOverTcp(address: string): void {
    if (this.isTrusted(address)) return;
    if (this.spoke.size >= REMEMBERED_MAX) this.spoke.clear();
    // The same host may come through an IPv6 socket with one transport and through an IPv4 socket with the other.
    this.spoke.set(bareAddress(address), this.options.clock.now());
  }

  /** True when a long reply reaches the client and nobody else. For addresses that are not trusted. */
  isVerified(address: string, cookie: Buffer | undefined): boolean {
    const spokeAt = this.spoke.get(bareAddress(address));
    if (spokeAt !== undefined && this.options.clock.now() - spokeAt < TCP_HOLDS_MS) return true;
    return cookie !== undefined && this.isOurs(address, cookie);
  }

  /** Counts a question of an address that is not trusted. Beyond the limit every second question gets a reply with TC. */
  decide(address: string): RateDecision {
    const { perSecond, clock } = this.options;
    if (perSecond === 0) return 'answer';
    const second = Math.floor(clock.now() / 1000);
    const network = networkOf(address);
    const budget = this.budgets.get(network);
    if (budget?.second !== second) {
      if (this.budgets.size >= REMEMBERED_MAX) this.budgets.clear();
      this.budgets.set(network, { second, asked: 1 });
      return 'answer';
    }
    budget.asked++;
    if (budget.asked <= perSecond) return 'answer';
    return budget.asked % 2 === 0 ? 'cut' : 'drop';
  }

  /** The cookie option for a reply: the client's own and ours, which holds for an hour. */
  cookieOption(address: string, cookie: Buffer): Buffer {
    const client = cookie.subarray(0, CLIENT_COOKIE);
    const now = Math.floor(this.options.clock.now() / 1000);
    const option = Buffer.alloc(4 + CLIENT_COOKIE + 16);
    option.writeUInt16BE(OPTION_COOKIE, 0);
    option.writeUInt16BE(option.length - 4, 2);
    client.copy(option, 4);
    this.ours(address, client, now).copy(option, 4 + CLIENT_COOKIE);
    return option;
  }

  private isOurs(address: string, cookie: Buffer): boolean {
    if (cookie.length !== CLIENT_COOKIE + 16) return false;
    const client = cookie.subarray(0, CLIENT_COOKIE);
    const issuedAt = cookie.readUInt32BE(CLIENT_COOKIE + 4);
    const age = Math.floor(this.options.clock.now() / 1000) - issuedAt;
    if (age < -300 || age > COOKIE_HOLDS_SECONDS) return false;
    return timingSafeEqual(this.ours(address, client, issuedAt), cookie.subarray(CLIENT_COOKIE));
  }

  /**
   * The server cookie: version, time, and a digest over both, the client's cookie and its address (in the layout of
   * RFC 9018, section 4).
   */
  private ours(address: string, client: Buffer, seconds: number): Buffer {
    const cookie = Buffer.alloc(16);
    cookie[0] = 1;
    cookie.writeUInt32BE(seconds, 4);
    const digest = createHmac('sha256', this.options.secret)
      .update(client)
      .update(cookie.subarray(0, 8))
      .update(address);
    digest.digest().copy(cookie, 8, 0, 8);
    return cookie;
  }
}
