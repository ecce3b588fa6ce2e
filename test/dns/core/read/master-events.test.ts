import { emptyCluster } from '../../../../dns/core/facts/cluster';
import { plainUpdater } from '../../../../dns/core/facts/cluster-updater';
import { createLiveZone } from '../../../../dns/core/live/live-zone';
import {
  applyEvent,
  createSubscribedReader,
  readFrameworkPids,
  readLeader,
  type Subscribed,
} from '../../../../dns/core/read/master-events';
import { printZone, zoneOf, zoneOptions } from '../../builders';
import { agent, framework, getState, task, taskUpdated } from '../../v1';

const notes: string[] = [];
const note = (text: string): void => void notes.push(text);
const ADDED = { type: 'TASK_ADDED', task_added: { task: task('t1', { state: 'TASK_STAGING' }) } };

function subscribed(get_state: object, seconds: unknown = 15) {
  const record = { type: 'SUBSCRIBED', subscribed: { get_state, heartbeat_interval_seconds: seconds } };
  return readSubscribed(JSON.stringify(record));
}

function readSubscribed(text: string): Subscribed | undefined {
  const reader = createSubscribedReader(note);
  reader.feed(Buffer.from(text));
  return reader.finish();
}

function begunCluster() {
  const read = subscribed(
    getState({ agents: [agent('x-S0', '10.0.0.2')], frameworks: [framework('f1', 'marathon')] }),
  );
  return read?.cluster ?? emptyCluster();
}

function begun() {
  return plainUpdater(begunCluster());
}

test('a task is added, runs with an address, and ends', () => {
  const updater = begun();
  const { cluster } = updater;
  expect(applyEvent(updater, ADDED, note)).toBe(false);
  expect(applyEvent(updater, taskUpdated('t1', 'TASK_RUNNING', '10.1.0.1', 5), note)).toBe(true);
  const [existing] = cluster.tasks.values();
  expect(existing).toMatchObject({
    state: 'TASK_RUNNING',
    running: { netinfo: ['10.1.0.1'] },
    ports: [[31000, 31001]],
  });
  expect(applyEvent(updater, taskUpdated('t1', 'TASK_RUNNING', '10.1.0.1', 6), note)).toBe(false);
  expect(applyEvent(updater, taskUpdated('t1', 'TASK_FINISHED', undefined, 7), note)).toBe(true);
  expect(cluster.tasks.size).toBe(0);
});

test('agents and frameworks take their tasks with them', () => {
  const updater = begun();
  const { cluster } = updater;
  applyEvent(updater, ADDED, note);
  expect(
    applyEvent(updater, { type: 'AGENT_REMOVED', agent_removed: { agent_id: { value: 'x-S0' } } }, note),
  ).toBe(true);
  expect([cluster.tasks.size, cluster.agents.size]).toEqual([0, 0]);
  applyEvent(updater, ADDED, note);
  const framework_removed = { framework_info: { id: { value: 'f1' } } };
  expect(applyEvent(updater, { type: 'FRAMEWORK_REMOVED', framework_removed }, note)).toBe(true);
  expect([cluster.tasks.size, cluster.frameworks.size]).toEqual([0, 0]);
});

test('a framework that changes nothing of its name changes nothing', () => {
  const updater = begun();
  const updated = (name: string) => ({
    type: 'FRAMEWORK_UPDATED',
    framework_updated: { framework: framework('f1', name) },
  });
  expect(applyEvent(updater, updated('marathon'), note)).toBe(false);
  expect(applyEvent(updater, updated('other'), note)).toBe(true);
});

test('what is known of a driver stays when its framework is updated', () => {
  const updater = begun();
  const existing = updater.cluster.frameworks.get('f1');
  if (existing) updater.setFramework('f1', { ...existing, host: '10.0.0.7', port: 15_000 });
  const event = { type: 'FRAMEWORK_UPDATED', framework_updated: { framework: framework('f1', 'other') } };
  applyEvent(updater, event, note);
  expect(updater.cluster.frameworks.get('f1')).toMatchObject({
    name: 'other',
    host: '10.0.0.7',
    port: 15_000,
  });
  const summary = { frameworks: [{ id: 'f1', pid: 'scheduler-1@10.0.0.7:15000' }, { id: 'f2' }, 7] };
  expect([...readFrameworkPids(summary)]).toEqual([['f1', { host: '10.0.0.7', port: 15_000 }]]);
});

