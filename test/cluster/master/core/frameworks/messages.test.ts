import { MasterScript } from '../../interpreter';

const BASE = ['start', 'agent a', 'framework web failover=100'];

test.each<[line: string, before: readonly string[], out: readonly string[]]>([
  ['message web M-S0 e', [], ['answer 202', 'send slave(1)@a:5051: FrameworkToExecutor']],
  ['message web M-S0 e', ['exited a'], ['answer 202']],
  ['message web M-S9 e', [], ['answer 202']],
  ['shutdown web M-S0 e', [], ['answer 202', 'send slave(1)@a:5051: ShutdownExecutor']],
  ['shutdown web M-S0 e', ['exited a'], ['answer 202']],
  ['answer a web M-S0 e', [], ['event web: MESSAGE']],
  ['answer a web M-S9 e', [], []],
  ['answer a other M-S0 e', [], []],
  ['answer a web M-S0 e', ['disconnect web'], []],
])('"%s" after %j: %j', (line, before, out) => {
  const script = new MasterScript();
  script.play(...BASE, ...before);
  const actual = script.play(line);
  expect(
    actual.map((order, index) =>
      out[index] !== undefined && order.startsWith(out[index]) ? out[index] : order,
    ),
  ).toEqual(out);
});
