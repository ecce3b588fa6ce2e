/** Every call of marathon-node, and marathon-event-bus-client beside it; each result is a line of JSON. */

import { setTimeout as sleep } from 'node:timers/promises';
import EventBusClient from 'marathon-event-bus-client';
import marathonNode from 'marathon-node';

const WAIT_MS = 30_000;
const CMD = 'exec sleep 1000';
/** Events whose number does not depend on how tasks and health checks go. */
const TYPES = ['deployment_info', 'deployment_success', 'group_change_success', 'group_change_failed'];

const [url, user, pass] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const authorization = `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`;
const marathon = marathonNode(url, { auth: { user, pass } });

async function show(name, call) {
  let result;
  try {
    result = await call();
  } catch (error) {
    result = `${error.name}: ${error.statusCode} ${error.error?.message}`;
  }
  console.log(JSON.stringify([name, result ?? null]));
  return result;
}

async function until(ask) {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(20)) {
    const result = await ask();
    if (result) return result;
  }
  throw new Error(`waited in vain for ${ask}`);
}

const settled = () => until(async () => (await marathon.deployments.getList()).length === 0);
const keys = (result) => Object.keys(result).sort();

async function running(id, count) {
  await settled();
  return until(async () => {
    const { tasks } = await marathon.apps.getTasks(id);
    return tasks.length === count && tasks.every(({ state }) => state === 'TASK_RUNNING') && tasks;
  });
}

async function listen() {
  const heard = [];
  const handlers = Object.fromEntries(TYPES.map((type) => [type, (name) => heard.push(name)]));
  const options = { marathonHost: hostname, marathonPort: port, eventTypes: TYPES, handlers };
  const bus = new EventBusClient({ ...options, marathonHeaders: { Authorization: authorization } });
  const subscribed = new Promise((done) => bus.on('subscribed', done));
  bus.on('error', ({ error }) => console.log(JSON.stringify(['bus', String(error.message)])));
  bus.subscribe();
  await subscribed;
  return { bus, heard };
}

async function attach() {
  const updates = [];
  const headers = { Authorization: authorization };
  const source = marathon.events.createEventSource({ eventType: ['status_update_event'], headers });
  source.addEventListener('status_update_event', ({ data }) => updates.push(JSON.parse(data)));
  source.addEventListener('deployment_success', () => updates.push('not asked for'));
  await new Promise((done) => source.on('open', done));
  return { source, updates };
}

async function system() {
  await show('ping', () => marathon.misc.ping());
  await show('info', async () => (await marathon.info.get()).name);
  await show(
    'leader',
    async () => (await marathon.leader.get()).leader === (await marathon.info.get()).leader,
  );
  await show('stream', async () => {
    const stream = await marathon.events.attach();
    stream.destroy();
    return [stream.statusCode, stream.headers['content-type']];
  });
}

