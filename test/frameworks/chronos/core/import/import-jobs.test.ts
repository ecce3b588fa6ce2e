import { importNodes } from '../../../../../frameworks/chronos/core/import/import-jobs';
import { UTC } from '../../../../../frameworks/chronos/core/schedule/zone';
import { quarantinedIn, readStored } from '../../../../../frameworks/chronos/core/state/stored';
import { DEFAULTS } from '../../jobs';
import { NOW, RULES } from '../../schedules';
import { World } from '../../world';
import { frameworkIdNode, originalJob, originalNode } from './original-nodes';

const CONTEXT = { rules: RULES, serverZone: UTC, now: NOW, base: 'legacy', defaults: DEFAULTS } as const;
const DAILY = { schedule: 'R/2037-01-01T00:00:00.000Z/P1D', command: 'true' };

test('jobs come in with their counters, names of 2.x too, and with the framework id', () => {
  const nodes = [
    originalJob({ ...DAILY, name: 'a', successCount: 7, disabled: true }),
    originalJob({ name: 'b c', parents: ['a'], command: 'date' }),
    originalNode('T_ct:1:0:a:', '{}'),
    frameworkIdNode('F-1'),
  ];
  const { jobs, frameworkId, faults, variables } = importNodes(nodes, CONTEXT);
  expect([jobs, frameworkId, faults]).toEqual([['a', 'b c'], 'F-1', []]);
  expect(variables).toContainEqual({ name: 'framework', text: '"F-1"' });
  const stored = readStored(variables);
  expect(stored.faults).toEqual([]);
  const records = stored.entries.map(({ record }) => record.job);
  expect(records).toMatchObject([
    { name: 'a', successCount: 7, disabled: true, schedule: DAILY.schedule },
    { name: 'b c', parents: ['a'] },
  ]);
});

test('jobs that cannot be read are told with the reason', () => {
  const nodes = [
    originalJob({ name: 'a', schedule: 'FOO' }),
    originalNode('J_b', '{"name":'),
    { name: 'J_c', data: Buffer.from('no entry') },
    originalJob({ ...DAILY, name: 'd' }),
  ];
  const { jobs, faults } = importNodes(nodes, CONTEXT);
  expect(jobs).toEqual(['d']);
  expect(faults).toMatchObject([
    { name: 'a', reason: expect.stringContaining("'FOO'") },
    { name: 'b', reason: expect.stringContaining('JSON') },
    { name: 'c', reason: 'its node is no entry of State' },
  ]);
});

test('jobs in a cycle come in, and are quarantined at the start', () => {
  const nodes = [
    originalJob({ name: 'a', parents: ['b'] }),
    originalJob({ name: 'b', parents: ['a'] }),
    originalJob({ ...DAILY, name: 'c' }),
  ];
  const { variables } = importNodes(nodes, CONTEXT);
  const world = new World();
  world.send({ kind: 'started', stored: variables });
  expect([...world.state.quarantined.keys()].sort()).toEqual(['a', 'b']);
  expect([...world.state.jobs.keys()].sort()).toEqual(['a', 'b', 'c']);
  expect(quarantinedIn(variables)).toMatchObject([{ name: 'a' }, { name: 'b' }]);
});
