import { rehearse } from '../../../../frameworks/marathon/core/rehearsal';
import { printPlan } from '../../../../frameworks/marathon/views/plan';
import { agent, app, FakeCluster } from '../fake-cluster';

test('a plan shows moves with their agents, what waits, and how old the offers are', () => {
  const cluster = new FakeCluster({ agents: [agent(1)] });
  cluster.put({ id: '/a' });
  cluster.advance(5000);
  const change = { put: [app({ id: '/b', cpus: 20 })], remove: ['/a'] };
  const rehearsal = rehearse(cluster.state, { change, force: false, now: cluster.clock.now() });
  if ('refusal' in rehearsal) throw new Error('refused');
  const [instance] = cluster.instances('/a');
  const place = { agentId: 'S1', host: 'host1' };
  expect(printPlan(cluster.state, rehearsal)).toEqual({
    steps: rehearsal.steps,
    ends: false,
    complete: true,
    cancels: [],
    start: [],
    stop: [{ app: '/a', instanceId: instance?.id, ...place }],
    wait: [{ app: '/b', count: 1, refusals: [{ ...place, reasons: ['InsufficientCpus'] }] }],
    agents: [{ ...place, seenAt: '2030-01-01T00:00:00.001Z' }],
  });
});
