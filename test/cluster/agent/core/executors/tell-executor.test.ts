import { isConnected, tellExecutor } from '../../../../../cluster/agent/core/executors/tell-executor';
import type { AgentEffect } from '../../../../../cluster/agent/core/state/effects';
import { initAgent, newExecutor } from '../../../../../cluster/agent/core/state/state';
import type { Event } from '../../../../../cluster/api/generated/executor';
import { taskInfo } from '../../../master/builders';
import { AGENT_BOOT } from '../../interpreter';

const ids = { id: 'e', frameworkId: 'web', containerId: 'c', directory: '/sandbox', checkpoint: false };
const bare = newExecutor({ ...ids, kind: 'custom', info: { executor_id: { value: 'e' } } });
const state = initAgent({ ...AGENT_BOOT, agentId: 'S0' });
const info = { name: 'web', user: 'root' };
const executors = new Map([['e', bare]]);
const lists = { executors, completedExecutors: [], terminating: false };
state.frameworks.set('web', { id: 'web', info, pid: 'scheduler@1', ...lists });

function tell(executor: typeof bare, event: Event): AgentEffect[] {
  const effects: AgentEffect[] = [];
  tellExecutor({ state, now: 0, effects }, executor, event);
  return effects;
}

const task_id = { value: 't' };
const EVENTS: readonly (readonly [event: Event, message: string | undefined])[] = [
  [
    {
      type: 'SUBSCRIBED',
      subscribed: { executor_info: bare.info, framework_info: info, agent_info: { hostname: 'h' } },
    },
    'ExecutorRegistered',
  ],
  [{ type: 'LAUNCH', launch: { task: taskInfo('t', 'S0') } }, 'RunTask'],
  [{ type: 'KILL', kill: { task_id } }, 'KillTask'],
  [{ type: 'ACKNOWLEDGED', acknowledged: { task_id, uuid: 'AA==' } }, 'StatusUpdateAcknowledgement'],
  [{ type: 'MESSAGE', message: { data: 'aGk=' } }, 'FrameworkToExecutor'],
  [{ type: 'SHUTDOWN' }, 'ShutdownExecutor'],
  [{ type: 'HEARTBEAT' }, undefined],
  [{ type: 'LAUNCH_GROUP', launch_group: { task_group: {} } }, undefined],
];

test.each(EVENTS)('%j is an event for a stream, and for a driver the message %s', (event, message) => {
  expect(tell({ ...bare, stream: 's' }, event)).toEqual([{ kind: 'event', stream: 's', event }]);
  const told = tell({ ...bare, pid: 'executor(1)@h:1' }, event);
  expect(told.map((effect) => effect.kind === 'tell' && effect.name)).toEqual(
    message === undefined ? [] : [`mesos.internal.${message}Message`],
  );
  expect(tell(bare, event)).toEqual([]);
});

test('an executor is connected by a stream or a driver', () => {
  expect([bare, { ...bare, stream: 's' }, { ...bare, pid: 'p' }].map(isConnected)).toEqual([
    false,
    true,
    true,
  ]);
});