test.each([
  ['a heartbeat', { type: 'HEARTBEAT' }],
  ['an unknown kind', { type: 'constructor' }],
  ['no object', 7],
  ['an update of an unknown task', taskUpdated('t9', 'TASK_RUNNING', '10.0.0.1', 1)],
  ['a task without ids', { type: 'TASK_ADDED', task_added: { task: {} } }],
  ['an agent without id', { type: 'AGENT_ADDED', agent_added: {} }],
  ['a framework without id', { type: 'FRAMEWORK_ADDED' }],
])('%s changes nothing', (_name, event) => {
  expect(applyEvent(begun(), event, note)).toBe(false);
});

test('the event stream and the state document give the same zone', () => {
  const live = createLiveZone(zoneOptions(), note);
  live.replace(begunCluster());
  live.setLeader({ host: '10.0.0.1', port: 5050 });
  applyEvent(live, ADDED, note);
  applyEvent(live, taskUpdated('t1', 'TASK_RUNNING', '10.1.0.1', 5), note);
  const container_status = { network_infos: [{ ip_addresses: [{ ip_address: '10.1.0.1' }] }] };
  const polled = zoneOf({
    leader: 'master@10.0.0.1:5050',
    slaves: [{ id: 'x-S0', pid: 'slave(1)@10.0.0.2:5051' }],
    frameworks: [
      {
        id: 'f1',
        name: 'marathon',
        hostname: 'scheduler',
        tasks: [
          {
            ...{ id: 't1', name: 't1', slave_id: 'x-S0', state: 'TASK_RUNNING' },
            resources: { ports: '[31000-31001]' },
            statuses: [{ state: 'TASK_RUNNING', timestamp: 5, container_status }],
          },
        ],
      },
    ],
  });
  expect(printZone(live)).toBe(printZone(polled.live));
});

test('the leader is read from GET_MASTER in its old and new form', () => {
  const read = (master_info: object) => readLeader({ get_master: { master_info } });
  expect(read({ address: { ip: '10.0.0.1', port: 5051, hostname: 'm1' }, port: 5050 })).toEqual({
    host: '10.0.0.1',
    port: 5051,
  });
  expect(read({ hostname: 'm1', port: 5050, ip: 16_777_226 })).toEqual({ host: 'm1', port: 5050 });
  expect(read({ pid: 'master@10.0.0.9:5055' })).toEqual({ host: '10.0.0.9', port: 5055 });
  expect(readLeader('x')).toBeUndefined();
});

test('the heartbeat interval is read when it is one', () => {
  expect(subscribed({}, 15)?.heartbeatSeconds).toBe(15);
  expect(subscribed({}, 0)?.heartbeatSeconds).toBeUndefined();
});

test('a first record of another kind is not the beginning of a stream', () => {
  expect(readSubscribed('{"type":"HEARTBEAT"}')).toBeUndefined();
});

test.each([
  ['mesos-dns', 'addresses are forgotten, as in the original', []],
  ['standard', 'the container keeps its address', ['10.1.0.1']],
] as const)('compat %s: after a status that tells of health alone %s', (compat, _what, netinfo) => {
  const live = createLiveZone(zoneOptions({ compat }), note);
  live.replace(begunCluster());
  applyEvent(live, ADDED, note);
  applyEvent(live, taskUpdated('t1', 'TASK_RUNNING', '10.1.0.1', 5), note);
  applyEvent(live, healthOnly('t1', false, 6), note);
  const [existing] = live.cluster.tasks.values();
  expect(existing?.running).toMatchObject({ timestamp: 6, healthy: false, netinfo });
});

function healthOnly(id: string, healthy: boolean, timestamp: number): object {
  const event = taskUpdated(id, 'TASK_RUNNING', undefined, timestamp) as {
    task_updated: { status: Record<string, unknown> };
  };
  const { container_status: _none, ...status } = event.task_updated.status;
  return { ...event, task_updated: { ...event.task_updated, status: { ...status, healthy } } };
}
