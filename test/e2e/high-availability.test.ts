import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskInfo } from '../../cluster/api/generated/mesos';
import { HttpClient } from '../../cluster/runtime/http/client';
import { Relay } from '../cluster/zookeeper/relay';
import { missingForZookeeper, ZookeeperServer } from '../cluster/zookeeper/server';
import { eventually as within } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { leaderOf, MasterProcess, STEP_MS } from './masters';
import { OneMachine } from './one-machine';

jest.setTimeout(300_000);

const missing = missingForZookeeper();
const describeReal = missing === undefined ? describe : describe.skip;
const eventually: typeof within = (what, ask) => within(what, ask, STEP_MS);
const TASKS = ['one', 'two', 'three'];

describeReal(
  `masters over ZooKeeper${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`,
  () => {
    let server: ZookeeperServer;
    let paths = 0;
    let undo: (() => unknown)[] = [];
    beforeAll(async () => {
      server = await ZookeeperServer.start();
    });
    afterEach(async () => {
      const stops = undo.reverse();
      undo = [];
      for (const stop of stops) await stop();
    });
    afterAll(() => server?.stop());

    const zkUrl = (path: string, port = server.port): string => `zk://127.0.0.1:${port}${path}`;

    async function startMasters(
      path: string,
      ports: readonly number[],
      args: readonly string[] = [],
      credentials = '',
    ): Promise<MasterProcess[]> {
      return await Promise.all(
        ports.map(async (port) => {
          const zk = zkUrl(path, port).replace('zk://', `zk://${credentials}`);
          const master = await MasterProcess.start(zk, args);
          undo.push(() => master.stop());
          return master;
        }),
      );
    }

    /** Who agents are to masters, in files. */
    function secretFiles(): { ofMaster: string; ofAgent: string } {
      const folder = mkdtempSync(join(tmpdir(), 'meseta-secrets-'));
      undo.push(() => rmSync(folder, { recursive: true, force: true }));
      const [ofMaster, ofAgent] = [join(folder, 'credentials'), join(folder, 'credential')];
      const credential = { principal: 'agents', secret: 'pw' };
      writeFileSync(ofMaster, JSON.stringify({ credentials: [credential] }), { mode: 0o600 });
      writeFileSync(ofAgent, JSON.stringify(credential), { mode: 0o600 });
      return { ofMaster, ofAgent };
    }

    async function startAgent(path: string, args: readonly string[] = []): Promise<OneMachine> {
      const machine = new OneMachine();
      undo.push(() => machine.stop());
      await machine.startAgent('agent', [
        `--master=${zkUrl(path)}`,
        '--zk_session_timeout=4secs',
        '--resources=cpus:4;mem:1024',
        ...args,
      ]);
      return machine;
    }

    async function subscribe(master: MasterProcess, frameworkId?: string): Promise<JsonScheduler> {
      const scheduler = new JsonScheduler(master.url, { failover_timeout: 600, checkpoint: true });
      scheduler.frameworkId = frameworkId;
      undo.push(() => scheduler.stop());
      await eventually('a subscription', async () => {
        await scheduler.subscribe();
        return true;
      });
      return scheduler;
    }

    async function runTasks(scheduler: JsonScheduler): Promise<void> {
      const { offers } = await scheduler.event('OFFERS');
      const offer = offers?.offers?.[0];
      if (!offer) throw new Error('an empty offer');
      const task_infos = TASKS.map(
        (id): TaskInfo => ({
          ...{ name: id, task_id: { value: id }, agent_id: offer.agent_id, command: { value: 'sleep 1000' } },
          resources: [
            { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 } },
            { name: 'mem', type: 'SCALAR', scalar: { value: 32 } },
          ],
        }),
      );
      await scheduler.call({
        type: 'ACCEPT',
        accept: { offer_ids: [offer.id], operations: [{ type: 'LAUNCH', launch: { task_infos } }] },
      });
      for (const id of TASKS) {
        await scheduler.update(id, 'TASK_STARTING');
        await scheduler.update(id, 'TASK_RUNNING');
      }
    }

    /** Every task runs, by what the master knows of agents and by what it answers to the framework. */
    async function expectAllRunning(master: MasterProcess, scheduler: JsonScheduler): Promise<void> {
      await eventually('all tasks', async () => (await running(master)).length === TASKS.length);
      expect(await running(master)).toEqual([...TASKS].sort());
      const tasks = TASKS.map((id) => ({ task_id: { value: id } }));
      await scheduler.call({ type: 'RECONCILE', reconcile: { tasks } });
      for (const id of TASKS) {
        const { update } = await scheduler.event(
          'UPDATE',
          ({ update: one }) =>
            one?.status.task_id.value === id && one.status.reason === 'REASON_RECONCILIATION',
        );
        expect(update?.status.state).toBe('TASK_RUNNING');
      }
      const states = scheduler.events.flatMap(({ update }) => update?.status.state ?? []);
      expect(new Set(states)).toEqual(new Set(['TASK_RUNNING']));
    }

    test('when the leader is killed another one goes on with the same agents, tasks, framework and registry', async () => {
      const path = `/mesos-${paths++}`;
      const secrets = secretFiles();
      const args = ['--authenticate_agents', `--credentials=${secrets.ofMaster}`];
      const masters = await startMasters(
        path,
        [server.port, server.port, server.port],
        args,
        'mesos:hidden@',
      );
      const first = await leaderOf(masters);
      expect(await (await first.ask('/flags')).text()).not.toContain('hidden');
      await startAgent(path, [`--credential=${secrets.ofAgent}`]);
      const scheduler = await subscribe(first);
      await runTasks(scheduler);
      await configure(first);
      const before = await registry(first);
      expect(before.weights).toContain('"web"');
      await expectFollowers(masters, first);

      first.supervised = false;
      const killed = performance.now();
      first.signal('SIGKILL');
      const rest = masters.filter((master) => master !== first);
      const second = await leaderOf(rest);
      process.stderr.write(`killed to serving again: ${(performance.now() - killed).toFixed(0)} ms\n`);
      const again = await subscribe(second, scheduler.frameworkId);
      expect(again.frameworkId).toBe(scheduler.frameworkId);
      await expectAllRunning(second, again);
      expect(await registry(second)).toEqual(before);
      expect((await second.ask('/metrics/snapshot').then(json))['master/elected']).toBe(1);
      const { leader_info, pid } = await second
        .ask('/state')
        .then(json<{ leader_info: object; pid: string }>);
      expect([leader_info, pid]).toEqual([
        expect.objectContaining({ hostname: '127.0.0.1', port: second.port, pid }),
        `master@127.0.0.1:${second.port}`,
      ]);
      const [third] = rest.filter((master) => master !== second);
      expect(third && (await third.leader())).toBe(`//127.0.0.1:${second.port}`);
    });

    test('a leader that ZooKeeper does not hear any more ends before another one leads', async () => {
      const path = `/mesos-${paths++}`;
      const wires = await Promise.all([Relay.start(server.port), Relay.start(server.port)]);
      for (const wire of wires) undo.push(() => wire.stop());
      const masters = await startMasters(
        path,
        wires.map(({ port }) => port),
      );
      const first = await leaderOf(masters);
      const second = masters.find((master) => master !== first);
      const wire = wires[masters.indexOf(first)];
      if (!second || !wire) throw new Error('there are two');
      await startAgent(path);
      const scheduler = await subscribe(first);
      await runTasks(scheduler);
      // Who is asked second would have to lead at the same time as the other one, which stays.
      let [both, watching] = [0, true];
      const watched = (async () => {
        while (watching) if ((await second.leads()) && (await first.leads())) both++;
      })();
      wire.frozen = true;
      await eventually('the end of the first', () => first.ends.length > 0);
      await eventually('the second to lead', () => second.serves());
      watching = false;
      await watched;
      expect([first.ends[0], both]).toEqual([1, 0]);
      expect(first.log).toContain('Lost leadership after indecisive election');
      wire.frozen = false;
      wire.cut();
      await eventually(
        'the first to follow',
        async () => (await first.leader()) === `//127.0.0.1:${second.port}`,
      );
      await expectAllRunning(second, await subscribe(second, scheduler.frameworkId));
    });

    test('while ZooKeeper is away nobody leads, and when it is back somebody does', async () => {
      const path = `/mesos-${paths++}`;
      const masters = await startMasters(path, [server.port, server.port]);
      const first = await leaderOf(masters);
      await startAgent(path);
      const scheduler = await subscribe(first);
      await runTasks(scheduler);
      await configure(first);
      const before = await registry(first);
      await server.kill();
      await eventually('the end of the leader', () => first.ends.length > 0);
      expect(first.ends[0]).toBe(1);
      await eventually('nobody', async () => {
        const answers = await Promise.all(masters.map((master) => master.ask('/state')));
        return answers.every(({ status }) => status === 503);
      });
      for (const master of masters) {
        expect((await master.ask('/health')).status).toBe(200);
        expect(await (await master.ask('/redirect')).text()).toBe('No leader elected');
      }
      await server.run();
      const next = await leaderOf(masters);
      await expectAllRunning(next, await subscribe(next, scheduler.frameworkId));
      expect(await registry(next)).toEqual(before);
    });

    test('a leader that slept through the end of its session changes nothing when it wakes up', async () => {
      const path = `/mesos-${paths++}`;
      const masters = await startMasters(path, [server.port, server.port]);
      const first = await leaderOf(masters);
      const second = masters.find((master) => master !== first);
      if (!second) throw new Error('there are two');
      await startAgent(path);
      const scheduler = await subscribe(first);
      await runTasks(scheduler);
      first.signal('SIGSTOP');
      await eventually('the second to lead', () => second.serves());
      await configure(second);
      const before = await registry(second);
      const weights = JSON.stringify([{ role: 'web', weight: 9 }]);
      // Waits in the first one's socket and is read the moment it goes on.
      const late = first.ask('/weights', { method: 'PUT', body: weights }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
      first.signal('SIGCONT');
      expect([undefined, 307, 503]).toContain((await late)?.status);
      await eventually('the end of the first', () => first.ends.length > 0);
      expect(first.ends[0]).toBe(1);
      expect(await registry(second)).toEqual(before);
      await expectAllRunning(second, await subscribe(second, scheduler.frameworkId));
    });

    test('a leader that is told to stop leaves at once, and the next one does not wait for its session', async () => {
      const path = `/mesos-${paths++}`;
      const masters = await startMasters(path, [server.port, server.port], ['--zk_session_timeout=50secs']);
      const first = await leaderOf(masters);
      first.supervised = false;
      first.signal('SIGTERM');
      await eventually('its end', () => first.ends.length > 0);
      expect(first.ends).toEqual([0]);
      await leaderOf(masters.filter((master) => master !== first));
    });
  },
);