async function apps() {
  const app = { id: '/theirs', cmd: CMD, cpus: 0.1, mem: 16, instances: 2, labels: { kind: 'web' } };
  await show('create', async () => (await marathon.apps.create(app)).deployments.length);
  await running('theirs', 2);
  await show('create again', () => marathon.apps.create(app));
  await show('create nothing', () => marathon.apps.create());
  await show('create wrong', () => marathon.apps.create({ id: '/Wrong' }));
  const list = await marathon.apps.getList({ label: 'kind==web', embed: 'apps.tasks' });
  await show('list', () => list.apps.map(({ id, tasks, tasksRunning }) => [id, tasks.length, tasksRunning]));
  const { app: first } = await marathon.app.getOne('theirs', { embed: 'app.taskStats' });
  await show('app', () => [first.id, keys(first.tasksStats)]);
  await show('app of nothing', () => marathon.apps.getOne('nothing'));
  await show('update', async () =>
    keys(await marathon.apps.update('theirs', { instances: 1, env: { A: '1' } }, true)),
  );
  await running('theirs', 1);
  await show('versions', async () =>
    (await marathon.apps.getVersions('theirs')).versions.includes(first.version),
  );
  await show('version', async () => (await marathon.apps.getVersion('theirs', first.version)).instances);
  await show('restart', async () => keys(await marathon.apps.restart('theirs')));
  const [task] = await running('theirs', 1);
  await show(
    'kill',
    async () => (await marathon.apps.killTask('theirs', task.id, false)).task.id === task.id,
  );
  await until(async () => (await running('theirs', 1))[0].id !== task.id);
  const [replaced] = await running('theirs', 1);
  await show('kill all', async () => (await marathon.apps.killTasks('theirs', { wipe: true })).tasks.length);
  const ids = await until(async () => {
    const { tasks } = await marathon.tasks.getList();
    const [task] = tasks;
    return tasks.length === 1 && task.id !== replaced.id && task.state === 'TASK_RUNNING' && [task.id];
  });
  await show('kill and wipe and scale', () => marathon.tasks.kill({ ids }, true, true));
  await show('kill and scale', async () => keys(await marathon.tasks.kill({ ids }, true)));
  await running('theirs', 0);
}

async function deployments() {
  await show(
    'create large',
    async () => (await marathon.apps.create({ id: 'large', cmd: CMD, cpus: 1000 })).id,
  );
  const [item] = await until(async () => {
    const { queue } = await marathon.queue.get();
    return queue.length > 0 && queue;
  });
  await show('queue', () => [item.app.id, item.count, item.role]);
  await show('reset delay', () => marathon.queue.resetDelay('large'));
  await show('locked', () => marathon.apps.update('large', { mem: 17 }));
  const [deployment] = await marathon.deployments.getList();
  await show('deployment', () => keys(deployment));
  await show('stop', () => marathon.deployments.destroy(deployment.id, true));
  await settled();
  await show('stop again', async () => {
    const { statusCode } = await marathon.deployments.destroy(deployment.id).catch((error) => error);
    return statusCode;
  });
  await show('delete', async () => keys(await marathon.apps.destroy('large', true)));
  await settled();
}

async function groups() {
  const group = {
    id: '/group',
    apps: [{ id: 'one', cmd: CMD, cpus: 0.1, mem: 16 }],
    groups: [{ id: 'inner' }],
  };
  await show('create group', async () => keys(await marathon.groups.create(group)));
  await running('group/one', 1);
  await show('groups', async () => (await marathon.groups.getList()).groups.map(({ id }) => id));
  await show('group', async () => keys(await marathon.groups.getOne('group')));
  await show('scale group', async () => keys(await marathon.groups.update('group', { scaleBy: 2 }, false)));
  await running('group/one', 2);
  await show('wrong group', () =>
    marathon.groups.update('group', { apps: [{ id: '/elsewhere/one', cmd: CMD }] }),
  );
  await show('delete group', async () => keys(await marathon.groups.destroy('group', true)));
  await settled();
}

async function subscriptions() {
  const callback = 'http://127.0.0.1:9/callback';
  await show('subscribe', async () => (await marathon.subscriptions.create(callback)).eventType);
  await show('subscriptions', () => marathon.subscriptions.getList());
  await show('unsubscribe', async () => (await marathon.subscriptions.delete(callback)).eventType);
}

await system();
const { bus, heard } = await listen();
const { source, updates } = await attach();
await apps();
await deployments();
await groups();
await subscriptions();
await marathon.apps.destroy('theirs');
await settled();
await until(() => heard.filter((name) => name === 'deployment_success').length >= 8);
const states = new Set(updates.map(({ taskStatus }) => taskStatus));
await show('events', () => [...new Set(heard)].sort());
await show('states', () => ['TASK_RUNNING', 'TASK_KILLED', undefined].map((state) => states.has(state)));
source.close();
bus.unsubscribe();
await show('abdicate', () => marathon.leader.abdicate());
