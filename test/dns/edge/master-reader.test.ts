import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock, VirtualClock } from '../../../cluster/runtime/clock';
import { type Logger, silentLogger } from '../../../cluster/runtime/log';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { type Cluster, emptyCluster, type Snapshot } from '../../../dns/core/facts/cluster';
import type { HostPort } from '../../../dns/core/facts/cluster-facts';
import { plainUpdater } from '../../../dns/core/facts/cluster-updater';
import { builderMachine } from '../../../dns/core/step';
import { readMasterAccess } from '../../../dns/edge/master-access';
import { masterUrl } from '../../../dns/edge/master-calls';
import { MasterClient } from '../../../dns/edge/master-client';
import { MasterReader } from '../../../dns/edge/master-reader';
import { eventually, stateWith } from '../builders';
import { FakeMaster, type FakeMasterOptions } from '../fake-master';
import { agent, framework, getState, task, taskUpdated } from '../v1';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

async function master(options: FakeMasterOptions = {}): Promise<FakeMaster> {
  const fakeMaster = await FakeMaster.start(options);
  undo.push(() => fakeMaster.die().catch(() => undefined));
  return fakeMaster;
}

const NO_ACCESS = readMasterAccess({
  ...{ https: false, caFile: undefined, certFile: undefined, keyFile: undefined, authentication: 'none' },
  ...{ principal: undefined, secret: undefined, iamFile: undefined },
});

function fill(existing: Cluster, { leader, agents, frameworks, tasks }: Snapshot): void {
  existing.leader = leader;
  for (const map of [existing.agents, existing.frameworks]) map.clear();
  for (const key of [...existing.tasks.keys()]) existing.tasks.delete(key);
  for (const [id, agent] of agents) existing.agents.set(id, agent);
  for (const [id, framework] of frameworks) existing.frameworks.set(id, framework);
  for (const task of tasks.values()) existing.tasks.set(task);
}

interface Settings {
  readonly refreshMs?: number;
  readonly stateTimeoutMs?: number;
  readonly log?: Logger;
}

/** The machine and its reader of masters; the zone goes nowhere. */
function follow(masters: readonly HostPort[], clock: Clock = systemClock(), settings: Settings = {}) {
  const { refreshMs = 60_000, stateTimeoutMs = 2000, log = silentLogger } = settings;
  const client = new MasterClient(NO_ACCESS, () => clock.now());
  const seen: { snapshot?: Snapshot; changes: number } = { changes: 0 };
  const existing = emptyCluster();
  const reader = new MasterReader({
    ...{ client, stateTimeoutMs, https: false, updater: plainUpdater(existing), note: () => undefined },
    load: (snapshot) => {
      fill(existing, snapshot);
      seen.snapshot = existing;
      seen.changes++;
    },
    post: (event) => {
      if ((event.kind === 'stream.applied' || event.kind === 'pids.read') && event.changed) seen.changes++;
      mailbox.post(event);
    },
  });
  const nothing = (): void => undefined;
  const urls = (list: readonly HostPort[]): string[] => list.map((master) => masterUrl(master));
  const mailbox = new Mailbox({
    ...{
      machine: builderMachine,
      boot: { masters: urls(masters), refreshMs, detectionMs: 0 },
      clock,
      log,
      isStrict: true,
    },
    onBroken: (error) => {
      throw error;
    },
    perform: {
      ...reader.performers,
      'begin-change': nothing,
      'send-part': () => mailbox.post({ kind: 'change.empty' }),
      ...{ settled: nothing, 'look-up-hosts': nothing, status: nothing, lose: nothing },
    },
  });
  undo.push(async () => client.close());
  undo.push(async () => {
    mailbox.post({ kind: 'stopped' });
    await mailbox.stop();
    await reader.stop();
  });
  mailbox.post({ kind: 'started' });
  return {
    seen,
    source: () => mailbox.state.source,
    failures: () => mailbox.state.reporting.failures,
    mastersChanged: (list: readonly HostPort[]) =>
      mailbox.post({ kind: 'masters.changed', masters: urls(list) }),
  };
}

const SNAPSHOT = getState({ agents: [agent('x-S0', '10.0.0.2')], frameworks: [framework('f1', 'marathon')] });
const state = (port: number): object => ({
  ...stateWith({}),
  leader: `master@127.0.0.1:${port}`,
  pid: `master@127.0.0.1:${port}`,
});

