/**
 * The client of ZooKeeper in simulations: what the real one promises, over a network that delays, breaks and cuts, to a
 * model of the server.
 *
 * Always true: what goes through one connection keeps its order; what was under way when it broke may have happened or not.
 */

import type { Stat } from 'node-zookeeper-client';
import { nextInteger, type Random } from '../../../cluster/model/random';
import type { Clock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import {
  ZkClient,
  ZkError,
  type ZkNode,
  type ZkState,
  type ZkStep,
} from '../../../cluster/zookeeper/edge/client';
import { type ModelServer, type Node, Refusal } from './server';

/** The way between one client and the server. */
export interface Wire {
  /** Nothing goes through. */
  cut: boolean;
  /** Longest delay one way, in ms. */
  delayMs: number;
}

interface Pending {
  readonly work: (session: number) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ZkError) => void;
  readonly what: string;
}

const LOCAL = { servers: [{ host: 'model', port: 1 }], path: '/', auth: undefined };
const TRY_MS = 200;
/** How soon what could not get through is sent again. */
const RETRY_MS = 50;
const RENEW_AFTER_SESSIONS = 3;

export class ModelClient extends ZkClient {
  readonly wire: Wire = { cut: false, delayMs: 10 };
  private session: number | undefined;
  /** When what the server has answered last was sent: it has heard us then, or later. */
  private heard: number | undefined;
  /** Counts connections: what was under way in an older one is lost. */
  private connection = 0;
  private over = false;
  private readonly told = new Set<(state: ZkState) => void>();
  private waiting: Pending[] = [];
  private readonly sent = new Set<Pending>();
  private lastAt = 0;
  private readonly underWay: { readonly connection: number; readonly arrive: () => void }[] = [];
  private disconnectedAt = 0;

  constructor(
    private readonly server: ModelServer,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly timeoutMs: number,
  ) {
    super({ url: LOCAL, sessionTimeoutMs: timeoutMs, log: silentLogger });
  }

  override start(): void {
    this.disconnectedAt = this.clock.now();
    this.connectLater();
  }

  override listen(listener: (state: ZkState) => void): () => void {
    this.told.add(listener);
    return () => void this.told.delete(listener);
  }

  override async stop(): Promise<void> {
    if (this.session !== undefined && this.state === 'connected' && !this.wire.cut)
      this.server.end(this.session);
    this.die();
  }

  /** The process is gone, without a word. */
  die(): void {
    this.over = true;
    this.connection += 1;
    this.told.clear();
  }

  /** The connection breaks; another one is tried for. */
  breakConnection(): void {
    if (this.state !== 'connected' || this.over) return;
    this.connection += 1;
    this.disconnectedAt = this.clock.now();
    this.failSent('CONNECTION_LOSS');
    this.turn('disconnected');
    this.connectLater();
  }

  override sessionLeftMs(): number {
    if (this.heard === undefined || this.session === undefined) return 0;
    return Math.max(0, this.timeoutMs - (this.clock.now() - this.heard));
  }

  override grantedMs(): number {
    return this.timeoutMs;
  }

  override sessionId(): Buffer {
    return ownerOf(this.session);
  }

  /** The number of the session in the model. */
  get sessionNumber(): number | undefined {
    return this.session;
  }

  override async children(path: string, watcher?: (event: never) => void): Promise<string[]> {
    return await this.ask(`children of ${path}`, (session) => {
      const found = this.server.children(path);
      this.watchFor(session, path, watcher);
      return found;
    });
  }

  override async get(path: string): Promise<ZkNode | undefined> {
    return await this.ask(`data of ${path}`, () => {
      const node = this.server.get(path);
      return node && { data: node.data, stat: statOf(node) };
    });
  }

  override async exists(path: string, watcher?: (event: never) => void): Promise<Stat | undefined> {
    return await this.ask(`whether ${path} exists`, (session) => {
      const node = this.server.get(path);
      this.watchFor(session, path, watcher);
      return node && statOf(node);
    });
  }

  /** Of the modes only the ephemeral sequential one is asked for. */
  override async create(path: string, data: Buffer): Promise<string> {
    return await this.ask(`create ${path}`, (owner) =>
      this.server.create(path, data, { owner, numbered: true }),
    );
  }

  override async remove(path: string, version = -1): Promise<void> {
    await this.ask(`remove ${path}`, () => this.server.remove(path, version));
  }

  override async makePath(path: string): Promise<void> {
    await this.ask(`make ${path}`, () => this.server.makePath(path));
  }

  override async transaction(steps: readonly ZkStep[]): Promise<void> {
    await this.ask('transaction', (session) => this.server.transaction(session, steps));
  }

