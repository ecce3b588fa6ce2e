import { allocatedSum, executorsOf } from '../../../../cluster/agent/views/allocated';
import { printResources } from '../../../../cluster/model/resources';
import { AgentScript } from '../interpreter';

const FINISH = ['subscribe web t', 'update web t TASK_FINISHED'];

test.each([
  ['nothing', [], ''],
  ['a queued task and its executor', ['run web t'], 'cpus:1.1; mem:160'],
  ['a launched one', ['run web t', 'subscribe web t'], 'cpus:1.1; mem:160'],
  ['the executor alone once its task has ended', ['run web t', ...FINISH], 'cpus:0.1; mem:32'],
  ['nothing when all is acknowledged', ['run web t', ...FINISH, 'acknowledge web t', 'exit t'], ''],
  ['two frameworks', ['run web t', 'run db u'], 'cpus:2.2; mem:320'],
])('the agent has allocated %s', (_name, lines, sum) => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', ...lines);
  expect(script.read((state) => printResources(allocatedSum(executorsOf(state))))).toBe(sum);
});
