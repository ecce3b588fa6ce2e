import { explain, printExplanation } from '../../../dns/core/explain';
import { runningAt, stateWith, zoneOf } from '../builders';

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
