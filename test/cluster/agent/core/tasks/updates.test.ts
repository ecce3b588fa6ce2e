import { pidOf } from '../../../../../cluster/agent/core/state/agent-info';
import { type Executor, findExecutor, initAgent } from '../../../../../cluster/agent/core/state/state';
import { printTasks } from '../../../../../cluster/agent/core/tasks/print-task';
import { addUpdate, queue } from '../../../../../cluster/agent/core/tasks/updates';
import type { TaskStatus } from '../../../../../cluster/api/generated/mesos';
import { numberedUuid } from '../../../numbered-uuid';
import { AGENT_BOOT, AgentScript } from '../../interpreter';

const running = (): AgentScript => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t', 'subscribe web t');
  return script;
};

const updatesIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => /StatusUpdate t (TASK_\w+ latest=\w+)/.exec(line)?.[1] ?? []);

test('one update of a task is with the master at a time, with the latest state of the task', () => {
  const script = running();
  expect(updatesIn(script.play('update web t TASK_RUNNING'))).toEqual(['TASK_RUNNING latest=TASK_RUNNING']);
  expect(updatesIn(script.play('update web t TASK_FINISHED'))).toEqual([]);
  expect(updatesIn(script.play('acknowledge web t'))).toEqual(['TASK_FINISHED latest=TASK_FINISHED']);
  expect(updatesIn(script.play('acknowledge web t'))).toEqual([]);
});

test.each([
  { after: 9, sent: 0 },
  { after: 10, sent: 1 },
  { after: 29, sent: 1 },
  { after: 30, sent: 2 },
  { after: 70, sent: 3 },
])(
  'an update nobody acknowledges is sent again with doubling pauses: $sent times in $after s',
  ({ after, sent }) => {
    const script = running();
    script.play('update web t TASK_RUNNING');
    let repeats = 0;
    for (let second = 0; second < after; second += 1) {
      script.play('ping');
      repeats += updatesIn(script.play('advance 1')).length;
    }
    expect(repeats).toBe(sent);
  },
);

test('the pause between two attempts is at most ten minutes', () => {
  const script = running();
  script.play('update web t TASK_RUNNING');
  for (let minute = 0; minute < 60; minute += 1) script.play('ping', 'advance 60');
  expect(script.read(({ streams }) => streams.get('web t')?.retryMs)).toBe(600_000);
});

test.each([
  ['a repeated uuid', 'update web t TASK_RUNNING uuid=1', []],
  ['another uuid', 'update web t TASK_RUNNING uuid=2', ['TASK_RUNNING latest=TASK_RUNNING']],
])('%s after the first update leaves %j to send', (_name, line, next) => {
  const script = running();
  script.play('update web t TASK_RUNNING uuid=1', line);
  expect(updatesIn(script.play('acknowledge web t'))).toEqual(next);
});

test('only the update that is with the master can be acknowledged', () => {
  const script = running();
  script.play('update web t TASK_RUNNING');
  expect(script.play('acknowledge web t wrong')).toEqual([]);
  expect(script.read(({ streams }) => streams.get('web t')?.pending.length)).toBe(1);
});

test('nothing is sent without a master, and everything after the next registration', () => {
  const script = running();
  script.play('detected nobody');
  expect(updatesIn(script.play('update web t TASK_RUNNING'))).toEqual([]);
  script.play('detected', 'advance 1');
  expect(updatesIn(script.play('reregistered'))).toEqual(['TASK_RUNNING latest=TASK_RUNNING']);
});

test('the history of a task has the last status of equal states in a row', () => {
  const script = running();
  for (const state of ['TASK_STARTING', 'TASK_RUNNING', 'TASK_RUNNING', 'TASK_FINISHED'])
    script.play(`update web t ${state}`);
  const statuses = script.read(
    (state) => state.frameworks.get('web')?.executors.get('t')?.tasks.get('t')?.statuses,
  );
  expect(statuses?.map(({ state }) => state)).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']);
  expect(statuses?.every(({ uuid, data }) => uuid !== undefined && data === undefined)).toBe(true);
});

