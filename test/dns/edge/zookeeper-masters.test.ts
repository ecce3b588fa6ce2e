import zookeeper from 'node-zookeeper-client';
import { systemClock } from '../../../cluster/runtime/clock';
import { type Logger, silentLogger } from '../../../cluster/runtime/log';
import { readZkUrl, type ZkUrl } from '../../../cluster/zookeeper/core/url';
import { ZkClient } from '../../../cluster/zookeeper/edge/client';
import type { HostPort } from '../../../dns/core/facts/cluster-facts';
import { followZookeeperMasters } from '../../../dns/edge/zookeeper-masters';
import { missingForZookeeper, ZookeeperServer } from '../../cluster/zookeeper/server';

const missing = missingForZookeeper();
const testReal = missing === undefined ? test : test.skip;
const SESSION_MS = 2000;
const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

async function until(check: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!check()) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function register(server: ZookeeperServer, ip: string): Promise<ZkClient> {
  const url = readZkUrl(`zk://127.0.0.1:${server.port}/mesos`) as ZkUrl;
  const client = new ZkClient({ url, sessionTimeoutMs: 10_000, log: silentLogger });
  undo.push(() => client.stop());
  client.start();
  const info = Buffer.from(JSON.stringify({ address: { ip, port: 5050 } }));
  await client.makePath('/mesos');
  await client.create('/mesos/json.info_', info, zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL);
  return client;
}

testReal(
  `while ZooKeeper is away the masters stay and nothing ends, which is counted and logged once${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`,
  async () => {
    const server = await ZookeeperServer.start();
    undo.push(() => server.stop());
    await register(server, '10.0.0.1');
    const seen: HostPort[][] = [];
    const lines: string[] = [];
    let failures = 0;
    const log: Logger = { ...silentLogger, warn: (_fields, text) => void lines.push(text) };
    const followed = followZookeeperMasters({
      ...{ zk: `zk://127.0.0.1:${server.port}/mesos`, sessionMs: SESSION_MS, log },
      clock: systemClock(),
      changed: (masters) => void seen.push([...masters]),
      failed: () => void failures++,
    });
    undo.push(() => followed.stop());
    await until(() => seen.length === 1);
    expect(seen[0]).toEqual([{ host: '10.0.0.1', port: 5050 }]);
    await server.kill();
    await until(() => failures >= 1);
    // Longer than the session.
    await new Promise((resolve) => setTimeout(resolve, SESSION_MS * 4));
    expect(seen.length).toBe(1);
    expect(lines.filter((line) => line.includes('cannot be reached'))).toHaveLength(1);
    expect(lines.length).toBeLessThanOrEqual(2);
    await server.run();
    await register(server, '10.0.0.2');
    await until(() => seen.some((masters) => masters.some(({ host }) => host === '10.0.0.2')));
  },
);
