import { latestForwardedState } from '../../../../../cluster/master/core/tasks/status-updates';
import { MasterScript } from '../../interpreter';

const running = (...lines: readonly string[]): MasterScript => {
  const script = new MasterScript();
  script.play(
    'start',
    'agent a',
    'agent b',
    'framework web failover=1000',
    'advance 1',
    'accept web O0 t1',
    ...lines,
  );
  return script;
};

const taskOf = ({ state }: MasterScript) => [...state.frameworks.values()][0]?.tasks.get('t1');

test.each<[name: string, before: readonly string[], line: string, out: readonly string[], counted: string]>([
  [
    'of a running task',
    [],
    'status a web t1 TASK_RUNNING',
    ['event web: UPDATE t1 TASK_RUNNING uuid'],
    'valid',
  ],
  [
    'of an unknown task',
    [],
    'status a web t9 TASK_RUNNING',
    ['event web: UPDATE t9 TASK_RUNNING uuid'],
    'invalid',
  ],
  ['of an unknown agent', [], 'status nowhere web t1 TASK_RUNNING', [], 'invalid'],
  [
    'of another agent',
    [],
    'status b web t1 TASK_FINISHED',
    ['event web: UPDATE t1 TASK_FINISHED uuid'],
    'invalid',
  ],
  ['of an unknown framework', [], 'status a other t1 TASK_RUNNING', [], 'invalid'],
  ['while its framework is away', ['disconnect web'], 'status a web t1 TASK_RUNNING', [], 'invalid'],
])('an update %s is passed on or dropped, and counted', (_name, before, line, out, counted) => {
  const script = running(...before);
  expect(script.play(line)).toEqual(out);
  const counts = ['valid', 'invalid'].map(
    (word) => script.state.counters.get(`master/${word}_status_updates`) ?? 0,
  );
  expect(counts).toEqual(counted === 'valid' ? [1, 0] : [0, 1]);
});

test('only the agent of a task changes its record', () => {
  const script = running('status b web t1 TASK_FINISHED');
  expect(taskOf(script)?.state).toBe('TASK_STAGING');
});

test.each<[name: string, lines: readonly string[], passed: boolean, left: boolean]>([
  ['of what was forwarded', ['status a web t1 TASK_RUNNING', 'acknowledge web t1 M-S0'], true, true],
  ['of an end', ['status a web t1 TASK_FINISHED', 'acknowledge web t1 M-S0'], true, false],
  [
    'of an older update',
    ['status a web t1 TASK_RUNNING', 'status a web t1 TASK_FINISHED', 'acknowledge web t1 M-S0 1'],
    true,
    true,
  ],
  ['of nothing', ['acknowledge web t1 M-S0'], false, true],
  ['to an unknown agent', ['status a web t1 TASK_RUNNING', 'acknowledge web t1 M-S9'], false, true],
  [
    'while the agent is away',
    ['status a web t1 TASK_FINISHED', 'exited a', 'acknowledge web t1 M-S0'],
    false,
    true,
  ],
  ['of an unknown task', ['acknowledge web t9 M-S0'], true, true],
])('an acknowledgement %s goes to the agent or nowhere', (_name, lines, passed, left) => {
  const script = running();
  const out = script.play(...lines);
  expect(out.some((line) => line.includes('StatusUpdateAcknowledgement'))).toBe(passed);
  expect(taskOf(script) !== undefined).toBe(left);
});

test('the state that a framework was told last may be behind', () => {
  const script = running('status a web t1 TASK_RUNNING', 'disconnect web', 'status a web t1 TASK_FINISHED');
  const task = taskOf(script);
  expect([task?.state, task && latestForwardedState(task)]).toEqual(['TASK_FINISHED', 'TASK_RUNNING']);
});