async function json<T = Record<string, number>>(answer: Response): Promise<T> {
  return (await answer.json()) as T;
}

async function running(master: MasterProcess): Promise<string[]> {
  type Page = { frameworks: { tasks: { id: string; state: string }[] }[] };
  const { frameworks } = await master.ask('/state').then(json<Page>);
  const tasks = frameworks.flatMap((framework) => framework.tasks);
  return tasks.flatMap(({ id, state }) => (state === 'TASK_RUNNING' ? [id] : [])).sort();
}

/** Operators' settings, which the registry keeps. */
async function configure(master: MasterProcess): Promise<void> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const quota_configs = [{ role: 'web', limits: { cpus: { value: 3 } } }];
  const calls = [
    { type: 'UPDATE_QUOTA', update_quota: { quota_configs } },
    { type: 'UPDATE_WEIGHTS', update_weights: { weight_infos: [{ role: 'web', weight: 2.5 }] } },
  ];
  for (const call of calls) {
    const answer = await master.ask('/api/v1', { ...post, body: JSON.stringify(call) });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  }
  const machine_ids = [{ hostname: 'gone.example', ip: '10.9.9.9' }];
  const unavailability = { start: { nanoseconds: 4_000_000_000_000_000_000 } };
  const schedule = { windows: [{ machine_ids, unavailability }] };
  const answer = await master.ask('/maintenance/schedule', { ...post, body: JSON.stringify(schedule) });
  expect(answer.status).toBe(200);
}

