import { bookErrors } from '../../../../../cluster/master/core/state/check-books';
import type { MasterState } from '../../../../../cluster/master/core/state/state';
import { NO_RESOURCES, readResources } from '../../../../../cluster/model/resources';
import { MasterScript } from '../../interpreter';
import { readWords } from '../../operation-words';

const freeOf = (state: MasterState, words: string): void => {
  const agent = state.allocator.agents.get('M-S0');
  if (agent) agent.free = words === '' ? NO_RESOURCES : readResources(readWords(words));
};

/** Damage to the books of a master whose one agent has a task and nothing offered. */
test.each<[name: string, damage: (state: MasterState) => unknown, violation: RegExp | undefined]>([
  ['no damage', () => undefined, undefined],
  ['resources that got lost', (state) => freeOf(state, ''), /M-S0 has cpus:4; mem:4096 but cpus:1; mem:128/],
  [
    'resources given out twice',
    (state) => freeOf(state, 'cpus:4;mem:4096'),
    /but cpus:5; mem:4224 is free or given out/,
  ],
  [
    'a wrong headroom',
    ({ allocator }) => allocator.headroom.set('cpus', 1),
    /headroom: cpus is stored as 1 and is 3000/,
  ],
  [
    'a wrong use of quota',
    ({ allocator }) => allocator.use.clear(),
    /unreserved \*: cpus is stored as 0 and is 1000/,
  ],
])('%s is found', (_name, damage, violation) => {
  const script = new MasterScript();
  script.play('start', 'agent a', 'framework web', 'advance 1', 'accept web O0 t1 refuse=1000');
  damage(script.state);
  const violations = bookErrors(script.state);
  if (violation === undefined) expect(violations).toEqual([]);
  else expect(violations).toContainEqual(expect.stringMatching(violation));
});
