/**
 * Executors by others, which a framework brings: one on pymesos, which speaks the v1 executor API, and one on mesos-go's v0
 * driver, which speaks libprocess messages. Both outlive kill -9 of their agent.
 */

import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutorInfo, Offer, Resource, TaskInfo } from '../../cluster/api/generated/mesos';
import { findProcesses, killFound } from '../../cluster/runtime/processes';
import { eventually } from './eventually';
import { buildGo } from './go-program';
import { JsonScheduler } from './json-scheduler';
import { start } from './meseta';
import { OneMachine } from './one-machine';

jest.setTimeout(90_000);

const PYMESOS = join(__dirname, '..', 'third-party', 'pymesos');
const built = buildGo('./executor');
const EXECUTORS = [
  {
    name: 'pymesos',
    command: `PYTHONPATH=${join(PYMESOS, '.cache')} exec python3 ${join(PYMESOS, 'executor.py')}`,
    isThere: existsSync(join(PYMESOS, '.cache', 'installed')),
  },
  { name: "mesos-go's v0 driver", command: `exec ${built?.binary}`, isThere: built !== undefined },
];

afterAll(() => {
  if (built) rmSync(built.folder, { recursive: true, force: true });
});

const scalar = (name: string, value: number): Resource => ({ name, type: 'SCALAR', scalar: { value } });

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

for (const { name, command, isThere } of EXECUTORS) {
  (isThere ? describe : describe.skip)(`an executor on ${name}`, () => {
    const executor: ExecutorInfo = {
      executor_id: { value: 'theirs' },
      command: { value: command },
      resources: [scalar('cpus', 0.1), scalar('mem', 32)],
    };
    let machine: OneMachine;
    let workDir = '';
    let scheduler: JsonScheduler;
    let agent: ChildProcess | undefined;
    let port = 0;
    const used = new Set<string>();

    const left = (): number[] => findProcesses('MESOS_SANDBOX', (path) => path.startsWith(`${workDir}/`));

    beforeAll(async () => {
      machine = new OneMachine();
      workDir = mkdtempSync(join(tmpdir(), 'meseta-executor-'));
      const master = await machine.startMaster();
      port = await freePort();
      startAgent();
      scheduler = new JsonScheduler(master.http.url, { failover_timeout: 60, checkpoint: true });
      await scheduler.subscribe();
    });

    afterAll(async () => {
      await scheduler.call({ type: 'TEARDOWN' });
      await eventually('the end of the executor', () => left().length === 0, 10_000).catch(() => undefined);
      await endAgent('SIGTERM');
      scheduler.stop();
      await machine.stop();
      const processes = left();
      await killFound(left);
      rmSync(workDir, { recursive: true, force: true });
      expect(processes).toEqual([]);
    });

    function startAgent(): void {
      agent = start([
        'agent',
        `--master=127.0.0.1:${machine.master?.http.port}`,
        `--port=${port}`,
        `--work_dir=${workDir}`,
        '--registration_backoff_factor=0ms',
        '--executor_reregistration_timeout=15secs',
      ]);
    }

    async function endAgent(signal: NodeJS.Signals): Promise<void> {
      const ended = new Promise((resolve) => agent?.once('close', resolve));
      agent?.kill(signal);
      await ended;
    }

    async function launch(taskId: string): Promise<void> {
      await scheduler.call({ type: 'REVIVE' });
      const offer = await eventually('an offer', openOffer);
      used.add(offer.id.value);
      await accept(offer, {
        name: taskId,
        task_id: { value: taskId },
        agent_id: offer.agent_id,
        executor,
        resources: [scalar('cpus', 0.1), scalar('mem', 32)],
      });
    }

    /** An offer that was neither accepted nor rescinded. */
    function openOffer(): Offer | undefined {
      const gone = new Set([...used, ...scheduler.events.map(({ rescind }) => rescind?.offer_id.value)]);
      const offers = scheduler.events.flatMap((event) => event.offers?.offers ?? []);
      return offers.findLast(({ id }) => !gone.has(id.value));
    }

    async function accept(offer: Offer, task: TaskInfo): Promise<void> {
      const operations = [{ type: 'LAUNCH', launch: { task_infos: [task] } }] as const;
      const filters = { refuse_seconds: 0 };
      await scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations, filters } });
    }

    const say = async (text: string): Promise<void> => {
      const agentId = scheduler.events.flatMap(({ offers }) => offers?.offers ?? [])[0]?.agent_id;
      const data = Buffer.from(text).toString('base64');
      if (!agentId) throw new Error('no agent');
      const message = { agent_id: agentId, executor_id: executor.executor_id, data };
      await scheduler.call({ type: 'MESSAGE', message });
    };

    const heard = (text: string) =>
      scheduler.event(
        'MESSAGE',
        ({ message }) => Buffer.from(message?.data ?? '', 'base64').toString() === text,
      );

    /** What the executor has printed. */
    async function output(): Promise<string> {
      const state = (await (await fetch(`http://127.0.0.1:${port}/state`)).json()) as {
        frameworks: { executors: { directory: string }[] }[];
      };
      const [framework] = state.frameworks;
      return readFileSync(join(framework?.executors[0]?.directory ?? '', 'stdout'), 'utf8');
    }

    it('runs several tasks, is told and tells, finishes and kills them', async () => {
      for (const task of ['a', 'b', 'c']) {
        await launch(task);
        expect(await scheduler.update(task, 'TASK_RUNNING')).toMatchObject({
          source: 'SOURCE_EXECUTOR',
          executor_id: { value: 'theirs' },
        });
      }
      await say('hello');
      await heard('heard hello');
      await say('finish a');
      await scheduler.update('a', 'TASK_FINISHED');
      await scheduler.call({ type: 'KILL', kill: { task_id: { value: 'b' } } });
      await scheduler.update('b', 'TASK_KILLED');
      expect((await output()).split('\n').filter((line) => line.startsWith('registered'))).toHaveLength(1);
    });

    it('goes on after kill -9 of its agent, with its task, and runs further ones', async () => {
      await endAgent('SIGKILL');
      startAgent();
      await eventually('its return', async () => (await output()).includes('reregistered'), 30_000);
      await say('again');
      await eventually('an answer', async () => {
        await say('again');
        return scheduler.events.some(
          ({ message }) => Buffer.from(message?.data ?? '', 'base64').toString() === 'heard again',
        );
      });
      await launch('d');
      await scheduler.update('d', 'TASK_RUNNING');
      await say('finish c');
      await scheduler.update('c', 'TASK_FINISHED');
    });

    it('is shut down, and its task ends with it', async () => {
      const offer = scheduler.events.flatMap(({ offers }) => offers?.offers ?? [])[0];
      if (!offer) throw new Error('no agent');
      const shutdown = { agent_id: offer.agent_id, executor_id: executor.executor_id };
      await scheduler.call({ type: 'SHUTDOWN', shutdown });
      const { reason } = await scheduler.update('d', 'TASK_FAILED');
      expect(reason).toBe('REASON_EXECUTOR_TERMINATED');
      const { failure } = await scheduler.event('FAILURE');
      expect(failure?.executor_id?.value).toBe('theirs');
    });
  });
}