test('a task tells the update that is with the master, and the last acknowledged one when there is none', () => {
  const script = running();
  const told = () =>
    script.read((state) => {
      const framework = state.frameworks.get('web');
      const [task] = framework ? printTasks(state, framework) : [];
      return [task?.status_update_state, task?.status_update_uuid !== undefined];
    });
  expect(told()).toEqual([undefined, false]);
  script.play('update web t TASK_RUNNING');
  expect(told()).toEqual(['TASK_RUNNING', true]);
  script.play('acknowledge web t');
  expect(told()).toEqual(['TASK_RUNNING', true]);
});

describe('the status of an update', () => {
  const queued = (status: Partial<TaskStatus>, ip = '10.0.0.2'): TaskStatus | undefined => {
    const state = initAgent({ ...AGENT_BOOT, ip, agentId: 'S0' });
    const whole = {
      task_id: { value: 't' },
      state: 'TASK_RUNNING' as const,
      uuid: numberedUuid(1),
      ...status,
    };
    const update = { frameworkId: 'web', executorId: 't', status: whole, latest: 'TASK_RUNNING' as const };
    queue({ state, now: 1000, effects: [] }, update);
    return state.streams.get('web t')?.pending[0]?.status;
  };

  test.each([
    ['10.0.0.2', 'IPv4'],
    ['fd00::2', 'IPv6'],
  ])("names the agent's address %s (%s) where the executor names none", (ip, protocol) => {
    expect(queued({}, ip)?.container_status?.network_infos).toEqual([
      { ip_addresses: [{ ip_address: ip, protocol }] },
    ]);
  });

  it("keeps the networks and the agent's id that the executor names", () => {
    const network_infos = [{ ip_addresses: [{ ip_address: '172.17.0.2', protocol: 'IPv4' as const }] }];
    const status = queued({ container_status: { network_infos }, agent_id: { value: 'S9' } });
    expect([status?.container_status?.network_infos, status?.agent_id]).toEqual([
      network_infos,
      { value: 'S9' },
    ]);
  });
});

describe('the status of an update of a container with networks', () => {
  const network = (address: string) => [
    { ip_addresses: [{ ip_address: address, protocol: 'IPv4' as const }] },
  ];
  const queued = (status: Partial<TaskStatus>): TaskStatus | undefined => {
    const script = running();
    script.play('described t 172.17.0.2');
    return script.read((state) => {
      const executor = findExecutor(state, 'web', 't') as Executor;
      const whole = { task_id: { value: 't' }, state: 'TASK_RUNNING' as const, uuid: numberedUuid(1) };
      const update = { frameworkId: 'web', executorId: executor.id, latest: 'TASK_RUNNING' as const };
      queue({ state, now: 1000, effects: [] }, { ...update, status: { ...whole, ...status } });
      return state.streams.get('web t')?.pending[0]?.status;
    });
  };

  it('names them, and the pid', () => {
    expect(queued({})?.container_status).toMatchObject({
      executor_pid: 7,
      network_infos: network('172.17.0.2'),
    });
  });

  it('names them for a nested container, too, with its own id', () => {
    const container_id = { value: 'n', parent: { value: 'c' } };
    expect(queued({ container_status: { container_id } })?.container_status).toEqual({
      container_id,
      network_infos: network('172.17.0.2'),
    });
  });

  it('names the networks that the executor tells', () => {
    const container_id = { value: 'n', parent: { value: 'c' } };
    const own = { container_id, network_infos: network('172.17.0.9') };
    expect(queued({ container_status: own })?.container_status).toEqual(own);
  });
});

test('at most 64 uuids of a task are kept', () => {
  const state = initAgent(AGENT_BOOT);
  for (let now = 0; now < 100; now += 1) {
    const ids = { frameworkId: 'web', executorId: 't', taskId: 't' };
    const update = { ...ids, state: 'TASK_LOST', reason: 'REASON_RECONCILIATION', message: '' } as const;
    addUpdate({ state, now, effects: [] }, update);
  }
  expect(state.streams.get('web t')?.received.size).toBe(64);
  expect(state.streams.get('web t')?.pending).toHaveLength(100);
});

test('the pid of an agent is its process at its address', () => {
  expect(pidOf(initAgent(AGENT_BOOT))).toBe('slave(1)@10.0.0.2:5051');
});
