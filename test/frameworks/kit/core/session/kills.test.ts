import {
  forgetKill,
  killOnce,
  repeatKills,
  requestKill,
  retryKills,
} from '../../../../../frameworks/kit/core/session/kills';
import { SmallFramework } from '../../framework';

function killed(turn: SmallFramework): (string | undefined)[] {
  return turn.calls().map(({ kill }) => kill?.task_id.value);
}

test('two kills are in flight at most, and the next follows the end of one', () => {
  const turn = new SmallFramework();
  for (const id of ['a', 'b', 'c']) requestKill(turn, id, { taskId: `t-${id}` });
  expect(killed(turn)).toEqual(['t-a', 't-b']);
  forgetKill(turn, 'a');
  expect(killed(turn)).toEqual(['t-c']);
});

test('a kill is repeated until it is forgotten', () => {
  const turn = new SmallFramework();
  requestKill(turn, 'a', { taskId: 't' });
  expect(turn.words()).toEqual(['KILL', 'kill-retry at 30000']);
  turn.now = 29_999;
  retryKills(turn);
  expect(turn.words()).toEqual(['kill-retry at 30000']);
  turn.now = 30_000;
  retryKills(turn);
  expect(turn.words()).toEqual(['KILL', 'kill-retry at 60000']);
  forgetKill(turn, 'a');
  retryKills(turn);
  expect(turn.words()).toEqual([]);
});

test('a second kill of one owner changes nothing', () => {
  const turn = new SmallFramework();
  requestKill(turn, 'a', { taskId: 't' });
  requestKill(turn, 'a', { taskId: 't' });
  expect(killed(turn)).toEqual(['t']);
});

test('all kills go out again after a subscription', () => {
  const turn = new SmallFramework();
  turn.state.session.connected = false;
  requestKill(turn, 'a', { taskId: 't' });
  expect(killed(turn)).toEqual([]);
  turn.state.session.connected = true;
  repeatKills(turn);
  expect(killed(turn)).toEqual(['t']);
});

test('a kill names the agent and the grace period, where it has them', () => {
  const turn = new SmallFramework();
  requestKill(turn, 'a', { taskId: 't', agentId: 'S1', graceSeconds: 3 });
  killOnce(turn, { taskId: 'unknown' });
  expect(turn.calls().map(({ kill }) => kill)).toEqual([
    {
      task_id: { value: 't' },
      agent_id: { value: 'S1' },
      kill_policy: { grace_period: { nanoseconds: 3e9 } },
    },
    { task_id: { value: 'unknown' } },
  ]);
});

test('many kills go out by the limit, in the order in which they were asked for', () => {
  const turn = new SmallFramework();
  for (let task = 0; task < 20_000; task++) requestKill(turn, `o${task}`, { taskId: `t${task}` });
  for (let task = 0; task < 20_000; task++) forgetKill(turn, `o${task}`);
  expect(killed(turn)).toEqual(Array.from({ length: 20_000 }, (_, task) => `t${task}`));
});
