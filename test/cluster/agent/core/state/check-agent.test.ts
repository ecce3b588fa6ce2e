import { checkAgent } from '../../../../../cluster/agent/core/state/check-agent';
import { type AgentState, type Executor, setStream } from '../../../../../cluster/agent/core/state/state';
import { AgentScript } from '../../interpreter';

/** Damage to the state of an agent with a queued task t and a running task u. */
test.each<
  [name: string, damage: (state: AgentState, executor: Executor) => unknown, violation: string | undefined]
>([
  ['no damage', () => undefined, undefined],
  ['no master', (state) => (state.master = undefined), 'registered without a master'],
  [
    'a task twice',
    (_state, { queued, tasks }) => tasks.set('t', { info: one(queued), state: 'TASK_LOST', statuses: [] }),
    'task t is queued and launched',
  ],
  [
    'an ended executor',
    (_state, executor) => (executor.state = 'terminated'),
    'executor t has ended, and tasks wait for it',
  ],
  [
    'a stream too early',
    (state, executor) => setStream(state, executor, 'x'),
    'executor t has a stream and did not subscribe',
  ],
  [
    'one stream twice',
    (_state, executor) => Object.assign(executor, { state: 'running', stream: 'executor-u' }),
    'two executors have the stream executor-u',
  ],
  [
    'a stream that is not found',
    ({ eventStreams }) => eventStreams.clear(),
    'executor u is not found by its stream',
  ],
  [
    'a stream of nobody',
    ({ eventStreams }, executor) => eventStreams.set('old', executor),
    'a stream is that of no executor',
  ],
  [
    'a container of nobody',
    ({ containers }, executor) => containers.set('old', executor),
    'completed executors are found by containers',
  ],
  [
    'a container that is not found',
    ({ containers }, executor) => containers.delete(executor.containerId),
    'executor t is not found by its container',
  ],
  [
    'no executors',
    ({ frameworks, containers, eventStreams }) => {
      frameworks.get('web')?.executors.clear();
      containers.clear();
      eventStreams.clear();
    },
    'framework web has no executors and is not completed',
  ],
  [
    'an update of another task',
    ({ streams }) => {
      const { pending } = one(streams);
      const [update] = pending;
      if (update) pending.push({ ...update, status: { ...update.status, task_id: { value: 'v' } } });
    },
    'an update of v is at web u',
  ],
  ['updates elsewhere', ({ streams }) => streams.set('other', one(streams)), 'updates of web u are at other'],
])('%s is found', (_name, damage, violation) => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t', 'run web u', 'subscribe web u');
  script.play('update web u TASK_RUNNING');
  script.read((state) => {
    const executor = state.frameworks.get('web')?.executors.get('t');
    if (!executor) throw new Error('no executor');
    damage(state, executor);
    expect(checkAgent(state)).toEqual(violation === undefined ? [] : [violation]);
  });
});

function one<Value>(values: ReadonlyMap<string, Value>): Value {
  for (const value of values.values()) return value;
  throw new Error('no value');
}
