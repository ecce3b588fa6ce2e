import zookeeper from 'node-zookeeper-client';
import { systemClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { readZkUrl, type ZkUrl } from '../../../../cluster/zookeeper/core/url';
import { type ZkClient, ZkError } from '../../../../cluster/zookeeper/edge/client';
import { Contender, type ElectionState } from '../../../../cluster/zookeeper/edge/contender';
import { followLeader, type Leader, readLeader } from '../../../../cluster/zookeeper/edge/leader';
import { Relay } from '../relay';
import { describeZookeeper, until } from '../setting';

const SESSION_MS = 3000;

/** Who said what when, among all candidates of a test. */
interface Said {
  readonly who: string;
  readonly kind: ElectionState['kind'];
  readonly at: number;
}

describeZookeeper('an election', (setting) => {
  const clientOf = (port = setting.server.port, auth = ''): ZkClient =>
    setting.client({ ports: [port], auth, sessionTimeoutMs: SESSION_MS });

  /** Enters an election under a name. */
  function enter(path: string, who: string, reports: Said[], client = clientOf()) {
    const contender = new Contender({
      client,
      path,
      prefix: 'json.info_',
      prefixes: ['json.info_'],
      clock: systemClock(),
      log: silentLogger,
      pauseMs: 50,
      data: Buffer.from(who),
      changed: ({ kind }) => void reports.push({ who, kind, at: performance.now() }),
      failed: (reason) => void reports.push({ who: reason, kind: 'none', at: performance.now() }),
    });
    setting.undo(() => contender.stop());
    contender.start();
    return { contender, client };
  }

  const newPath = (): string => setting.newPath('/some/where');
  const last = (reports: readonly Said[], who: string): Said | undefined =>
    reports.filter((report) => report.who === who).at(-1);

  test('the oldest leads, and when it leaves the next one does', async () => {
    const path: string = newPath();
    const reports: Said[] = [];
    const first = enter(path, 'one', reports);
    await until('one leads', () => last(reports, 'one')?.kind === 'leading');
    const second = enter(path, 'two', reports);
    await until('two follows', () => last(reports, 'two')?.kind === 'standby');
    enter(path, 'three', reports);
    await until('three follows', () => last(reports, 'three')?.kind === 'standby');
    const election = second.contender.current();
    expect(election.kind === 'standby' && election.leader.data.toString()).toBe('one');
    await first.contender.stop();
    await first.client.stop();
    await until('two leads', () => last(reports, 'two')?.kind === 'leading');
    expect(second.contender.current()).toEqual({ kind: 'leading', node: `${path}/json.info_0000000001` });
    expect(last(reports, 'three')?.kind).toBe('standby');
  });

  test.each(['frozen', 'cut'])(
    'a leader whose connection is %s steps down before another leads',
    async (how) => {
      const wire = await Relay.start(setting.server.port);
      setting.undo(() => wire.stop());
      const path: string = newPath();
      const reports: Said[] = [];
      const { contender } = enter(path, 'one', reports, clientOf(wire.port));
      await until('one leads', () => last(reports, 'one')?.kind === 'leading');
      enter(path, 'two', reports);
      await until('two follows', () => last(reports, 'two')?.kind === 'standby');
      wire.frozen = true;
      if (how === 'cut') {
        wire.closed = true;
        wire.cut();
      }
      await until('two leads', () => last(reports, 'two')?.kind === 'leading');
      expect(last(reports, 'one')?.kind).toBe('none');
      expect(contender.current().kind).toBe('none');
      expect(last(reports, 'one')?.at).toBeLessThan(last(reports, 'two')?.at ?? 0);
      wire.frozen = false;
      wire.closed = false;
      await until('one follows', () => last(reports, 'one')?.kind === 'standby');
    },
  );

  test('a short interruption changes nothing', async () => {
    const wire = await Relay.start(setting.server.port);
    setting.undo(() => wire.stop());
    const path: string = newPath();
    const reports: Said[] = [];
    const { client } = enter(path, 'one', reports, clientOf(wire.port));
    await until('one leads', () => last(reports, 'one')?.kind === 'leading');
    for (let round = 0; round < 3; round++) {
      wire.cut();
      await until('the loss', () => client.state === 'disconnected');
      await until('the return', () => client.state === 'connected');
    }
    expect(reports.map(({ kind }) => kind)).toEqual(['leading']);
  });

  test('who is removed enters again, behind the others', async () => {
    const path: string = newPath();
    const reports: Said[] = [];
    const { client } = enter(path, 'one', reports);
    await until('one leads', () => last(reports, 'one')?.kind === 'leading');
    enter(path, 'two', reports);
    await until('two follows', () => last(reports, 'two')?.kind === 'standby');
    await client.remove(`${path}/json.info_0000000000`);
    await until('two leads', () => last(reports, 'two')?.kind === 'leading');
    await until('one follows', () => last(reports, 'one')?.kind === 'standby');
    const both = ['json.info_0000000001', 'json.info_0000000002'];
    await until('both', async () => `${(await client.children(path)).sort()}` === `${both}`);
  });

  test('a node whose making was not answered is found, and one of a session before is taken away', async () => {
    const path: string = newPath();
    const reports: Said[] = [];
    const earlier = clientOf();
    await earlier.makePath(path);
    const mode = zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL;
    await earlier.create(`${path}/json.info_`, Buffer.from('one'), mode);
    const real = clientOf();
    let creates = 0;
    const client: ZkClient = Object.assign(Object.create(real) as ZkClient, {
      create: async (nodePath: string, data: Buffer) => {
        creates++;
        await real.create(nodePath, data, mode);
        throw new ZkError('CONNECTION_LOSS', 'the answer is lost');
      },
    });
    enter(path, 'one', reports, client);
    await until('one leads', () => last(reports, 'one')?.kind === 'leading');
    expect([creates, await real.children(path)]).toEqual([1, ['json.info_0000000001']]);
  });

  test('while ZooKeeper is away nobody leads, and afterwards the same one or another does', async () => {
    const path: string = newPath();
    const reports: Said[] = [];
    const contenders = ['one', 'two'].map((who) => enter(path, who, reports).contender);
    const leading = (): number =>
      contenders.filter((contender) => contender.current().kind === 'leading').length;
    await until('one leads', () => leading() === 1 && reports.length >= 2);
    await setting.server.kill();
    await until('nobody leads', () => contenders.every((contender) => contender.current().kind === 'none'));
    await setting.server.run();
    await until('somebody leads', () => leading() === 1);
    await until('the other follows', () =>
      contenders.some((contender) => contender.current().kind === 'standby'),
    );
    expect(leading()).toBe(1);
  });

  test('with credentials all may read who leads, and nobody else may take it away', async () => {
    const path: string = newPath();
    const reports: Said[] = [];
    const top = `/${path.split('/').at(-1)}`;
    const { client } = enter(top, 'one', reports, clientOf(setting.server.port, 'mesos:secret@'));
    await until('one leads', () => last(reports, 'one')?.kind === 'leading');
    const stranger = clientOf();
    const node = `${top}/json.info_0000000000`;
    expect((await stranger.get(node))?.data.toString()).toBe('one');
    await expect(stranger.remove(node)).rejects.toMatchObject({ code: 'NO_AUTH' });
    await client.remove(node);
  });

  test('those who follow are told of each leader, and of none', async () => {
    const path = newPath();
    const client = clientOf();
    await client.makePath(path);
    const seen: (Leader | undefined)[] = [];
    const url = readZkUrl(`zk://127.0.0.1:${setting.server.port}${path}`) as ZkUrl;
    const following = followLeader({
      clock: systemClock(),
      url,
      sessionTimeoutMs: SESSION_MS,
      log: silentLogger,
      failed: () => undefined,
      changed: (leader) => void seen.push(leader),
    });
    setting.undo(() => following.stop());
    const mode = zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL;
    const info = (id: string, port: number): Buffer =>
      Buffer.from(
        `{"address":{"hostname":"m","ip":"10.0.0.1","port":${port}},"hostname":"m","id":"${id}","ip":16777226,` +
          `"pid":"master@10.0.0.1:${port}","port":${port},"version":"1.11.0"}`,
      );
    const first = await client.create(`${path}/json.info_`, info('one', 5050), mode);
    await until('one', () => seen.at(-1)?.id === 'one');
    await client.create(`${path}/json.info_`, info('two', 5051), mode);
    await client.remove(first);
    await until('two', () => seen.at(-1)?.id === 'two');
    await client.stop();
    await until('nobody', () => seen.length >= 3 && seen.at(-1) === undefined);
    expect(seen[0]).toEqual({
      id: 'one',
      pid: 'master@10.0.0.1:5050',
      hostname: 'm',
      ip: '10.0.0.1',
      port: 5050,
    });
  });
});

it('reads what masters of all times wrote', () => {
  const old = { id: 'x', ip: '10.0.0.1', port: 5050, pid: 'master@10.0.0.1:5050', hostname: '10.0.0.1' };
  const json = '{"id":"x","ip":16777226,"port":5050}';
  expect(readLeader({ name: 'json.info_0000000001', data: Buffer.from(json) })).toEqual(old);
  const protobuf = Buffer.from([10, 1, 120, 16, 138, 128, 128, 8, 24, 186, 39]);
  expect(readLeader({ name: 'info_0000000001', data: protobuf })).toEqual(old);
  const pid = Buffer.from('master@10.0.0.1:5050');
  expect(readLeader({ name: '0000000001', data: pid })).toEqual({ ...old, id: '' });
  for (const name of ['json.info_1', 'info_1', '1'])
    expect(readLeader({ name, data: Buffer.from('nonsense') })).toBeUndefined();
});
