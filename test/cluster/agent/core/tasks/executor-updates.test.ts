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

test.each([
  ['of a task that nobody knows', ['update web nobody TASK_RUNNING executor=e']],
  ['after the end', ['update web t TASK_FINISHED executor=e', 'update web t TASK_RUNNING executor=e']],
  ['of a second end', ['update web t TASK_FINISHED executor=e', 'update web t TASK_FAILED executor=e']],
])('an update %s is acknowledged and dropped', (_name, lines) => {
  const script = running();
  script.play(...lines.slice(0, -1));
  expect(script.play(...lines.slice(-1))).toEqual(['answer 202', 'event executor-e: ACKNOWLEDGED']);
  expect(invalid(script)).toBe(1);
});

test('a flood of updates of one task is bounded, delivered one at a time, and does not hide the end', () => {
  const script = running();
  const out = Array.from({ length: 1001 }, () => script.play('update web t TASK_RUNNING executor=e')).flat();
  expect(out.filter((line) => line.startsWith('send'))).toHaveLength(1);
  const sizes = script.read(({ streams, frameworks }) => [
    [...streams.values()].map(({ received, pending }) => [received.size, pending.length]),
    frameworks.get('web')?.executors.get('e')?.tasks.get('t')?.statuses.length,
  ]);
  expect(sizes).toEqual([[[64, 1000]], 1]);
  script.play('update web t TASK_FINISHED executor=e');
  expect(script.play('show')[0]).toBe('web e running [t/TASK_FINISHED]');
});

test('an executor of a task that reports TASK_STAGING is shut down', () => {
  const script = running();
  expect(script.play('update web t TASK_STAGING executor=e')).toEqual([
    'answer 202',
    'event executor-e: SHUTDOWN',
  ]);
});
