import {
  CHECKED_AGENTS_MAX,
  checkMaster,
  checkServing,
} from '../../../../../cluster/master/core/state/check-master';
import type { MasterState } from '../../../../../cluster/master/core/state/state';
import { MasterScript } from '../../interpreter';

/** Damage to the state of a master with an agent, a framework, a task and an offer. */
test.each<[name: string, damage: (state: MasterState) => unknown, violation: RegExp | undefined]>([
  ['no damage', () => undefined, undefined],
  [
    'an offer its framework does not know',
    ({ frameworks }) => frameworks.get('M-0000')?.offers.clear(),
    /not with its framework/,
  ],
  [
    'an offer its agent does not know',
    ({ agents }) => agents.get('M-S0')?.offers.clear(),
    /not with its agent/,
  ],
  ['an offer that is over', ({ offers }) => offers.clear(), /has the offer M-O1, which is over/],
  [
    'a task its framework does not know',
    ({ frameworks }) => frameworks.get('M-0000')?.tasks.clear(),
    /task t1 is not with its framework/,
  ],
  [
    'a task its agent does not know',
    ({ agents }) => agents.get('M-S0')?.tasks.clear(),
    /task t1 is not with its agent/,
  ],
  [
    'an address of nobody',
    ({ agentIdByPid }) => agentIdByPid.set('x', 'M-S9'),
    /x is not the address of M-S9/,
  ],
])('%s is found', (_name, damage, violation) => {
  const { state } = played();
  damage(state);
  const violations = checkMaster(state);
  if (violation === undefined) expect(violations).toEqual([]);
  else expect(violations).toContainEqual(expect.stringMatching(violation));
});

test('a master that serves checks a small state, and leaves a large one alone', () => {
  const { state } = played();
  state.offers.clear();
  expect(checkServing(state)).toEqual(checkMaster(state));
  const [agent] = state.agents.values();
  if (!agent) throw new Error('no agent');
  for (let number = 0; number < CHECKED_AGENTS_MAX; number++) state.agents.set(`M-X${number}`, agent);
  expect(checkServing(state)).toEqual([]);
});

function played(): MasterScript {
  const script = new MasterScript();
  script.play('start', 'agent a', 'framework web', 'advance 1', 'accept web O0 t1 refuse=0', 'advance 2');
  return script;
}
