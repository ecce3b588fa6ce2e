import { type Clock, systemClock, VirtualClock } from '../../../cluster/runtime/clock';
import { HttpClient } from '../../../cluster/runtime/http/client';
import { silentLogger } from '../../../cluster/runtime/log';
import type { HostPort, Snapshot } from '../../../dns/core/snapshot';
import { Follower } from '../../../dns/edge/follow';
import { eventually, stateWith } from '../builders';
import { FakeMaster, type FakeMasterOptions } from '../fake-master';
import { agent, framework, getState, task, taskUpdated } from '../v1';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

async function master(options: FakeMasterOptions = {}): Promise<FakeMaster> {
  const made = await FakeMaster.start(options);
  undo.push(() => made.die().catch(() => undefined));
  return made;
}

function follow(masters: readonly HostPort[], clock: Clock = systemClock()) {
  const client = new HttpClient();
  const seen: { snapshot?: Snapshot; changes: number } = { changes: 0 };
  const follower = new Follower({
    ...{ masters, client, clock, log: silentLogger, refreshMs: 60_000, stateTimeoutMs: 2000 },
    note: () => undefined,
    changed: (snapshot) => {
      seen.snapshot = snapshot;
      seen.changes++;
    },
  });
  undo.push(() => client.close());
  undo.push(() => follower.stop());
  follower.start();
  return { follower, seen };
}

const SNAPSHOT = getState({ agents: [agent('x-S0', '10.0.0.2')], frameworks: [framework('f1', 'marathon')] });
const state = (port: number): object => ({
  ...stateWith({}),
  leader: `master@127.0.0.1:${port}`,
  pid: `master@127.0.0.1:${port}`,
});

test('events of the stream change the facts at once', async () => {
  const fake = await master({ snapshot: SNAPSHOT });
  const { follower, seen } = follow([fake.place]);
  await eventually(
    () => seen.snapshot?.agents.size,
    (size) => size === 1,
  );
  expect(seen.snapshot?.leader).toEqual({ host: '10.0.0.1', port: 5050 });
  expect(follower.source).toBe('stream');
  fake.push({ type: 'TASK_ADDED', task_added: { task: task('t1', { state: 'TASK_STAGING' }) } });
  fake.push(taskUpdated('t1', 'TASK_RUNNING', '10.1.0.1', 1));
  await eventually(
    () => [...(seen.snapshot?.tasks.values() ?? [])][0]?.state,
    (found) => found === 'TASK_RUNNING',
  );
  fake.push(taskUpdated('t1', 'TASK_KILLED', undefined, 2));
  await eventually(
    () => seen.snapshot?.tasks.size,
    (size) => size === 0,
  );
  expect(fake.asked).not.toContain('/master/state');
});

test('a dead master is followed again when it is back', async () => {
  const fake = await master({ snapshot: SNAPSHOT });
  const { follower, seen } = follow([fake.place]);
  await eventually(
    () => follower.source,
    (source) => source === 'stream',
  );
  const { port } = fake;
  await fake.die();
  await eventually(
    () => follower.source,
    (source) => source === 'none',
  );
  expect(seen.snapshot?.agents.size).toBe(1);
  await master({
    port,
    snapshot: getState({ agents: [agent('y-S1', '10.0.0.3'), agent('y-S2', '10.0.0.4')] }),
  });
  await eventually(
    () => seen.snapshot?.agents.size,
    (size) => size === 2,
  );
});

test('the next master is asked when the first is away, and redirects are followed', async () => {
  const leader = await master({ snapshot: SNAPSHOT, leader: '10.0.0.7:5050' });
  const other = await master({ redirectTo: `127.0.0.1:${leader.port}` });
  const { seen } = follow([{ host: '127.0.0.1', port: 1 }, other.place]);
  await eventually(
    () => seen.snapshot?.leader?.host,
    (host) => host === '10.0.0.7',
  );
  expect(leader.asked.slice(0, 2)).toEqual(['SUBSCRIBE', 'GET_MASTER']);
});

