import { ACKNOWLEDGED_MAX } from '../../../../../cluster/agent/core/checkpoint/keep';
import { AgentScript } from '../../interpreter';

function running(options: string): AgentScript {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', `run web t ${options}`, 'subscribe web t');
  return script;
}

const kindsOf = ({ disk }: AgentScript): string[] => disk.entries().map(({ entry }) => entry);

test('nothing is kept of a framework that does not checkpoint', () => {
  const script = running('checkpoint=');
  const other = new AgentScript();
  other.play(
    'detected',
    'advance 1',
    'registered',
    'run web t',
    'subscribe web t',
    'update web t TASK_RUNNING',
  );
  expect(kindsOf(other)).toEqual(['agent']);
  expect(kindsOf(script)).toEqual(['agent', 'framework', 'executor', 'task']);
});

test('a task is kept without its data, which only its executor needs', () => {
  const script = running('checkpoint=1 data=aGk=');
  const task = script.disk.entries().find(({ entry }) => entry === 'task');
  expect(task?.value).toMatchObject({ task_id: { value: 't' } });
  expect(task?.value).not.toHaveProperty('data');
});

test('an update is kept before it is told, and its acknowledgement, too', () => {
  const script = running('checkpoint=1');
  expect(script.play('update web t TASK_RUNNING')).toEqual([
    'answer 202',
    'checkpoint update t/0 UPDATE',
    'event executor-t: ACKNOWLEDGED',
    expect.stringMatching(/^send .* StatusUpdate t TASK_RUNNING/),
  ]);
  expect(script.play('acknowledge web t')).toEqual(['checkpoint update t/0 ACK']);
});

test('a bounded number of acknowledged updates is kept', () => {
  const script = running('checkpoint=1');
  for (let round = 0; round < ACKNOWLEDGED_MAX + 5; round++)
    script.play('update web t TASK_RUNNING', 'acknowledge web t');
  const updates = script.disk.entries().filter(({ entry }) => entry === 'update');
  expect(updates).toHaveLength(ACKNOWLEDGED_MAX);
});

test('an executor that leaves the completed ones is forgotten with its tasks, and so is the framework after it', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered');
  for (const task of ['a', 'b', 'c'])
    script.play(
      `run web ${task} checkpoint=1`,
      `subscribe web ${task}`,
      `update web ${task} TASK_FINISHED`,
      `acknowledge web ${task}`,
      `exit ${task}`,
    );
  const tasks = script.disk.entries().flatMap((entry) => (entry.entry === 'task' ? [entry.taskId] : []));
  expect(tasks).toEqual(['b', 'c']);
  expect(kindsOf(script).filter((kind) => kind === 'executor')).toHaveLength(2);
});
