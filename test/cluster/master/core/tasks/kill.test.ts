import { MasterScript } from '../../interpreter';

const running = (...lines: readonly string[]): MasterScript => {
  const script = new MasterScript();
  script.play('start', 'agent a', 'framework web', 'advance 1', 'accept web O0 t1', ...lines);
  return script;
};

test.each<[name: string, before: readonly string[], line: string, out: readonly string[]]>([
  ['of a task', [], 'kill web t1', ['answer 202', 'send slave(1)@a:5051: KillTask t1']],
  ['with its agent', [], 'kill web t1 M-S0', ['answer 202', 'send slave(1)@a:5051: KillTask t1']],
  ['with another agent', [], 'kill web t1 M-S9', ['answer 202']],
  ['while its agent is away', ['exited a'], 'kill web t1', ['answer 202']],
])('a kill %s', (_name, before, line, out) => {
  expect(running(...before).play(line)).toEqual(out);
});

test('a kill of an unknown task is answered like a reconciliation', () => {
  expect(running().play('kill web t9').join()).toContain('UPDATE t9 TASK_LOST REASON_RECONCILIATION');
});

test('a kill that the agent may have missed is repeated when the agent is back', () => {
  const script = running('exited a', 'kill web t1');
  expect(script.play('reagent a M-S0 tasks=web/t1 frameworks=web')).toContain(
    'send slave(1)@a:5051: KillTask t1',
  );
});
