/** Three Marathons with one ZooKeeper: whatever happens to the leader, the next one has its state, and tasks run on. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingForZookeeper, ZookeeperServer } from '../cluster/zookeeper/server';
import { eventually } from './eventually';
import { MarathonProcess } from './marathon-process';
import { OneMachine } from './one-machine';

jest.setTimeout(300_000);

const SESSION_MS = 3000;
/** Beside the session: one look at the election, the load of the state, and a busy machine. */
const FEW_SECONDS_MS = 30_000;
const INSTANCES = 2;

const missing = missingForZookeeper();
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

/** The leader that all of them name. */
function agreed(group: readonly MarathonProcess[], previous?: MarathonProcess): Promise<MarathonProcess> {
  return eventually(
    'a leader',
    async () => {
      const ports = await Promise.all(group.map((marathon) => marathon.leader()));
      const [port] = ports;
      if (port === previous?.port || ports.some((other) => other !== port)) return undefined;
      return group.find((marathon) => marathon.port === port);
    },
    SESSION_MS + FEW_SECONDS_MS,
  );
}

/** Creates an app as soon as somebody accepts that. */
async function accepted(marathon: MarathonProcess, id: string): Promise<void> {
  const app = { id, cmd: 'sleep 1', cpus: 0.1, mem: 16, instances: 0 };
  await eventually(
    `the creation of ${id}`,
    async () => [201, 409].includes((await marathon.ask('POST', '/v2/apps', app)).status),
    SESSION_MS + FEW_SECONDS_MS,
  );
}

(missing === undefined ? test : test.skip)(
  `tasks and apps outlive kill -9, SIGSTOP and the abdication of the leader${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`,
  async () => {
    const server = await ZookeeperServer.start();
    undo.push(() => server.stop());
    const machine = new OneMachine();
    undo.push(() => machine.stop());
    const master = await machine.startMaster();
    await machine.startAgent('agent', ['--resources=cpus:4;mem:1024;disk:1000;ports:[31000-32000]']);
    const ledger = join(machine.folder, 'ledger');
    const group: MarathonProcess[] = [];
    for (let count = 0; count < 3; count++) {
      const marathon = await MarathonProcess.start(`127.0.0.1:${master.http.port}`, [
        ...[`--zk=zk://127.0.0.1:${server.port}/marathon`, `--zk_session_timeout=${SESSION_MS}`],
        ...[`--work_dir=${join(machine.folder, `marathon-${count}`)}`, '--mesos_user=root'],
      ]);
      group.push(marathon);
      undo.push(() => marathon.stop());
    }
    const starts = (): string[] =>
      existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\n') : [];
    const first = await agreed(group);
    const others = group.filter((marathon) => marathon !== first);
    const [someone] = others as [MarathonProcess];
    const cmd = `echo "$MESOS_TASK_ID" >> ${ledger}; exec sleep 1000`;
    const app = { id: '/app', cmd, cpus: 0.1, mem: 16, instances: INSTANCES };
    expect((await someone.ask('POST', '/v2/apps', app)).status).toBe(201);
    const tasks = await eventually('the tasks', async () => {
      const running = await someone.running('app');
      return running.length === INSTANCES ? running : undefined;
    });

    first.signal('SIGKILL');
    await accepted(someone, '/after-kill');
    const second = await agreed(others, first);
    for (const marathon of others) expect(await marathon.running('app')).toEqual(tasks);

    second.signal('SIGSTOP');
    const [third] = others.filter((marathon) => marathon !== second) as [MarathonProcess];
    await accepted(third, '/after-stop');
    expect(await agreed([third], second)).toBe(third);
    second.signal('SIGCONT');
    expect(await agreed(others, second)).toBe(third);

    expect((await second.ask('DELETE', '/v2/leader')).status).toBe(200);
    expect(await agreed(others, third)).toBe(second);
    await accepted(third, '/after-abdication');
    for (const marathon of others) {
      const { apps } = JSON.parse((await marathon.ask('GET', '/v2/apps')).text) as { apps: { id: string }[] };
      const ids = apps.map(({ id }) => id).sort();
      expect(ids).toEqual(['/after-abdication', '/after-kill', '/after-stop', '/app']);
      expect(await marathon.running('app')).toEqual(tasks);
    }
    expect(starts().sort()).toEqual(tasks);
    expect(others.map(({ isRunning }) => isRunning)).toEqual([true, true]);
  },
);
