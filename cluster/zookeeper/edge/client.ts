/**
 * A session with ZooKeeper that never leaves a caller waiting: every call settles in time, a silent connection counts as
 * lost, and a session that is over is replaced by a new one, of which those who watch are told.
 *
 * Always true: `connected` is only said while something of the last two thirds of the session's time has been
 * answered. After `expired` no watch and no ephemeral node of before is left.
 */

import zookeeper, {
  type ACL,
  type Client,
  type Event,
  type Stat,
  type Transaction,
} from 'node-zookeeper-client';
import type { Running } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';
import type { ZkUrl } from '../core/url';
import { type Guard, guard } from './guard';

/** The state of the connection. After `expired` a new session has begun; `auth-failed` is final. */
export type ZkState = 'connected' | 'disconnected' | 'expired' | 'auth-failed';

export interface ZkOptions {
  readonly url: ZkUrl;
  readonly sessionTimeoutMs: number;
  readonly log: Logger;
  /** Limit for one call (default: the session timeout). */
  readonly callTimeoutMs?: number;
}

export interface ZkNode {
  readonly data: Buffer;
  readonly stat: Stat;
}

/** One step of a transaction. */
export type ZkStep =
  | {
      readonly kind: 'create';
      readonly path: string;
      readonly data: Buffer;
      readonly mode?: number;
      /** With credentials, no other client may read the node. */
      readonly isPrivate?: boolean;
    }
  | { readonly kind: 'set'; readonly path: string; readonly data: Buffer; readonly version?: number }
  | { readonly kind: 'check'; readonly path: string; readonly version?: number }
  | { readonly kind: 'remove'; readonly path: string; readonly version?: number };

/** An error of ZooKeeper, with the library's name for it such as `NO_NODE`, or `TIMEOUT`. */
export class ZkError extends Error {
  constructor(
    readonly code: string,
    what: string,
  ) {
    super(`${what}: ${code}`);
  }
}

/** The largest node, or whole transaction, that the server takes. */
export const DATA_MAX_BYTES = 1_000_000;
const { PERSISTENT } = zookeeper.CreateMode;
/**
 * Number of session timeouts without a connection after which a new client is made, as the ensemble may be a
 * new one.
 */
const RENEW_AFTER_SESSIONS = 3;
const CLOSE_MS = 1000;

export class ZkClient implements Running {
  state: ZkState = 'disconnected';
  private client: Client | undefined;
  private guard: Guard | undefined;
  private renewal: NodeJS.Timeout | undefined;
  /** Sessions that were given up since the last connection. */
  private renewals = 0;
  private stopped = false;
  private readonly listeners = new Set<(state: ZkState) => void>();
  /** Functions that fail the calls under way. */
  private readonly open = new Set<(error: ZkError) => void>();

  constructor(private readonly options: ZkOptions) {}

  start(): void {
    if (!this.client && !this.stopped) this.begin();
  }

  /** Calls back at every change of the state. Returns a function that stops it. */
  listen(listener: (state: ZkState) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Ends the session, so that its ephemeral nodes go at once. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    clearTimeout(this.renewal);
    const { client } = this;
    this.fail('CLOSED');
    if (client && this.state === 'connected') await closed(client);
    this.guard?.end();
  }

  async children(path: string, watcher?: (event: Event) => void): Promise<string[]> {
    return await this.call(`children of ${path}`, (client, done) =>
      watcher ? client.getChildren(path, watcher, done) : client.getChildren(path, done),
    );
  }

  /** The node; undefined when there is none. */
  async get(path: string, watcher?: (event: Event) => void): Promise<ZkNode | undefined> {
    try {
      return await this.call<ZkNode>(`data of ${path}`, (client, done) => {
        const answer = (error: unknown, data: Buffer | undefined, stat: Stat): void =>
          done(error, { data: data ?? Buffer.alloc(0), stat });
        if (watcher) client.getData(path, watcher, answer);
        else client.getData(path, answer);
      });
    } catch (error) {
      if (error instanceof ZkError && error.code === 'NO_NODE') return undefined;
      throw error;
    }
  }

