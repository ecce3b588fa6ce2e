import { isKnownAgent } from '../../../../../cluster/master/core/drain/drained';
import { MasterScript } from '../../interpreter';

const BASE = ['start', 'agent a', 'framework web', 'advance 1', 'accept web O0 t1'];

/** The drain's state after each command. */
test.each([
  ['with a task', ['drain M-S0'], 'DRAINING'],
  ['while the end is not acknowledged', ['drain M-S0', 'status a web t1 TASK_KILLED'], 'DRAINING'],
  ['when it is', ['drain M-S0', 'status a web t1 TASK_KILLED', 'acknowledge web t1 M-S0'], 'DRAINED'],
  ['when the framework ends', ['drain M-S0', 'teardown web'], 'DRAINED'],
])('a drain of an agent is, %s, %s', (_name, lines, state) => {
  const script = new MasterScript();
  script.play(...BASE, ...lines);
  expect(script.state.registry.drains.get('M-S0')?.state).toBe(state);
  expect(script.state.emptied.size).toBe(0);
});

test('an agent that is to be gone is when it is empty', () => {
  const script = new MasterScript();
  script.play(...BASE, 'drain M-S0 gone=yes', 'status a web t1 TASK_KILLED', 'acknowledge web t1 M-S0');
  expect([script.state.agents.size, script.state.registry.gone.has('M-S0')]).toEqual([0, true]);
});

test('DRAINED is stored once, however many tasks end meanwhile', () => {
  const script = new MasterScript();
  script.play(...BASE.slice(0, -1), 'accept web O0 t1 t2', 'drain M-S0', 'hold');
  for (const task of ['t1', 't2'])
    script.play(`status a web ${task} TASK_KILLED`, `acknowledge web ${task} M-S0`);
  script.play('teardown web');
  expect([script.held.length, [...script.state.emptied]]).toEqual([1, ['M-S0']]);
});

test.each([
  ['registered', [], true],
  ['unreachable', ['dead a', 'advance 90'], true],
  ['recovered', ['restart'], true],
  ['gone', ['markGone M-S0'], false],
  ['removed', ['unregister a M-S0'], false],
])('an agent that is %s is known to operators: %s', (_name, lines, known) => {
  const script = new MasterScript();
  script.play(...BASE, ...lines);
  expect(isKnownAgent(script.state, 'M-S0')).toBe(known);
});
