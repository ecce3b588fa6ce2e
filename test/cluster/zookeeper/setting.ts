/**
 * What tests against a real ZooKeeper begin with: one server for all of a suite, clients that end with their
 * test, paths that nobody else uses.
 */

import { silentLogger } from '../../../cluster/runtime/log';
import { readZkUrl, type ZkUrl } from '../../../cluster/zookeeper/core/url';
import { ZkClient } from '../../../cluster/zookeeper/edge/client';
import { missingForZookeeper, ZookeeperServer } from './server';

const PATIENCE_MS = 60_000;

export interface ClientWish {
  /** Where to connect, such as at a relay; the server itself without it. */
  readonly ports?: readonly number[];
  readonly sessionTimeoutMs?: number;
  readonly callTimeoutMs?: number;
  /** `user:password@` */
  readonly auth?: string;
}

export class ZookeeperSetting {
  private running: ZookeeperServer | undefined;
  private paths = 0;
  private readonly undos: (() => unknown)[] = [];

  get server(): ZookeeperServer {
    if (!this.running) throw new Error('the server has not started');
    return this.running;
  }

  async start(): Promise<void> {
    this.running = await ZookeeperServer.start();
    // A server that has just come up takes its time for the first write.
    const first = this.client({ callTimeoutMs: PATIENCE_MS });
    await until('the first write', () =>
      first.makePath('/ready').then(
        () => true,
        () => false,
      ),
    );
    await this.cleanUp();
  }

  async stop(): Promise<void> {
    await this.running?.stop();
  }

  /** Done when the test is over, the latest first. */
  undo(action: () => unknown): void {
    this.undos.push(action);
  }

  async cleanUp(): Promise<void> {
    for (const action of this.undos.splice(0).reverse()) await action();
  }

  /** A path that no other test has. */
  newPath(below = ''): string {
    return `${below}/test-${this.paths++}`;
  }

  /** A client that has begun to connect. */
  client({
    ports = [this.server.port],
    auth = '',
    sessionTimeoutMs = 2000,
    ...more
  }: ClientWish = {}): ZkClient {
    const url = readZkUrl(`zk://${auth}${ports.map((port) => `127.0.0.1:${port}`).join(',')}/`) as ZkUrl;
    const client = new ZkClient({ url, sessionTimeoutMs, log: silentLogger, ...more });
    this.undo(() => client.stop());
    client.start();
    return client;
  }
}

/** A suite with a ZooKeeper of its own; skipped, with the reason, where there is none to be had. */
export function describeZookeeper(name: string, define: (zk: ZookeeperSetting) => void): void {
  const missing = missingForZookeeper();
  const title = `${name}${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`;
  (missing === undefined ? describe : describe.skip)(title, () => {
    const setting = new ZookeeperSetting();
    beforeAll(() => setting.start());
    afterEach(() => setting.cleanUp());
    afterAll(() => setting.stop());
    define(setting);
  });
}

/** Looks again until something is there and not false. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const result = await look();
    if (result !== undefined && result !== false) return result;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
