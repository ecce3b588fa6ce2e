import { AgentScript } from '../../interpreter';

const RUNNING = ['detected', 'advance 1', 'registered', 'run web t', 'subscribe web t'];
const count = (script: AgentScript, name: string): number =>
  script.read(({ counters }) => counters.get(`slave/${name}_framework_messages`) ?? 0);

test.each([
  [[], ['event executor-t: MESSAGE'], ['answer 202', 'send master@m:5050: ExecutorToFramework']],
  [['detected nobody'], [], ['answer 202']],
  [['shutdownFramework web'], [], ['answer 202']],
  [['shutdownExecutor web t'], [], ['answer 202', 'send master@m:5050: ExecutorToFramework']],
])('after %j a message to the executor gives %j, one of it %j', (lines, to, from) => {
  const script = new AgentScript();
  script.play(...RUNNING, ...lines);
  expect(script.play('message web t')).toEqual(to);
  expect(script.play('call web t MESSAGE')).toEqual(from);
  expect(count(script, 'valid') + count(script, 'invalid')).toBe(2);
  expect(count(script, 'valid')).toBe(to.length + from.length - 1);
});
