import zookeeper from 'node-zookeeper-client';
import { systemClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { readZkUrl, type ZkUrl } from '../../../../cluster/zookeeper/core/url';
import { ZkClient } from '../../../../cluster/zookeeper/edge/client';
import { Group } from '../../../../cluster/zookeeper/edge/group';
import { missingForZookeeper, ZookeeperServer } from '../server';

it('watches with one and the same function, however often it looks', async () => {
  const watchers = new Set<unknown>();
  let looks = 0;
  const group = new Group({
    client: {
      exists: async (_path, watcher) => {
        watchers.add(watcher);
        return Object.create(null);
      },
      children: async (_path, watcher) => {
        watchers.add(watcher);
        looks++;
        return [];
      },
      get: async () => undefined,
      listen: () => () => undefined,
    },
    path: '/mesos',
    prefixes: [''],
    clock: systemClock(),
    log: silentLogger,
    changed: () => undefined,
    pauseMs: 0,
  });
  group.start();
  while (looks < 20) {
    group.refresh();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await group.stop();
  expect(watchers.size).toBe(1);
});

const missing = missingForZookeeper();
const describeReal = missing === undefined ? describe : describe.skip;
const { EPHEMERAL_SEQUENTIAL } = zookeeper.CreateMode;
/** Longer than a restart of the server takes on a busy machine: no session ends but by its client. */
const SESSION_MS = 30_000;

describeReal(`a group${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`, () => {
  let server: ZookeeperServer;
  const undo: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await ZookeeperServer.start();
  });
  afterAll(async () => {
    for (const stop of undo.splice(0).reverse()) await stop();
    await server?.stop();
  });

  function client(): ZkClient {
    const url = readZkUrl(`zk://127.0.0.1:${server.port}/`) as ZkUrl;
    const created = new ZkClient({ url, sessionTimeoutMs: SESSION_MS, log: silentLogger });
    undo.push(() => created.stop());
    created.start();
    return created;
  }

  test('members come and go, the lowest number leads, and nothing is lost while the server is away', async () => {
    const seen: string[][] = [];
    const last = async (expected: readonly string[]): Promise<void> => {
      const end = Date.now() + 60_000;
      while (JSON.stringify(seen.at(-1)) !== JSON.stringify(expected)) {
        if (Date.now() > end) throw new Error(`last seen ${JSON.stringify(seen.at(-1))}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const group = new Group({
      client: client(),
      path: '/mesos',
      prefixes: ['json.info_', 'info_'],
      clock: systemClock(),
      log: silentLogger,
      pauseMs: 20,
      changed: (members) => void seen.push(members.map(({ data }) => data.toString())),
    });
    undo.push(() => group.stop());
    group.start();
    await last([]);
    const first = client();
    const second = client();
    await first.makePath('/mesos');
    await first.create('/mesos/log_replicas', Buffer.alloc(0), zookeeper.CreateMode.PERSISTENT);
    await first.create('/mesos/info_', Buffer.from('old'), EPHEMERAL_SEQUENTIAL);
    await last(['old']);
    await first.create('/mesos/json.info_', Buffer.from('one'), EPHEMERAL_SEQUENTIAL);
    await last(['one']);
    await second.create('/mesos/json.info_', Buffer.from('two'), EPHEMERAL_SEQUENTIAL);
    await last(['one', 'two']);
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(seen.at(-1)).toEqual(['one', 'two']);
    await server.run();
    await first.stop();
    await last(['two']);
    await second.stop();
    await last([]);
  });
});
