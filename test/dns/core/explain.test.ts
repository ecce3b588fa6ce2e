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

test('names of the cluster itself', () => {
  expect(explain(live, 'leader.mesos').records).toEqual([
    { record: 'the name, without an address', from: 'the masters' },
    { record: 'A 10.0.0.1', from: 'the masters' },
  ]);
  expect(explain(live, 'slave.mesos').records[0]?.from).toBe('agent x-S0');
  expect(explain(live, 'ns1.mesos').records[0]?.from).toBe('this server');
});