test('a master that redirects to itself without end does not stop the others', async () => {
  const good = await master({ snapshot: SNAPSHOT });
  const probe = await master();
  const { port } = probe;
  await probe.die();
  await master({ port, redirectTo: `127.0.0.1:${port}` });
  const { seen } = follow([{ host: '127.0.0.1', port }, good.place]);
  await eventually(
    () => seen.snapshot?.agents.size,
    (size) => size === 1,
  );
});

test.each([404, 405, 501, 403])(
  'without an event stream (%d) the state is polled',
  async (subscribeStatus) => {
    const fake = await master({ subscribeStatus, state });
    const { follower, seen } = follow([fake.place]);
    await eventually(
      () => seen.snapshot?.tasks.size,
      (size) => size === 1,
    );
    await eventually(
      () => follower.source,
      (source) => source === 'poll',
    );
    expect(seen.snapshot?.leader).toEqual(fake.place);
  },
);

test('polling goes on at the interval, by the clock', async () => {
  const fake = await master({ subscribeStatus: 404, state });
  const clock = new VirtualClock(1000);
  const { seen } = follow([fake.place], clock);
  for (let round = 1; round <= 3; round++) {
    await eventually(
      () => [seen.changes, clock.next()],
      ([changes, next]) => changes === round && next !== undefined,
    );
    clock.advance(60_000);
  }
  await eventually(
    () => seen.changes,
    (changes) => changes === 4,
  );
});

test('a state of another master than the leader it names is fetched from the leader', async () => {
  const leader = await master({ subscribeStatus: 404, state });
  const stale = (port: number): object => ({
    leader: `master@127.0.0.1:${leader.port}`,
    pid: `master@127.0.0.1:${port}`,
  });
  const follower = await master({ subscribeStatus: 404, state: stale });
  const { seen } = follow([follower.place]);
  await eventually(
    () => seen.snapshot?.tasks.size,
    (size) => size === 1,
  );
});

test('a state without a leader is not taken', async () => {
  const odd = await master({
    subscribeStatus: 404,
    state: () => ({ slaves: [{ id: 'a', pid: 's@1.1.1.1:1' }] }),
  });
  const { follower, seen } = follow([odd.place]);
  await eventually(
    () => odd.asked.filter((call) => call === '/master/state').length,
    (count) => count >= 2,
  );
  expect([seen.snapshot, follower.source]).toEqual([undefined, 'none']);
});

test('a stream that falls silent is given up after three heartbeats', async () => {
  const fake = await master({ snapshot: SNAPSHOT });
  const clock = new VirtualClock(1000);
  const { follower } = follow([fake.place], clock);
  await eventually(
    () => follower.source,
    (source) => source === 'stream',
  );
  clock.advance(44_000);
  fake.push({ type: 'HEARTBEAT' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  clock.advance(44_000);
  expect(follower.source).toBe('stream');
  clock.advance(60_000);
  await eventually(
    () => follower.source,
    (source) => source === 'none',
  );
  await eventually(
    () => (clock.next() === undefined ? 0 : 1),
    (waits) => waits === 1,
  );
  clock.advance(1000);
  await eventually(
    () => fake.asked.filter((call) => call === 'SUBSCRIBE').length,
    (count) => count >= 2,
  );
});

test('an event that makes no sense does not end the stream', async () => {
  const fake = await master({ snapshot: SNAPSHOT, state });
  const { seen, follower } = follow([fake.place]);
  await eventually(
    () => follower.source,
    (source) => source === 'stream',
  );
  const before = seen.changes;
  fake.push({ type: 'TASK_ADDED', task_added: 'nonsense' });
  fake.push({ type: 'AGENT_ADDED', agent_added: { agent: agent('z-S9', '10.0.0.9') } });
  await eventually(
    () => seen.changes,
    (changes) => changes === before + 1,
  );
});
