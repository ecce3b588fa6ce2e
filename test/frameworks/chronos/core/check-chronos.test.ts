import { checkChronos } from '../../../../frameworks/chronos/core/check-chronos';
import { World } from '../world';

test('a state that is right has no violations, and broken indexes are seen', () => {
  const world = new World();
  world.put('a', { schedule: 'R//PT1H' });
  world.place();
  expect(checkChronos(world.state)).toEqual([]);
  world.state.tasks.clear();
  world.state.runs.set('r9', 'a');
  world.state.ready.add('r8');
  world.state.graph.parents.delete('a');
  expect(checkChronos(world.state)).toEqual([
    'a is neither in the graph nor quarantined',
    expect.stringMatching(/^ct:.* is in no index$/),
    'the run r9 of a is not active',
    'r8 waits for an offer and is not active',
  ]);
});