  /** The stat of the node; undefined when there is none. A watcher is told when it comes, changes or goes. */
  async exists(path: string, watcher?: (event: Event) => void): Promise<Stat | undefined> {
    const stat = await this.call<Stat | null>(`whether ${path} exists`, (client, done) =>
      watcher ? client.exists(path, watcher, done) : client.exists(path, done),
    );
    return stat ?? undefined;
  }

  /** Makes a node and returns its path, which ends in a number in the sequential modes. */
  async create(path: string, data: Buffer, mode: number, acl: ACL[] = this.acl()): Promise<string> {
    checkSize(path, data.length);
    return await this.call(`create ${path}`, (client, done) => client.create(path, data, acl, mode, done));
  }

  async set(path: string, data: Buffer, version = -1): Promise<Stat> {
    checkSize(path, data.length);
    return await this.call(`set ${path}`, (client, done) => client.setData(path, data, version, done));
  }

  async remove(path: string, version = -1): Promise<void> {
    await this.call<void>(`remove ${path}`, (client, done) =>
      client.remove(path, version, (error) => done(error, undefined)),
    );
  }

  /** Makes a persistent node and its parents. */
  async makePath(path: string): Promise<void> {
    if (path === '/') return;
    await this.call<string>(`make ${path}`, (client, done) => client.mkdirp(path, this.acl(), done));
  }

  /** Performs all steps, or none. */
  async transaction(steps: readonly ZkStep[]): Promise<void> {
    const bytes = steps.reduce((sum, step) => sum + ('data' in step ? step.data.length : 0), 0);
    checkSize('a transaction', bytes);
    await this.call<unknown>('transaction', (client, done) => {
      const open = client.transaction();
      for (const step of steps) {
        if (step.kind === 'create')
          open.create(step.path, step.data, this.acl(step.isPrivate), step.mode ?? PERSISTENT);
        else if (step.kind === 'set') open.setData(step.path, step.data);
        else if (step.kind === 'check') open.check(step.path);
        else open.remove(step.path);
        if (step.kind !== 'create') setVersion(open, step.version ?? -1);
      }
      open.commit(done);
    });
  }

  /**
   * Milliseconds until the server may end the session if it has heard nothing since the request that was answered
   * last; 0 when the session is over, or nothing has been answered yet.
   */
  sessionLeftMs(): number {
    const heardAt = this.guard?.heardAt();
    if (heardAt === undefined || !this.client) return 0;
    return Math.max(0, this.grantedMs() - (performance.now() - heardAt));
  }

  /** The session timeout that the server granted, or else the requested one. */
  grantedMs(): number {
    return this.client?.getSessionTimeout() ?? this.options.sessionTimeoutMs;
  }

  /** The id of the session, which owns its ephemeral nodes. */
  sessionId(): Buffer {
    return this.client?.getSessionId() ?? Buffer.alloc(8);
  }

  /**
   * The ACL of a node: open to all without credentials; with them everybody may read and only we may write
   * (as Mesos does).
   */
  private acl(isPrivate = false): ACL[] {
    const { ACL: Acl, Id, Permission } = zookeeper;
    const everyone = new Id('world', 'anyone');
    if (this.options.url.auth === undefined) return [new Acl(Permission.ALL, everyone)];
    const creatorAll = new Acl(Permission.ALL, new Id('auth', ''));
    return isPrivate ? [creatorAll] : [new Acl(Permission.READ, everyone), creatorAll];
  }

  private begin(): void {
    const { url, sessionTimeoutMs: sessionTimeout } = this.options;
    const servers = url.servers.map(({ host, port }) => `${host}:${port}`).join(',');
    const client = zookeeper.createClient(servers, { sessionTimeout, spinDelay: 1000, retries: 0 });
    this.guard = guard(client);
    this.client = client;
    if (url.auth !== undefined) client.addAuthInfo('digest', Buffer.from(url.auth));
    client.on('connected', () => this.become(client, 'connected'));
    client.on('disconnected', () => this.become(client, 'disconnected'));
    client.on('expired', () => this.renew(client, 'the session is over'));
    client.on('authenticationFailed', () => this.refused(client));
    this.renewLater(client);
    client.connect();
  }