  private watchFor(session: number, path: string, watcher: ((event: never) => void) | undefined): void {
    if (!watcher) return;
    const event = undefined as never;
    this.server.watch(session, path, () => this.travel(this.connection, () => watcher(event)));
  }

  private ask<T>(what: string, work: (session: number) => T): Promise<T> {
    return new Promise<T>((done, failed) => {
      if (this.over) return failed(new ZkError('CLOSED', what));
      const cancel = this.after(this.timeoutMs, () => pending.reject(new ZkError('TIMEOUT', what)));
      const settle = (): void => {
        cancel();
        this.sent.delete(pending);
        this.waiting = this.waiting.filter((one) => one !== pending);
      };
      const pending: Pending = {
        ...{ work, what },
        resolve: (value) => {
          settle();
          done(value as T);
        },
        reject: (error) => {
          settle();
          failed(error);
        },
      };
      if (this.state === 'connected') this.request(pending);
      else this.waiting.push(pending);
    });
  }

  private request(pending: Pending): void {
    this.sent.add(pending);
    const { connection } = this;
    const sentAt = this.clock.now();
    this.travel(connection, () => {
      const session = this.session ?? 0;
      if (!this.server.touch(session)) return;
      let settle: () => void;
      try {
        const value = pending.work(session);
        settle = () => pending.resolve(value);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        settle = () => pending.reject(new ZkError(error.code, pending.what));
      }
      this.answer(connection, sentAt, settle);
    });
  }

  private answer(connection: number, sentAt: number, settle: () => void): void {
    this.travel(connection, () => {
      this.heard = sentAt;
      settle();
    });
  }

  /** Brings something through the connection, in order: what is cut off comes later, or not when the connection broke. */
  private travel(connection: number, arrive: () => void): void {
    const now = this.clock.now();
    this.lastAt = Math.max(this.lastAt, now + 1 + nextInteger(this.random, this.wire.delayMs));
    this.underWay.push({ connection, arrive });
    this.after(this.lastAt - now, () => this.deliver());
  }

  private deliver(): void {
    if (this.wire.cut && !this.over) {
      this.after(RETRY_MS, () => this.deliver());
      return;
    }
    const { connection, arrive } = this.underWay.shift() ?? {};
    if (connection === this.connection && !this.over) arrive?.();
  }

  private connectLater(): void {
    this.after(1 + nextInteger(this.random, TRY_MS), () => this.connect());
  }

  private connect(): void {
    if (this.over || this.state === 'connected') return;
    const away = this.clock.now() - this.disconnectedAt;
    if (this.session !== undefined && away > this.timeoutMs * RENEW_AFTER_SESSIONS) this.startOver();
    if (this.wire.cut) return this.connectLater();
    this.server.endSilent();
    if (this.session !== undefined && !this.server.touch(this.session)) this.startOver();
    this.session ??= this.server.open(this.timeoutMs);
    this.connection += 1;
    this.lastAt = this.clock.now();
    this.heard = this.clock.now();
    this.turn('connected');
    for (const pending of this.waiting.splice(0)) this.request(pending);
    this.ping(this.connection);
  }

  private startOver(): void {
    this.session = undefined;
    this.heard = undefined;
    this.disconnectedAt = this.clock.now();
    this.failSent('SESSION_EXPIRED');
    for (const pending of this.waiting.splice(0))
      pending.reject(new ZkError('SESSION_EXPIRED', pending.what));
    this.turn('expired');
    this.state = 'disconnected';
  }

  private failSent(code: string): void {
    for (const pending of [...this.sent]) pending.reject(new ZkError(code, pending.what));
  }

  private ping(connection: number): void {
    if (connection !== this.connection || this.over) return;
    const now = this.clock.now();
    if (now - (this.heard ?? 0) > (this.timeoutMs * 2) / 3) return this.breakConnection();
    this.travel(connection, () => {
      if (this.session !== undefined && this.server.touch(this.session))
        this.answer(connection, now, () => undefined);
      else this.breakConnection();
    });
    this.after(this.timeoutMs / 6, () => this.ping(connection));
  }

  private after(ms: number, callback: () => void): () => void {
    return this.clock.wakeAt(this.clock.now() + ms, callback);
  }

  private turn(state: ZkState): void {
    this.state = state;
    for (const listener of [...this.told]) listener(state);
  }
}

function ownerOf(session: number | undefined): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(session ?? 0, 4);
  return bytes;
}

function statOf({ version, owner }: Node): Stat {
  const known = { version, ephemeralOwner: ownerOf(owner) };
  return known as never;
}
