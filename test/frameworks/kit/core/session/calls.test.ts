import {
  accept,
  acknowledge,
  callDurable,
  callNow,
  decline,
  launchedTasks,
  launchOperation,
} from '../../../../../frameworks/kit/core/session/calls';
import { commit, release, save } from '../../../../../frameworks/kit/core/turn/outbox';
import { SmallFramework } from '../../framework';

const OFFER = {
  id: { value: 'O1' },
  framework_id: { value: 'F1' },
  agent_id: { value: 'S1' },
  hostname: 'h',
};
const TASK = { name: 't', task_id: { value: 't1' }, agent_id: { value: 'S1' } };
const OTHER_TASK = { ...TASK, task_id: { value: 't2' } };
const STATUS = { task_id: { value: 't1' }, state: 'TASK_RUNNING' as const };

test('a call bears the id of the framework, if it has one', () => {
  const turn = new SmallFramework();
  callNow(turn, { type: 'SUPPRESS' });
  turn.state.session.frameworkId = undefined;
  callNow(turn, { type: 'SUPPRESS' });
  expect(turn.calls()).toEqual([{ framework_id: { value: 'F1' }, type: 'SUPPRESS' }, { type: 'SUPPRESS' }]);
});

test('a durable call waits for the changes before it, any other one does not', () => {
  const turn = new SmallFramework();
  const storing = { state: turn.state, effects: [] as never[] };
  save(turn, 'a', 1);
  callDurable(turn, { type: 'ACCEPT' });
  callNow(turn, { type: 'REVIVE' });
  commit(storing);
  expect(turn.words()).toEqual(['REVIVE']);
  release(turn, 1);
  expect(turn.words()).toEqual(['ACCEPT']);
});

test('without a connection no call goes out', () => {
  const turn = new SmallFramework();
  turn.state.session.connected = false;
  callNow(turn, { type: 'REVIVE' });
  callDurable(turn, { type: 'ACCEPT' });
  expect(turn.words()).toEqual([]);
});

test('updates of agents are acknowledged, those of the master are not', () => {
  const turn = new SmallFramework();
  acknowledge(turn, STATUS);
  acknowledge(turn, { ...STATUS, agent_id: { value: 'S1' } });
  acknowledge(turn, { ...STATUS, agent_id: { value: 'S1' }, uuid: 'u' });
  expect(turn.calls().map(({ acknowledge: call }) => call)).toEqual([
    { agent_id: { value: 'S1' }, task_id: { value: 't1' }, uuid: 'u' },
  ]);
});

test('an offer is declined for a time, or tasks are launched from it', () => {
  const turn = new SmallFramework();
  decline(turn, OFFER, 5);
  const group = { executor: { executor_id: { value: 'e' } }, task_group: { tasks: [OTHER_TASK] } };
  accept(turn, OFFER, [launchOperation([TASK]), { type: 'LAUNCH_GROUP', launch_group: group }]);
  const [declined, accepted] = turn.calls();
  expect(declined?.decline).toEqual({ offer_ids: [{ value: 'O1' }], filters: { refuse_seconds: 5 } });
  expect(accepted?.accept?.operations).toEqual([
    { type: 'LAUNCH', launch: { task_infos: [TASK] } },
    { type: 'LAUNCH_GROUP', launch_group: group },
  ]);
  expect(launchedTasks(accepted ?? {})).toEqual(['t1', 't2']);
  expect(launchedTasks(declined ?? {})).toEqual([]);
});