  private become(client: Client, state: ZkState): void {
    if (client !== this.client || this.stopped || this.state === 'auth-failed') return;
    this.state = state;
    if (state === 'connected') this.renewals = 0;
    clearTimeout(this.renewal);
    if (state === 'disconnected') this.renewLater(client);
    this.options.log.debug({ state }, 'the session with ZooKeeper has another state');
    for (const listener of [...this.listeners]) listener(state);
  }

  private renewLater(client: Client): void {
    const ms = this.options.sessionTimeoutMs * RENEW_AFTER_SESSIONS;
    this.renewal = setTimeout(() => this.renew(client, 'no connection for a long time'), ms);
    this.renewal.unref();
  }

  private renew(client: Client, reason: string): void {
    if (client !== this.client || this.stopped) return;
    // Only the first renewal is a warning while the ensemble stays away.
    this.options.log[this.renewals++ === 0 ? 'warn' : 'debug']({ reason }, 'a new ZooKeeper session');
    this.guard?.end();
    clearTimeout(this.renewal);
    this.fail('SESSION_EXPIRED');
    this.begin();
    this.state = 'disconnected';
    for (const listener of [...this.listeners]) listener('expired');
  }

  private refused(client: Client): void {
    if (client !== this.client || this.stopped) return;
    this.guard?.end();
    clearTimeout(this.renewal);
    this.state = 'auth-failed';
    this.fail('AUTH_FAILED');
    this.options.log.error({}, 'ZooKeeper does not accept the credentials');
    for (const listener of [...this.listeners]) listener('auth-failed');
  }

  private fail(code: string): void {
    for (const fail of [...this.open]) fail(new ZkError(code, 'ZooKeeper'));
  }

  private call<T>(
    what: string,
    run: (client: Client, done: (error: unknown, value: T) => void) => void,
  ): Promise<T> {
    const { client, options } = this;
    return new Promise<T>((resolve, reject) => {
      if (!client || this.stopped || this.state === 'auth-failed') {
        reject(new ZkError(this.state === 'auth-failed' ? 'AUTH_FAILED' : 'CLOSED', what));
        return;
      }
      const settle = (action: () => void): void => {
        clearTimeout(limit);
        this.open.delete(fail);
        action();
      };
      const fail = (error: ZkError): void => settle(() => reject(error));
      const limit = setTimeout(
        () => fail(new ZkError('TIMEOUT', what)),
        options.callTimeoutMs ?? options.sessionTimeoutMs,
      );
      this.open.add(fail);
      try {
        run(client, (error, value) => settle(() => (error ? reject(named(error, what)) : resolve(value))));
      } catch (error) {
        fail(named(error, what));
      }
    });
  }
}

function named(error: unknown, what: string): ZkError {
  if (typeof error !== 'object' || error === null) return new ZkError(String(error), what);
  const name: unknown = Reflect.get(error, 'name');
  const isCode = typeof name === 'string' && name !== 'Error' && name !== 'AssertionError';
  return new ZkError(isCode ? name : String(Reflect.get(error, 'message')), what);
}

/**
 * Sets the version of the last step. The library takes version 0 for any version, so it is set in the request
 * itself.
 */
function setVersion(open: Transaction, version: number): void {
  const steps: unknown = Reflect.get(open, 'ops');
  const last: unknown = Array.isArray(steps) ? steps.at(-1) : undefined;
  if (typeof last !== 'object' || last === null)
    throw new Error('node-zookeeper-client is not the version it has to be');
  Reflect.set(last, 'version', version);
}

function checkSize(what: string, bytes: number): void {
  if (bytes > DATA_MAX_BYTES) throw new ZkError('TOO_LARGE', `${what} with ${bytes} bytes`);
}

/** Ends the session at the server, within a time limit. */
function closed(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, CLOSE_MS);
    client.on('disconnected', () => {
      clearTimeout(limit);
      resolve();
    });
    client.close();
  });
}
