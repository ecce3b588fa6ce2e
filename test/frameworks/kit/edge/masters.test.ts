import zookeeper from 'node-zookeeper-client';
import { systemClock } from '../../../../cluster/runtime/clock';
import { type Logger, silentLogger } from '../../../../cluster/runtime/log';
import { readZkUrl, type ZkUrl } from '../../../../cluster/zookeeper/core/url';
import { followMasters } from '../../../../frameworks/kit/edge/masters';
import { Relay } from '../../../cluster/zookeeper/relay';
import { missingForZookeeper, ZookeeperServer } from '../../../cluster/zookeeper/server';
import { describeZookeeper, until } from '../../../cluster/zookeeper/setting';

jest.setTimeout(60_000);

const missing = missingForZookeeper();
const testReal = missing === undefined ? test : test.skip;

testReal('masters are asked for again where ZooKeeper refuses the credentials', async () => {
  const strict = await ZookeeperServer.start(['-Dzookeeper.DigestAuthenticationProvider.enabled=false']);
  const wire = await Relay.start(strict.port);
  const following = followMasters(readZkUrl(`zk://user:secret@127.0.0.1:${wire.port}/mesos`) as ZkUrl, {
    context: { clock: systemClock(), log: silentLogger },
    scheduler: { setMasters: () => undefined },
    againMs: 200,
  });
  await until('three sessions', () => wire.connections >= 3);
  await following.stop();
  await wire.stop();
  await strict.stop();
});

describeZookeeper('masters by ZooKeeper', (setting) => {
  it('are missed after a while, as at a wrong path, and found all the same when they come', async () => {
    const path = setting.newPath();
    const warnings: unknown[] = [];
    const found: (readonly string[])[] = [];
    const log: Logger = { ...silentLogger, warn: (fields, text) => void warnings.push([fields, text]) };
    const url = readZkUrl(`zk://127.0.0.1:${setting.server.port}${path}`) as ZkUrl;
    const following = followMasters(url, {
      context: { clock: systemClock(), log },
      scheduler: { setMasters: (masters) => void found.push(masters) },
      hintMs: 100,
    });
    setting.undo(() => following.stop());
    await until('the hint', () => warnings.length > 0);
    expect(warnings).toEqual([[{ path }, 'no master has been elected there yet; see the path of --master']]);
    const client = setting.client();
    await client.makePath(path);
    const data = Buffer.from('{"id":"m","ip":16777226,"port":5050}');
    await client.create(`${path}/json.info_`, data, zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL);
    await until('a master', () => found.length > 0);
    expect(found).toEqual([['http://10.0.0.1:5050']]);
  });
});
