import { systemClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { store } from '../../../../cluster/state/store';
import { ZookeeperStore } from '../../../../cluster/state/zookeeper';
import { readZkUrl, type ZkUrl } from '../../../../cluster/zookeeper/core/url';
import { ZkClient } from '../../../../cluster/zookeeper/edge/client';
import { Contender, type ElectionState } from '../../../../cluster/zookeeper/edge/contender';
import { ZookeeperEnsemble } from '../ensemble';
import { missingForZookeeper } from '../server';

const missing = missingForZookeeper();
(missing === undefined ? test : test.skip)(
  `whichever server of an ensemble dies, the leader stays and loses nothing${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`,
  async () => {
    const ensemble = await ZookeeperEnsemble.start();
    const servers = ensemble.ports.map((port) => `127.0.0.1:${port}`).join(',');
    const url = readZkUrl(`zk://${servers}/mesos`) as ZkUrl;
    const client = new ZkClient({ url, sessionTimeoutMs: 10_000, log: silentLogger });
    const elections: ElectionState[] = [];
    const contender = new Contender({
      clock: systemClock(),
      client,
      path: '/mesos',
      prefix: 'json.info_',
      prefixes: ['json.info_'],
      log: silentLogger,
      data: Buffer.from('me'),
      changed: (election) => void elections.push(election),
      failed: () => undefined,
    });
    try {
      client.start();
      contender.start();
      const election = await leading(contender);
      const state = new ZookeeperStore({ client, clock: systemClock(), path: '/mesos/meseta' });
      await state.claim(election.node);
      let count = 0;
      const write = async (): Promise<void> => {
        const before = await state.fetch('count');
        expect(before.value.toString()).toBe(count === 0 ? '' : `${count}`);
        expect(await store(state, before, Buffer.from(`${++count}`))).toBeDefined();
      };
      for (let round = 0; round < 4; round++) {
        let more = Number.POSITIVE_INFINITY;
        const writing = (async () => {
          for (; more > 0; more--) await write();
        })();
        const modes = await ensemble.modes();
        const victim = round % 2 === 0 ? modes.indexOf('leader') : modes.indexOf('follower');
        await ensemble.kill(victim);
        more = 20;
        await writing;
        ensemble.run(victim);
        await ensemble.settled();
      }
      expect((await state.fetch('count')).value.toString()).toBe(`${count}`);
      expect(elections.map(({ kind }) => kind)).toEqual(['leading']);
    } finally {
      await contender.stop();
      await client.stop();
      await ensemble.stop();
    }
  },
);

async function leading(contender: Contender): Promise<ElectionState & { kind: 'leading' }> {
  for (;;) {
    const election = contender.current();
    if (election.kind === 'leading') return election;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
