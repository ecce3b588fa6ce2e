/** A command executor on a virtual clock; its orders are texts. */

import type { FrameworkInfo, TaskInfo } from '../../../cluster/api/generated/mesos';
import type { ExecutorInput } from '../../../cluster/executor/core/events';
import type { ExecutorState } from '../../../cluster/executor/core/state';
import { executorMachine } from '../../../cluster/executor/core/step';
import { isUuidBase64 } from '../../../cluster/model/uuid';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { Mailbox } from '../../../cluster/runtime/mailbox';

export const TASK: TaskInfo = {
  name: 't',
  task_id: { value: 't' },
  agent_id: { value: 's' },
  command: { value: 'sleep 9' },
};

/** Starts an executor without a task. */
export function playExecutor(framework: Partial<FrameworkInfo> = {}) {
  const clock = new VirtualClock(0);
  const out: string[] = [];
  const uuids: string[] = [];
  const mailbox = new Mailbox({
    machine: executorMachine,
    boot: {
      frameworkId: 'f',
      executorId: 't',
      seed: 1,
      startedAt: 0,
      shutdownGraceMs: 3000,
      recoveryTimeoutMs: 10_000,
    },
    clock,
    log: silentLogger,
    isStrict: true,
    onBroken: (error) => {
      throw error;
    },
    perform: {
      subscribe: ({ updates }) => out.push(`subscribe with ${updates.length}`),
      update: ({ status }) => {
        expect(isUuidBase64(status.uuid)).toBe(true);
        uuids.push(status.uuid ?? '');
        const health = status.healthy === undefined ? '' : ` healthy=${status.healthy}`;
        out.push(`${status.state}${health}${status.message ? `: ${status.message}` : ''}`);
      },
      spawn: () => out.push('spawn'),
      signal: ({ signal }) => out.push(signal),
      check: () => out.push('check'),
      exit: () => out.push('exit'),
    },
  });
  const post = (event: ExecutorInput): void => mailbox.post(event);
  const take = (): string[] => out.splice(0);
  const info = { user: 'root', name: 'f', ...framework };
  const subscribed = () =>
    post({
      kind: 'agent.subscribed',
      subscribed: {
        executor_info: { executor_id: { value: 't' } },
        framework_info: info,
        agent_info: { hostname: 'h' },
      },
    });
  const start = (task: TaskInfo = TASK): void => {
    subscribed();
    post({ kind: 'agent.launch', task });
    post({ kind: 'process.started' });
    for (const uuid of uuids.splice(0)) post({ kind: 'agent.acknowledged', uuid });
    take();
  };
  const read = <T>(view: (state: ExecutorState) => T): T => mailbox.read(view);
  const acknowledge = (): void => {
    for (const uuid of uuids.splice(0)) post({ kind: 'agent.acknowledged', uuid });
  };
  return { clock, post, take, read, start, subscribed, acknowledge };
}