/** What the registry has that outlives a master, as people see it. */
async function registry(master: MasterProcess) {
  const text = async (path: string): Promise<string> => (await master.ask(path)).text();
  type Page = { slaves: { id: string; hostname: string }[] };
  return await eventually('the agent', async () => {
    const { slaves } = await master.ask('/slaves').then(json<Page>);
    if (slaves.length === 0) return undefined;
    return {
      agents: slaves.map(({ id, hostname }) => [id, hostname]),
      quota: await text('/quota'),
      weights: await text('/weights'),
      maintenance: await text('/maintenance/schedule'),
    };
  });
}

/** Those who do not lead answer for themselves, and send everybody else to who does. */
async function expectFollowers(masters: readonly MasterProcess[], leader: MasterProcess): Promise<void> {
  for (const master of masters.filter((one) => one !== leader)) {
    const place = `//127.0.0.1:${leader.port}`;
    await eventually('a follower', async () => (await master.leader()) === place);
    for (const path of ['/state', '/master/state?a=b', '/api/v1/scheduler', '/slaves']) {
      const answer = await master.ask(path, path.startsWith('/api') ? { method: 'POST', body: '{}' } : {});
      expect([answer.status, answer.headers.get('location')]).toEqual([307, place + path]);
    }
    expect((await master.ask('/health')).status).toBe(200);
    expect((await master.ask('/flags')).status).toBe(200);
    expect((await master.ask('/metrics/snapshot').then(json))['master/elected']).toBe(0);
    // Not by fetch, which sends what browsers send, and is refused.
    expect(await sendMessage(`${master.url}/master/mesos.internal.RegisterSlaveMessage`)).toBe(202);
    expect((await master.ask('/metrics/snapshot').then(json))['master/dropped_messages']).toBe(1);
  }
}

/** A message of libprocess; the answer's status. */
async function sendMessage(url: string): Promise<number> {
  const client = new HttpClient();
  try {
    const headers = { 'libprocess-from': 'slave(1)@127.0.0.1:1' };
    return (await client.request({ url, method: 'POST', headers, body: 'x' })).status;
  } finally {
    await client.close();
  }
}
