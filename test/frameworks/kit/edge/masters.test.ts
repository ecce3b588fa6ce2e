import { systemClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { readZkUrl, type ZkUrl } from '../../../../cluster/zookeeper/core/url';
import { followMasters } from '../../../../frameworks/kit/edge/masters';
import { Relay } from '../../../cluster/zookeeper/relay';
import { missingForZookeeper, ZookeeperServer } from '../../../cluster/zookeeper/server';
import { until } from '../../../cluster/zookeeper/setting';

const missing = missingForZookeeper();
const describeReal = missing === undefined ? describe : describe.skip;

describeReal(
  `masters by ZooKeeper${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`,
  () => {
    it('are asked for again where ZooKeeper refuses the credentials', async () => {
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
  },
);
