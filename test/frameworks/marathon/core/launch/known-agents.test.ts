import { printResources } from '../../../../../cluster/model/resources';
import { freeOn } from '../../../../../frameworks/marathon/core/launch/known-agents';
import { agent, FakeCluster } from '../../fake-cluster';

/** Free cpus by agent, as far as offers and own tasks tell. */
function cpusOf({ state }: FakeCluster): Record<string, string> {
  return Object.fromEntries(
    [...state.knownAgents].map(([id, known]) => [
      id,
      printResources(freeOn(state, known)).split(';')[0] ?? '',
    ]),
  );
}

test('what is free on an agent follows offers, launches and ends of own tasks', () => {
  const cluster = new FakeCluster({ agents: [agent(1)] });
  expect(cpusOf(cluster)).toEqual({});
  cluster.put({ id: '/a', cpus: 2, instances: 3 });
  cluster.advance(5000);
  expect(cpusOf(cluster)).toEqual({ S1: 'cpus:10' });
  cluster.put({ id: '/a', cpus: 2, instances: 1 });
  cluster.advance(5000);
  expect(cpusOf(cluster)).toEqual({ S1: 'cpus:14' });
  cluster.put({ id: '/b', cpus: 1 });
  cluster.advance(10_000);
  expect(cpusOf(cluster)).toEqual({ S1: 'cpus:13' });
  cluster.post({ kind: 'scheduler.failure', agentId: 'S1' });
  expect(cpusOf(cluster)).toEqual({});
});
