import { printResources } from '../../../../../cluster/model/resources';
import { answerCall, worldOf } from '../../../../../frameworks/marathon/core/rehearse/world';
import { agent, FakeCluster } from '../../fake-cluster';

function cluster(): FakeCluster {
  const started = new FakeCluster({ agents: [agent(1), agent(2)] });
  started.put({ id: '/a', cpus: 2, instances: 2 });
  return started.advance(5000);
}

test('the world has the agents of the offers, and kills give back what the tasks took', () => {
  const { state } = cluster();
  const world = worldOf(state);
  const cpus = (): string[] =>
    [...world.agents.values()].map(({ free }) => printResources(free).split(';')[0] ?? '');
  const before = cpus();
  for (const { value } of [...state.byTask.keys()].map((taskId) => ({ value: taskId })))
    expect(answerCall(world, state, { type: 'KILL', kill: { task_id: { value } } })).toMatchObject([
      { kind: 'scheduler.update', status: { state: 'TASK_KILLED' } },
    ]);
  expect(before).not.toEqual(cpus());
  expect(cpus()).toEqual(['cpus:16', 'cpus:16']);
  expect(world.stopped.map(({ app }) => app)).toEqual(['/a', '/a']);
});

test('one offer is out at a time, and declined ones come again after a REVIVE', () => {
  const real = cluster();
  real.put({ id: '/big', cpus: 100 });
  const world = worldOf(real.state);
  const ids = (events: readonly object[]): string[] =>
    events.flatMap((event) =>
      'offers' in event ? (event.offers as { id: { value: string } }[]).map(({ id }) => id.value) : [],
    );
  const decline = (value: string) =>
    ids(answerCall(world, real.state, { type: 'DECLINE', decline: { offer_ids: [{ value }] } }));
  const revive = () => ids(answerCall(world, real.state, { type: 'REVIVE', revive: {} }));
  expect(revive()).toEqual(['* S1']);
  expect(revive()).toEqual([]);
  expect(decline('* S1')).toEqual(['* S2']);
  expect(decline('* S2')).toEqual([]);
  expect(revive()).toEqual(['* S1']);
});
