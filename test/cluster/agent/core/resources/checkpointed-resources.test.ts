import { totalOf } from '../../../../../cluster/agent/core/resources/checkpointed-resources';
import { initAgent } from '../../../../../cluster/agent/core/state/state';
import { agentMachine } from '../../../../../cluster/agent/core/step';
import { printResources } from '../../../../../cluster/model/resources';
import { readWords } from '../../../master/operation-words';
import { AGENT_BOOT } from '../../interpreter';

const checkpointOf = (words: string, from = 'master@m:5050') =>
  ({ kind: 'master.checkpoint', at: 0, from, message: { resources: readWords(words) } }) as const;

function detected() {
  const state = initAgent(AGENT_BOOT);
  agentMachine.step(state, { kind: 'master.detected', at: 0, pid: 'master@m:5050' });
  return state;
}

test('the resources that the leading master tells are kept on disk and in the state', () => {
  const state = detected();
  const effects = agentMachine.step(state, checkpointOf('cpus(web):1'));
  const changes = [{ entry: 'resources', value: state.checkpointed }];
  expect(effects).toEqual([{ kind: 'checkpoint', commit: 1, changes }]);
  expect(state.checkpointed).toHaveLength(1);
});

test('another master is not obeyed', () => {
  const state = detected();
  expect(agentMachine.step(state, checkpointOf('cpus(web):1', 'master@other:5050'))).toEqual([]);
  expect(state.checkpointed).toEqual([]);
});

test('reservations are made on what the machine has, and the sum stays the same', () => {
  const state = detected();
  expect(printResources(totalOf(state))).toBe('cpus:4; mem:4096');
  agentMachine.step(state, checkpointOf('cpus(web):1'));
  expect(printResources(totalOf(state))).toBe('cpus(web):1; cpus:3; mem:4096');
});

test('reservations that do not fit any more leave the machine as it is', () => {
  const state = detected();
  agentMachine.step(state, checkpointOf('cpus(web):9'));
  expect(printResources(totalOf(state))).toBe('cpus:4; mem:4096');
});
