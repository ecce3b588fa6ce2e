/**
 * Executors by others, which a framework brings: one on pymesos, which speaks the v1 executor API, and one on mesos-go's v0
 * driver, which speaks libprocess messages. Both outlive kill -9 of their agent.
 */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutorInfo } from '../../cluster/api/generated/mesos';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { buildGo } from './go-program';
import { OneMachine } from './one-machine';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';

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

for (const { name, command, isThere } of EXECUTORS) {
  (isThere ? describe : describe.skip)(`an executor on ${name}`, () => {
    const executor: ExecutorInfo = {
      executor_id: { value: 'theirs' },
      command: { value: command },
      resources: [scalar('cpus', 0.1), scalar('mem', 32)],
    };
    let machine: OneMachine;
    let scheduler: TaskScheduler;
    let agent: AgentProcess;

    beforeAll(async () => {
      machine = new OneMachine();
      const master = await machine.startMaster();
      agent = await AgentProcess.of(master, { flags: ['--executor_reregistration_timeout=15secs'] });
      agent.start();
      scheduler = new TaskScheduler(master.http.url, { failover_timeout: 60, checkpoint: true });
      await scheduler.subscribe();
    });

    afterAll(async () => {
      scheduler.stop();
      await agent.stop();
      await machine.stop();
    });

    async function launch(taskId: string): Promise<void> {
      const offer = await scheduler.offer();
      await scheduler.launch(offer, taskOn(offer, taskId, '', { executor, command: undefined }));
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

    const output = (): string => agent.outputOf('theirs');

    it('runs several tasks, is told and tells, finishes and kills them', async () => {
      for (const task of ['a', 'b', 'c']) {
        await launch(task);
        expect(await scheduler.states(task, 'TASK_RUNNING')).toMatchObject({
          source: 'SOURCE_EXECUTOR',
          executor_id: { value: 'theirs' },
        });
      }
      await say('hello');
      await heard('heard hello');
      await say('finish a');
      await scheduler.states('a', 'TASK_FINISHED');
      await scheduler.kill('b');
      await scheduler.states('b', 'TASK_KILLED');
      expect(
        output()
          .split('\n')
          .filter((line) => line.startsWith('registered')),
      ).toHaveLength(1);
    });

    it('goes on after kill -9 of its agent, with its task, and runs further ones', async () => {
      await agent.end('SIGKILL');
      agent.start();
      await eventually('its return', () => output().includes('reregistered'), 30_000);
      await say('again');
      await eventually('an answer', async () => {
        await say('again');
        return scheduler.events.some(
          ({ message }) => Buffer.from(message?.data ?? '', 'base64').toString() === 'heard again',
        );
      });
      await launch('d');
      await scheduler.states('d', 'TASK_RUNNING');
      await say('finish c');
      await scheduler.states('c', 'TASK_FINISHED');
    });

    it('is shut down, and its task ends with it', async () => {
      const offer = scheduler.events.flatMap(({ offers }) => offers?.offers ?? [])[0];
      if (!offer) throw new Error('no agent');
      const shutdown = { agent_id: offer.agent_id, executor_id: executor.executor_id };
      await scheduler.call({ type: 'SHUTDOWN', shutdown });
      const { reason } = await scheduler.states('d', 'TASK_FAILED');
      expect(reason).toBe('REASON_EXECUTOR_TERMINATED');
      const { failure } = await scheduler.event('FAILURE');
      expect(failure?.executor_id?.value).toBe('theirs');
    });
  });
}