test('events of the stream change the facts at once', async () => {
  const fake = await master({ snapshot: SNAPSHOT });
  const { source, seen } = follow([fake.place]);
  await eventually(
    () => seen.snapshot?.agents.size,
    (size) => size === 1,
  );
  expect(seen.snapshot?.leader).toEqual({ host: '10.0.0.1', port: 5050 });
  expect(source()).toBe('stream');
  fake.push({ type: 'TASK_ADDED', task_added: { task: task('t1', { state: 'TASK_STAGING' }) } });
  fake.push(taskUpdated('t1', 'TASK_RUNNING', '10.1.0.1', 1));
  await eventually(
    () => [...(seen.snapshot?.tasks.values() ?? [])][0]?.state,
    (taskState) => taskState === 'TASK_RUNNING',
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
  const { source, seen } = follow([fake.place]);
  await eventually(source, (source) => source === 'stream');
  const { port } = fake;
  await fake.die();
  await eventually(source, (source) => source === 'none');
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
    const { source, seen } = follow([fake.place]);
    await eventually(
      () => seen.snapshot?.tasks.size,
      (size) => size === 1,
    );
    await eventually(source, (source) => source === 'poll');
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
  const { source, seen } = follow([odd.place]);
  await eventually(
    () => odd.asked.filter((call) => call === '/master/state').length,
    (count) => count >= 2,
  );
  expect([seen.snapshot, source()]).toEqual([undefined, 'none']);
});

test('a stream that falls silent is given up after three heartbeats', async () => {
  const fake = await master({ snapshot: SNAPSHOT });
  const clock = new VirtualClock(1000);
  const { source } = follow([fake.place], clock);
  await eventually(source, (source) => source === 'stream');
  clock.advance(44_000);
  fake.push({ type: 'HEARTBEAT' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  clock.advance(44_000);
  expect(source()).toBe('stream');
  clock.advance(60_000);
  await eventually(source, (source) => source === 'none');
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
  const { seen, source } = follow([fake.place]);
  await eventually(source, (source) => source === 'stream');
  const before = seen.changes;
  fake.push({ type: 'TASK_ADDED', task_added: 'nonsense' });
  fake.push({ type: 'AGENT_ADDED', agent_added: { agent: agent('z-S9', '10.0.0.9') } });
  await eventually(
    () => seen.changes,
    (changes) => changes === before + 1,
  );
});

test('a state that is broken, half written or refused changes nothing, is counted each time and logged once', async () => {
  let serve = (text: string): [number, string] => [200, text];
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const [status, text] = request.url === '/master/state' ? serve(JSON.stringify(state(port))) : [404, ''];
    response.writeHead(status, { 'content-length': text.length }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_fields, text) => void warnings.push(text) };
  const { port } = server.address() as AddressInfo;
  const { seen, failures } = follow([{ host: '127.0.0.1', port }], systemClock(), { refreshMs: 20, log });
  await eventually(
    () => seen.snapshot?.tasks.size,
    (size) => size === 1,
  );
  const broken: ((text: string) => [number, string])[] = [
    (text) => [200, text.slice(0, -2)],
    (text) => [200, text.replace('[', '{')],
    () => [200, '{}'],
    (text) => [503, text],
  ];
  for (const way of broken) {
    serve = way;
    const [before, lines, changes] = [failures(), warnings.length, seen.changes];
    await eventually(failures, (count) => count >= before + 4);
    expect(warnings.length).toBeLessThanOrEqual(lines + 2);
    expect([seen.snapshot?.tasks.size, seen.changes <= changes + 1]).toEqual([1, true]);
  }
});

/** A master that answers as told and counts who is connected. */
async function oddMaster(answer: (response: ServerResponse, url: string) => void): Promise<HostPort> {
  const server = createServer((request, response) => answer(response, request.url ?? ''));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

function warnings(): { lines: string[]; log: Logger } {
  const lines: string[] = [];
  return { lines, log: { ...silentLogger, warn: (_fields, text) => void lines.push(text) } };
}

test('a slow master is left at once when another one leads', async () => {
  let questions = 0;
  const slow = await oddMaster(() => void questions++);
  const good = await master({ snapshot: SNAPSHOT });
  const { source, failures, mastersChanged } = follow([slow], systemClock(), { stateTimeoutMs: 60_000 });
  await eventually(
    () => questions,
    (count) => count === 1,
  );
  mastersChanged([good.place]);
  await eventually(source, (source) => source === 'stream');
  expect(failures()).toBe(0);
});

test('a state that stops in the middle is given up after its time, and the facts of before stay', async () => {
  let whole = true;
  const place: HostPort = await oddMaster((response, url) => {
    const text = JSON.stringify(state(place.port));
    if (url !== '/master/state') response.writeHead(404).end();
    else if (whole) response.end(text);
    else response.writeHead(200, { 'content-length': text.length }).write(text.slice(0, -10));
  });
  const { lines, log } = warnings();
  const { seen, failures } = follow([place], systemClock(), { refreshMs: 20, stateTimeoutMs: 100, log });
  await eventually(
    () => seen.snapshot?.tasks.size,
    (size) => size === 1,
  );
  whole = false;
  await eventually(failures, (count) => count >= 3);
  expect(seen.snapshot?.tasks.size).toBe(1);
  expect(lines).toEqual(['cannot load the state']);
});

test('a leader that is lost is counted each time and logged once, and the facts of before stay', async () => {
  const fake = await master({ snapshot: SNAPSHOT });
  const { lines, log } = warnings();
  const { source, seen, failures } = follow([fake.place], systemClock(), { refreshMs: 20, log });
  await eventually(source, (source) => source === 'stream');
  await fake.die();
  await eventually(failures, (count) => count >= 6);
  expect(seen.snapshot?.agents.size).toBe(1);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toBe('cannot load the state');
});

test('streams that end as soon as they begin are logged once', async () => {
  const record = JSON.stringify({ type: 'SUBSCRIBED', subscribed: { get_state: SNAPSHOT } });
  const place = await oddMaster((response, url) => {
    if (url === '/api/v1') response.end(`${record.length}\n${record}`);
    else response.writeHead(404).end();
  });
  const { lines, log } = warnings();
  const { failures } = follow([place], systemClock(), { refreshMs: 20, log });
  await eventually(failures, (count) => count >= 5);
  expect(lines).toEqual(['the event stream ended']);
});
