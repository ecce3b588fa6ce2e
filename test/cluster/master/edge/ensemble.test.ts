import zookeeper from 'node-zookeeper-client';
import { masterFlags } from '../../../../cluster/master/config';
import { type RunningMaster, startMaster } from '../../../../cluster/master/main';
import { systemClock } from '../../../../cluster/runtime/clock';
import { parseFlags } from '../../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../../cluster/runtime/log';
import { MemoryStore } from '../../../../cluster/state/memory';
import type { ZkClient } from '../../../../cluster/zookeeper/edge/client';
import { describeZookeeper, until } from '../../zookeeper/setting';

function start(args: readonly string[], onEnd: (reason: string) => void = () => undefined) {
  const { flags } = parseFlags(masterFlags, {
    command: 'test',
    about: '',
    args: ['--port=0', ...args],
    env: {},
  });
  const deps = { log: silentLogger, clock: systemClock(), state: new MemoryStore(), onEnd };
  return startMaster(flags, deps);
}

it.each([
  [['--zk=zk://h'], '--zk: a path is missing'],
  [['--zk=h:2181/mesos'], '--zk: expected zk://'],
  [['--zk=zk://h/mesos', '--zk_session_timeout=1ms'], '--zk_session_timeout must be at least 500ms'],
])('%j do not start a master', async (args, text) => {
  await expect(start(args)).rejects.toThrow(text);
});

describeZookeeper('over ZooKeeper', (setting) => {
  async function join(path: string, args: readonly string[] = []) {
    const resigned: string[] = [];
    const zk = [`--zk=zk://127.0.0.1:${setting.server.port}${path}`, '--zk_session_timeout=6secs'];
    const master = await start([...zk, ...args], (reason) => void resigned.push(reason));
    setting.undo(() => master.stop());
    return { master, resigned };
  }

  /** Another one in the same election. */
  async function client(path: string): Promise<ZkClient> {
    const made = setting.client();
    await made.makePath(path);
    return made;
  }

  const enter = (zk: ZkClient, path: string, data: string): Promise<string> =>
    zk.create(`${path}/json.info_`, Buffer.from(data), zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL);
  const newPath = (): string => setting.newPath();
  const ask = ({ http }: RunningMaster, path: string): Promise<Response> =>
    fetch(http.url + path, { redirect: 'manual' });

  const serves = (master: RunningMaster): Promise<boolean> =>
    until('a leader', async () => (await (await ask(master, '/state')).text()).includes('"elected_time"'));

  test("a master's node in ZooKeeper has what that of Mesos has", async () => {
    const path = newPath();
    const { master } = await join(path, [
      '--hostname=m1.example',
      '--domain={"fault_domain":{"region":{"name":"eu"},"zone":{"name":"a"}}}',
    ]);
    await serves(master);
    const zk = await client(path);
    expect((await zk.children(path)).sort()).toEqual(['json.info_0000000000', 'meseta']);
    const { port } = master.http;
    const written = JSON.parse(String((await zk.get(`${path}/json.info_0000000000`))?.data));
    expect(written).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ip: 16_777_343,
      port,
      pid: `master@127.0.0.1:${port}`,
      hostname: 'm1.example',
      version: expect.stringMatching(/^1\.\d+\.\d+$/),
      address: { hostname: 'm1.example', ip: '127.0.0.1', port },
      domain: { fault_domain: { region: { name: 'eu' }, zone: { name: 'a' } } },
      capabilities: [{ type: 'AGENT_UPDATE' }, { type: 'AGENT_DRAINING' }, { type: 'QUOTA_V2' }],
    });
  });

  test('a registry in memory is not in ZooKeeper', async () => {
    const path = newPath();
    const { master } = await join(path, ['--registry=in_memory']);
    await serves(master);
    expect(await (await client(path)).children(path)).toEqual(['json.info_0000000000']);
  });

  test('a master follows one of the original, and leads when that ends', async () => {
    const path = newPath();
    const other = await client(path);
    const info = '{"hostname":"old.example","id":"x","ip":16777226,"pid":"master@10.0.0.1:5050","port":5050}';
    const node = await enter(other, path, info);
    const { master, resigned } = await join(path);
    const place = await until(
      'a leader',
      async () => (await ask(master, '/state?a=b')).headers.get('location') ?? false,
    );
    expect(place).toBe('//old.example:5050/state?a=b');
    await other.remove(node);
    await serves(master);
    expect(resigned).toEqual([]);
  });

  test('a leader whose node is removed ends, and says so', async () => {
    const path = newPath();
    const { master, resigned } = await join(path);
    await serves(master);
    const other = await client(path);
    await other.remove(`${path}/json.info_0000000000`);
    await until('the end', async () => resigned.length > 0);
    expect(resigned).toEqual([expect.stringMatching(/^Lost leadership after indecisive election/)]);
    expect((await ask(master, '/state')).status).toBe(503);
  });

  test.each([
    ['cannot be read', 'nonsense', 'Failed to detect the leading master'],
    [
      'is in another region',
      '{"hostname":"m","id":"x","ip":16777226,"pid":"master@10.0.0.1:5050","port":5050,' +
        '"domain":{"fault_domain":{"region":{"name":"us"},"zone":{"name":"a"}}}}',
      'all masters must be in one',
    ],
  ])('a master ends when the leader %s', async (_what, data, reason) => {
    const path = newPath();
    await enter(await client(path), path, data);
    const domain = '--domain={"fault_domain":{"region":{"name":"eu"},"zone":{"name":"a"}}}';
    const { resigned } = await join(path, [domain]);
    await until('the end', async () => resigned.length > 0);
    expect(resigned).toEqual([expect.stringContaining(reason)]);
  });
});
