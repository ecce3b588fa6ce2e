import {
  countUnused,
  countUsed,
  keepStats,
  statsOf,
} from '../../../../../frameworks/marathon/core/launch/queue';
import { UNUSED_OFFERS_MAX } from '../../../../../frameworks/marathon/core/state/limits';
import type { MarathonState } from '../../../../../frameworks/marathon/core/state/state';
import { startTurn } from '../../../../../frameworks/marathon/core/state/turn';
import { FakeCluster } from '../../fake-cluster';

const fresh = (): MarathonState => new FakeCluster({ connect: false }).state;

const offer = (number: number, agent = `S${number}`) => ({
  id: { value: `O${number}` },
  framework_id: { value: 'F' },
  agent_id: { value: agent },
  hostname: 'h',
  resources: [
    { name: 'cpus', type: 'SCALAR' as const, scalar: { value: 2 }, role: 'web' },
    { name: 'ports', type: 'RANGES' as const, ranges: { range: [{ begin: 1, end: 2 }] } },
    { name: 'disks', type: 'SET' as const, set: { item: ['a'] } },
  ],
  attributes: [{ name: 'rack', type: 'TEXT' as const, text: { value: 'r1' } }],
});

test('the statistics of an attempt begin once', () => {
  const state = fresh();
  const stats = statsOf(state, '/app', 5);
  expect(statsOf(state, '/app', 9)).toBe(stats);
  expect(stats).toMatchObject({ since: 5, processed: 0, unused: 0 });
});

test('they end when nothing of the app waits any more', () => {
  const state = fresh();
  statsOf(state, '/app', 5);
  statsOf(state, '/other', 5);
  state.waiting.set('/other', new Set(['i']));
  const turn = startTurn({ state, now: 9, effects: [] });
  for (const appId of ['/app', '/other']) keepStats(turn, appId);
  expect([...state.queue.keys()]).toEqual(['/other']);
});

test('a used offer counts as processed', () => {
  const stats = statsOf(fresh(), '/app', 5);
  countUsed(stats, 7);
  expect(stats).toMatchObject({ processed: 1, unused: 0, lastUsedAt: 7 });
});

test('an unused offer counts for its first reason only, and the last one of each agent is kept', () => {
  const stats = statsOf(fresh(), '/app', 5);
  countUnused(stats, { offer: offer(1), reasons: ['InsufficientCpus', 'InsufficientMemory'], at: 7 });
  countUnused(stats, { offer: offer(2, 'S1'), reasons: ['InsufficientCpus'], at: 8 });
  countUnused(stats, { offer: offer(3), reasons: [], at: 9 });
  expect(stats).toMatchObject({ processed: 3, unused: 3, lastUnusedAt: 9 });
  expect(Object.fromEntries(stats.declined)).toEqual({ InsufficientCpus: 2 });
  expect(stats.lastUnused.map(({ agentId, at }) => [agentId, at])).toEqual([
    ['S1', 8],
    ['S3', 9],
  ]);
});

test('only so many unused offers are kept', () => {
  const stats = statsOf(fresh(), '/app', 5);
  for (let number = 0; number < UNUSED_OFFERS_MAX + 3; number += 1)
    countUnused(stats, { offer: offer(number), reasons: [], at: number });
  expect(stats.lastUnused).toHaveLength(UNUSED_OFFERS_MAX);
  expect(stats.lastUnused[0]?.agentId).toBe('S3');
});
