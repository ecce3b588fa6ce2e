import { settle } from '../../../../../cluster/agent/core/checkpoint/commits';
import { keep } from '../../../../../cluster/agent/core/checkpoint/keep';
import type { AgentEffect } from '../../../../../cluster/agent/core/state/effects';
import { initAgent } from '../../../../../cluster/agent/core/state/state';
import { agentMachine } from '../../../../../cluster/agent/core/step';
import { AGENT_BOOT, AgentScript } from '../../interpreter';

const NOTE: AgentEffect = { kind: 'note', level: 'info', text: 'a note' };
const close = (stream: string): AgentEffect => ({ kind: 'close', stream, reason: '' });
const PONG: AgentEffect = {
  kind: 'send',
  to: 'm',
  name: 'mesos.internal.PongSlaveMessage',
  message: {},
};

/** The kinds of effects that leave at the end of a step; `changes` says whether it changes what is kept. */
function machine() {
  const state = initAgent(AGENT_BOOT);
  return {
    state,
    step: (effects: AgentEffect[], changes = false): AgentEffect[] => {
      if (changes) keep(state, { entry: 'drain', value: {} });
      settle({ state, now: 0, effects });
      return effects;
    },
    finish: (commit: number): AgentEffect[] =>
      agentMachine.step(state, { kind: 'checkpointed', at: 0, commit }),
    fail: (commit: number): AgentEffect[] =>
      agentMachine.step(state, { kind: 'checkpoint.failed', at: 0, commit, reason: 'EIO' }),
  };
}

const CHANGES = [{ entry: 'drain', value: {} }];

test('a step that changes nothing announces at once', () => {
  const { step } = machine();
  expect(step([close('a'), NOTE])).toEqual([close('a'), NOTE]);
});

test('what announces a change leaves when the change is on disk', () => {
  const { step, finish } = machine();
  expect(step([close('a'), NOTE], true)).toEqual([NOTE, { kind: 'checkpoint', commit: 1, changes: CHANGES }]);
  expect(finish(1)).toEqual([close('a')]);
});

test('later steps queue behind, and their changes share the next commit', () => {
  const { step, finish } = machine();
  step([close('a')], true);
  expect(step([close('b'), PONG])).toEqual([PONG]);
  expect(step([close('c')], true)).toEqual([]);
  expect(step([close('d')], true)).toEqual([]);
  expect(finish(1)).toEqual([close('a'), close('b'), { kind: 'checkpoint', commit: 2, changes: CHANGES }]);
  expect(finish(2)).toEqual([close('c'), close('d')]);
});

test('after a commit that failed the agent ends, and announces nothing any more', () => {
  const { step, fail } = machine();
  step([close('a')], true);
  expect(fail(1)).toEqual([
    expect.objectContaining({ kind: 'note', level: 'error' }),
    { kind: 'abort', reason: 'the checkpoint could not be written: EIO' },
  ]);
  expect(fail(1)).toEqual([]);
  expect(step([close('b'), NOTE], true)).toEqual([NOTE]);
});

test('a commit that is not under way is a broken assumption', () => {
  expect(() => machine().finish(1)).toThrow('commit 1 is not under way');
});

test('a launch waits until its task is on disk', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered');
  expect(script.play('disk holds', 'run web t1 checkpoint=1')).toEqual([
    'checkpoint framework web, executor t1, task t1',
  ]);
  expect(script.play('disk goes')).toEqual([expect.stringMatching(/^launch t1/)]);
});
