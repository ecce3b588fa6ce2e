import { applyEvent, readHeartbeatSeconds, readLeader } from '../../../dns/core/events';
import { emptyCluster } from '../../../dns/core/snapshot';
import { buildZone } from '../../../dns/core/zone';
import { printZone, zoneOf, zoneOptions } from '../builders';
import { agent, framework, getState, task, taskUpdated } from '../v1';

const notes: string[] = [];
const note = (text: string): void => void notes.push(text);
const ADDED = { type: 'TASK_ADDED', task_added: { task: task('t1', { state: 'TASK_STAGING' }) } };

function begun() {
  const cluster = emptyCluster();
  const get_state = getState({
    agents: [agent('x-S0', '10.0.0.2')],
    frameworks: [framework('f1', 'marathon')],
  });
  applyEvent(cluster, { type: 'SUBSCRIBED', subscribed: { get_state } }, note);
  return cluster;
}

test('a task is added, runs with an address, and ends', () => {
  const cluster = begun();
  expect(applyEvent(cluster, ADDED, note)).toBe(false);
  expect(applyEvent(cluster, taskUpdated('t1', 'TASK_RUNNING', '10.1.0.1', 5), note)).toBe(true);
  const [held] = cluster.tasks.values();
  expect(held).toMatchObject({
    state: 'TASK_RUNNING',
    running: { netinfo: ['10.1.0.1'] },
    ports: [[31000, 31001]],
  });
  expect(applyEvent(cluster, taskUpdated('t1', 'TASK_RUNNING', '10.1.0.1', 6), note)).toBe(false);
  expect(applyEvent(cluster, taskUpdated('t1', 'TASK_FINISHED', undefined, 7), note)).toBe(true);
  expect(cluster.tasks.size).toBe(0);
});

test('agents and frameworks take their tasks with them', () => {
  const cluster = begun();
  applyEvent(cluster, ADDED, note);
  expect(
    applyEvent(cluster, { type: 'AGENT_REMOVED', agent_removed: { agent_id: { value: 'x-S0' } } }, note),
  ).toBe(true);
  expect([cluster.tasks.size, cluster.agents.size]).toEqual([0, 0]);
  applyEvent(cluster, ADDED, note);
  const framework_removed = { framework_info: { id: { value: 'f1' } } };
  expect(applyEvent(cluster, { type: 'FRAMEWORK_REMOVED', framework_removed }, note)).toBe(true);
  expect([cluster.tasks.size, cluster.frameworks.size]).toEqual([0, 0]);
});

test('a framework that changes nothing of its name changes nothing', () => {
  const cluster = begun();
  const updated = (name: string) => ({
    type: 'FRAMEWORK_UPDATED',
    framework_updated: { framework: framework('f1', name) },
  });
  expect(applyEvent(cluster, updated('marathon'), note)).toBe(false);
  expect(applyEvent(cluster, updated('other'), note)).toBe(true);
});

test('a new snapshot replaces everything', () => {
  const cluster = begun();
  applyEvent(cluster, ADDED, note);
  const get_state = getState({ agents: [agent('y-S1', '10.0.0.3')] });
  applyEvent(cluster, { type: 'SUBSCRIBED', subscribed: { get_state } }, note);
  expect([...cluster.agents.keys(), ...cluster.frameworks.keys(), ...cluster.tasks.keys()]).toEqual(['y-S1']);
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
  const cluster = begun();
  cluster.leader = { host: '10.0.0.1', port: 5050 };
  applyEvent(cluster, ADDED, note);
  applyEvent(cluster, taskUpdated('t1', 'TASK_RUNNING', '10.1.0.1', 5), note);
  const pushed = buildZone({ snapshot: cluster, options: zoneOptions(), serial: 1, lookup: () => [], note });
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
  expect(printZone(pushed)).toBe(printZone(polled.zone));
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
  expect(readHeartbeatSeconds({ subscribed: { heartbeat_interval_seconds: 15 } })).toBe(15);
  expect(readHeartbeatSeconds({ subscribed: { heartbeat_interval_seconds: 0 } })).toBeUndefined();
});
