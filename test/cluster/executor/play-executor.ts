/**
 * An executor on a virtual clock; its orders are texts. What it saves is kept, and a restart goes on from there, as after
 * kill -9 of the agent.
 */

import type { FrameworkInfo, TaskInfo, TaskStatus } from '../../../cluster/api/generated/mesos';
import type {
  CheckOrder,
  ExecutorBoot,
  ExecutorEffect,
  ExecutorEvent,
  ExecutorInput,
  ExecutorKind,
} from '../../../cluster/executor/core/events';
import { type ExecutorState, initExecutor } from '../../../cluster/executor/core/state';
import { executorMachine } from '../../../cluster/executor/core/step';
import type { SavedExecutor } from '../../../cluster/executor/core/task';
import { parseSaved, printSaved } from '../../../cluster/executor/edge/checkpoint';
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

/** A task of this id, otherwise like `TASK`. */
export function taskOf(id: string, more: Partial<TaskInfo> = {}): TaskInfo {
  return { ...TASK, name: id, task_id: { value: id }, ...more };
}

export const BOOT: ExecutorBoot = {
  kind: 'command',
  frameworkId: 'f',
  executorId: 't',
  seed: 1,
  startedAt: 0,
  shutdownGraceMs: 3000,
  recoveryTimeoutMs: 10_000,
  container: { containerId: 'C', directory: '/sandbox', user: 'ann', ip: '10.0.0.2' },
};

/** The state of an executor that is connected and whose task `t` is as far as this. */
export function stateWith(
  process: 'none' | 'starting' | 'running',
  boot: Partial<ExecutorBoot> = {},
): ExecutorState {
  const state = initExecutor({ ...BOOT, ...boot });
  state.connected = true;
  state.framework = { name: 'f', user: 'root' };
  if (process === 'none') return state;
  for (const event of [
    { kind: 'agent.launch', task: TASK },
    ...(process === 'running' ? [{ kind: 'task.started', taskId: 't' } as const] : []),
  ] satisfies ExecutorInput[])
    executorMachine.step(state, { ...event, at: 0 } as ExecutorEvent);
  state.unacknowledged.clear();
  return state;
}

export type Player = ReturnType<typeof playExecutor>;

interface PlayOptions {
  readonly kind?: ExecutorKind;
  readonly framework?: Partial<FrameworkInfo>;
}

/** Starts an executor without a task. */
export function playExecutor({ kind = 'command', framework = {} }: PlayOptions = {}) {
  const clock = new VirtualClock(0);
  const out: string[] = [];
  const uuids: string[] = [];
  let saved: SavedExecutor | undefined;
  const say = (line: string): void => void out.push(line);
  const open = (boot: ExecutorBoot) =>
    new Mailbox<ExecutorState, ExecutorEvent, ExecutorEffect, ExecutorBoot>({
      machine: executorMachine,
      boot,
      clock,
      log: { ...silentLogger, error: (_fields, text) => say(`error: ${text}`) },
      isStrict: true,
      onBroken: (error) => {
        throw error;
      },
      perform: {
        save: (effect) => {
          saved = parseSaved(printSaved(effect.saved)) as SavedExecutor;
        },
        subscribe: ({ tasks, updates }) => {
          const ids = tasks.map(({ task_id }) => task_id.value);
          uuids.push(...updates.map(({ uuid }) => uuid ?? ''));
          say(
            `subscribe tasks=${ids.join(',') || 'none'} updates=${updates.map(({ state }) => state).join(',') || 'none'}`,
          );
        },
        update: ({ status }) => {
          expect(isUuidBase64(status.uuid)).toBe(true);
          // What is announced can be gone on from.
          if (boot.container) expect(saved?.unacknowledged.map(({ uuid }) => uuid)).toContain(status.uuid);
          uuids.push(status.uuid ?? '');
          say(printUpdate(status));
        },
        run: ({ task, user }) => say(`run ${task.task_id.value} as ${user}`),
        nest: ({ container }) => say(`nest ${container.taskId}`),
        adopt: ({ taskId }) => say(`adopt ${taskId}`),
        signal: ({ taskId, signal }) => say(`${signal} ${taskId}`),
        check: ({ taskId, checker, order }) => say(`${checker} ${taskId}: ${printOrder(order)}`),
        exit: () => say('exit'),
      },
    });
  let mailbox = open({ ...BOOT, kind });
  const post = (event: ExecutorInput): void => mailbox.post(event);
  const take = (): string[] => out.splice(0);
  const subscribed = (): void =>
    post({
      kind: 'agent.subscribed',
      subscribed: {
        executor_info: { executor_id: { value: 't' } },
        framework_info: { user: 'root', name: 'f', ...framework },
        agent_info: { hostname: 'h' },
      },
    });
  const acknowledge = (): void => {
    for (const uuid of uuids.splice(0)) post({ kind: 'agent.acknowledged', uuid });
  };
  const start = (task: TaskInfo = TASK): void => {
    subscribed();
    post({ kind: 'agent.launch', task });
    post({ kind: 'task.started', taskId: task.task_id.value });
    acknowledge();
    take();
  };
  /** kill -9 of the agent, and its next start; the state may be another than the one that was saved. */
  const restart = (state: SavedExecutor | undefined = saved): void => {
    void mailbox.stop();
    uuids.length = 0;
    mailbox = open({ ...BOOT, kind, saved: state, seed: 2 });
    post({ kind: 'resumed' });
  };
  const read = <T>(view: (state: ExecutorState) => T): T => mailbox.read(view);
  return { clock, post, take, read, start, subscribed, acknowledge, restart };
}

function printUpdate({ task_id, state, message, reason, healthy, check_status }: TaskStatus): string {
  const parts = [
    `${task_id.value} ${state}`,
    healthy === undefined ? '' : `healthy=${healthy}`,
    reason?.replace('REASON_', '') ?? '',
    check_status
      ? `check=${JSON.stringify(check_status.command ?? check_status.http ?? check_status.tcp)}`
      : '',
  ];
  return `${parts.filter(Boolean).join(' ')}${message ? `: ${message}` : ''}`;
}

function printOrder(order: CheckOrder): string {
  const time = Number.isFinite(order.timeoutMs) ? ` within ${order.timeoutMs / 1000}s` : '';
  switch (order.type) {
    case 'COMMAND':
      return `${order.command.value}${time}`;
    case 'HTTP':
      return `${order.scheme}://${order.isIpv6 ? '[::1]' : '127.0.0.1'}:${order.port}${order.path}${time}`;
    case 'TCP':
      return `${order.isIpv6 ? '[::1]' : '127.0.0.1'}:${order.port}${time}`;
  }
}
