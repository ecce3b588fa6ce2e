import { explain, printExplanation } from '../../../../dns/core/answer/explain';
import { runningAt, stateWith, zoneOf } from '../../builders';

const { live } = zoneOf(
  stateWith(
    { id: 'web.1', name: 'web', statuses: [runningAt('10.1.0.1', 1_700_000_000)] },
    { id: 'web.2', name: 'web', statuses: [runningAt('10.1.0.2')], slave_id: 'gone' },
    { id: 'db.1', name: 'db', state: 'TASK_STAGING' },
  ),
);

test('each record of a name with the task, agent, framework, state and time it comes from', () => {
  const { records, missing } = explain(live, 'WEB.marathon.mesos.');
  expect(records).toEqual([
    {
      record: 'A 10.1.0.1',
      from: 'task web.1 of framework f1 (marathon) on agent x-S0, TASK_RUNNING since 2023-11-14T22:13:20.000Z',
    },
  ]);
  expect(missing).toEqual([
    { task: 'web.2 of framework f1', why: 'its agent gone is not in the list of agents' },
  ]);
});

test('why a name has nothing', () => {
  expect(printExplanation(explain(live, 'db.marathon.mesos'))).toEqual([
    'nothing from task db.1 of framework f1: it is TASK_STAGING and not TASK_RUNNING',
  ]);
  expect(printExplanation(explain(live, 'no.mesos'))).toEqual(['nothing in the cluster makes no.mesos']);
});

describe('a task without a usable address', () => {
  const container = runningAt('not-an-address');
  const { live: bare } = zoneOf(
    {
      ...stateWith({ id: 'app.1', name: 'app', statuses: [container] }),
      slaves: [{ id: 'x-S0', hostname: 'h', pid: 'slave(1)@agent.example:5051' }],
    },
    { ipSources: ['netinfo', 'docker', 'host'] },
  );

  it('is told with the sources that were asked, in their order', () => {
    const why =
      'it has no usable address; sources asked: netinfo ("not-an-address": no address), docker (none), ' +
      "host (its agent's host agent.example has no address)";
    expect(explain(bare, 'app.marathon.mesos')).toMatchObject({
      records: [],
      missing: [{ task: 'app.1 of framework f1', why }],
    });
  });
});

describe('a name that is misspelt', () => {
  it('is shown the nearest names, and those that begin with the same label', () => {
    expect(explain(live, 'wbe.marathon.mesos').near[0]).toBe('web.marathon.mesos');
    expect(explain(live, 'web.mesos').near).toContain('web.marathon.mesos');
    expect(explain(live, 'leadr.mesos').near).toContain('leader.mesos');
    expect(printExplanation(explain(live, 'wbe.marathon.mesos'))[0]).toMatch(
      /^nothing in the cluster makes wbe\.marathon\.mesos; near it are web\.marathon\.mesos/,
    );
  });

  it.each([
    ['_wbe._tcp.marathon.mesos', '_web._tcp.marathon.mesos'],
    ['web.marathn.mesos', 'web.marathon.mesos'],
    ['web.marathon.slav.mesos', 'web.marathon.mesos'],
    ['wbe.marathon.slave.mesos', 'web.marathon.slave.mesos'],
    ['_leadr._tcp.mesos', '_leader._tcp.mesos'],
    ['mastr.mesos', 'master.mesos'],
  ])('%s is shown %s first', (name, near) => {
    expect(explain(live, name).near[0]).toBe(near);
  });

  it('is shown no names over DNS, where they are not searched', () => {
    expect(explain(live, 'wbe.marathon.mesos', { suggests: false }).near).toEqual([]);
  });

  it('is shown nothing where nothing is near, or where there are records', () => {
    expect(explain(live, 'quite-another-name.example').near).toEqual([]);
    expect(explain(live, 'web.marathon.mesos').near).toEqual([]);
  });
});

test('names of the cluster itself', () => {
  expect(explain(live, 'leader.mesos').records).toEqual([
    { record: 'the name, without an address', from: 'the masters' },
    { record: 'A 10.0.0.1', from: 'the masters' },
  ]);
  expect(explain(live, 'slave.mesos').records[0]?.from).toBe('agent x-S0');
  expect(explain(live, 'ns1.mesos').records[0]?.from).toBe('this server');
});

describe('every name of the zone', () => {
  const ports = { ports: [{ number: 8080, name: 'http', protocol: 'tcp' }, { number: 53 }] };
  const state = stateWith(
    { id: 'web.1', name: 'web', statuses: [runningAt('10.1.0.9')] },
    { id: 'dots.1', name: 'x', discovery: { name: 'Shop.Front_v2', ports } },
    { id: 'tail-1', name: 'a-b-c', discovery: { name: 'a-b-c', ports } },
    { id: 'digits', name: '9-lives' },
    { id: 'long', name: 'a-label-that-is-much-longer-than-the-24-letters-of-the-older-rule-and-than-63' },
  );

  it.each([
    ['rfc1123', 'mesos-dns'],
    ['rfc952', 'mesos-dns'],
    ['rfc1123', 'standard'],
  ] as const)('is explained with all of its records (%s, %s)', (labelRule, compat) => {
    const { live: zone } = zoneOf(state, { labelRule, compat });
    for (const [name, { a, aaaa, services }] of zone.nodes()) {
      const lines = explain(zone, name).records.map(({ record }) => record.toLowerCase());
      const expected = [
        ...[...a, ...aaaa].map((address) => `${address.includes(':') ? 'aaaa' : 'a'} ${address}`),
        ...services.map(({ port, target }) => `srv ${port} ${target.toLowerCase()}`),
      ];
      expect([name, lines]).toEqual([name, expect.arrayContaining(expected)]);
    }
  });
});

describe('very many tasks of one label', () => {
  const tasks = Array.from({ length: 1200 }, (_unused, number) => ({ id: `web.${number}`, name: 'web' }));
  const { live: large } = zoneOf(stateWith(...tasks));

  it('are examined up to a limit, and the rest is counted', () => {
    const taskAt = jest.spyOn(large.cluster.tasks, 'at');
    const explanation = explain(large, 'web.marathn.mesos');
    expect(explanation).toMatchObject({ records: [], missing: [], skipped: 700 });
    expect(explanation.near).toContain('web.marathon.mesos');
    expect(taskAt.mock.calls.length).toBeLessThan(1000);
    expect(printExplanation(explanation)).toEqual(['700 more tasks with that label were not examined']);
  });

  it('fill an explanation, which has nothing to add then', () => {
    const { records, skipped } = explain(large, 'web.marathon.mesos');
    expect([records.length, skipped]).toEqual([200, 0]);
  });
});

test('a task that is renamed or gone is not below its label any more', () => {
  const { live: changing } = zoneOf(stateWith({ id: 'a', name: 'web' }, { id: 'b', name: 'db' }));
  const [task] = changing.cluster.tasks.values();
  if (!task) throw new Error('no task');
  changing.setTask({ ...task, name: 'shop' });
  expect(explain(changing, 'web.marathon.mesos').records).toEqual([]);
  expect(explain(changing, 'shop.marathon.mesos').records).toHaveLength(1);
  changing.removeTask(task.key);
  expect(explain(changing, 'shop.marathon.mesos')).toMatchObject({ records: [], near: [] });
});
