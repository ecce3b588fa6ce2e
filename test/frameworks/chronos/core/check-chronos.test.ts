import { checkChronos } from '../../../../frameworks/chronos/core/check-chronos';
import { MasterWorld } from '../master-world';
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

test('a run that waits and is in no heap is seen, and so is one in the heap of another shape', () => {
  const world = new MasterWorld().subscribe();
  world.put('a', { schedule: 'R1//PT1H' });
  const { waiting } = world.state.mesos ?? {};
  expect(checkChronos(world.state)).toEqual([]);
  waiting?.runsByShape.clear();
  waiting?.shapeByRun.set('a:1', 'another');
  expect(checkChronos(world.state)).toEqual([
    'a:1 does not wait, or is in no heap',
    'a:1 waits in the wrong shape',
  ]);
});
