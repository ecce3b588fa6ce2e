import { AgentScript } from '../../interpreter';

function running(): AgentScript {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t executor=e', 'subscribe web e');
  return script;
}

const invalid = (script: AgentScript): number =>
  script.read(({ counters }) => counters.get('slave/invalid_status_updates') ?? 0);

test('an update that is repeated is acknowledged again and goes no further', () => {
  const script = running();
  script.play('update web t TASK_RUNNING executor=e');
  expect(script.play('update web t TASK_RUNNING executor=e uuid=1')).toEqual([
    'answer 202',
    'event executor-e: ACKNOWLEDGED',
  ]);
  expect(invalid(script)).toBe(0);
});

/** The same executor by either API: how it comes, how it reports, and what it is told of an update that was taken. */
const APIS = [
  {
    api: 'HTTP',
    subscribe: 'subscribe web e',
    update: (task: string, state: string, more = '') => `update web ${task} ${state} executor=e ${more}`,
    answers: ['answer 202', 'event executor-e: ACKNOWLEDGED'],
  },
  {
    api: 'libprocess',
    subscribe: 'register web e x@10.0.0.2:4',
    update: (task: string, state: string, more = '') =>
      `driverUpdate web ${task} ${state} x@10.0.0.2:4 ${more}`,
    answers: ['tell x@10.0.0.2:4: StatusUpdateAcknowledgement'],
  },
];

describe.each(APIS)('over $api an executor that lies', ({ subscribe, update, answers }) => {
  const lying = (): AgentScript => {
    const script = new AgentScript();
    script.play('detected', 'advance 1', 'registered', 'run web t executor=e', subscribe);
    return script;
  };
  const answersTo = (out: readonly string[]): string[] =>
    out.map((line) => (line.includes('StatusUpdateAcknowledgement') ? (answers[0] ?? '') : line));

  it.each([
    ['of a task that nobody knows', [['nobody', 'TASK_RUNNING']]],
    ['of the task of another executor', [['u', 'TASK_FAILED']]],
    [
      'after the end',
      [
        ['t', 'TASK_FINISHED'],
        ['t', 'TASK_RUNNING'],
      ],
    ],
    [
      'of a second end',
      [
        ['t', 'TASK_FINISHED'],
        ['t', 'TASK_FAILED'],
      ],
    ],
  ])('has an update %s acknowledged and dropped', (_name, updates) => {
    const script = lying();
    script.play('run web u', 'subscribe web u');
    const lines = updates.map(([task = '', state = '']) => update(task, state));
    script.play(...lines.slice(0, -1));
    expect(answersTo(script.play(...lines.slice(-1)))).toEqual(answers);
    expect(invalid(script)).toBe(1);
    expect(script.play('show')).toContain('web u running [u/TASK_STAGING]');
  });

  it.each([
    ['of many updates', 1001, 1, 1000],
    ['of large updates', 20, 1024 * 1024, 4],
  ])('cannot fill the memory with a flood %s, which does not hide the end', (_name, count, size, waiting) => {
    const script = lying();
    const line = update('t', 'TASK_RUNNING', `data=${'x'.repeat(size)}`);
    const out = Array.from({ length: count }, () => script.play(line)).flat();
    expect(out.filter((text) => text.startsWith('send'))).toHaveLength(1);
    const sizes = script.read(({ streams, frameworks }) => [
      [...streams.values()].map(({ pending }) => pending.length),
      frameworks.get('web')?.executors.get('e')?.tasks.get('t')?.statuses.length,
    ]);
    expect(sizes).toEqual([[waiting], 1]);
    expect(script.read(({ streams }) => [...streams.values()][0]?.received.size)).toBeLessThanOrEqual(64);
    script.play(update('t', 'TASK_FINISHED'));
    expect(script.play('show')[0]).toBe('web e running [t/TASK_FINISHED]');
  });
});

test('the flood of messages of an executor waits for no disk', () => {
  const script = running();
  script.play('disk holds', 'run web u checkpoint');
  for (const line of ['call web e MESSAGE', 'call web e MESSAGE'])
    expect(script.play(line)).toContain('send master@m:5050: ExecutorToFramework');
  expect(script.read(({ commits }) => commits.outbox.map(({ effect }) => effect.kind))).not.toContain('send');
});

test('an executor of a task that reports TASK_STAGING is shut down', () => {
  const script = running();
  expect(script.play('update web t TASK_STAGING executor=e')).toEqual([
    'answer 202',
    'event executor-e: SHUTDOWN',
  ]);
});
