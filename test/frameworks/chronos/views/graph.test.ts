import { csvPieces, dotPieces, graphJsonPieces } from '../../../../frameworks/chronos/views/graph';
import { namesOf, readOf, whole } from '../view-world';
import { World } from '../world';

function three(): World {
  const world = new World();
  world.put('b', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.put('c', { parents: ['a', 'b'] });
  world.start('b');
  world.run('b');
  world.start('a');
  world.place();
  return world;
}

test('dot has numbered nodes and their edges', () => {
  const world = three();
  expect(whole(dotPieces(readOf(world), namesOf(world)))).toBe(
    [
      'digraph G {',
      '  1 [ label="a" ];',
      '  2 [ label="b" ];',
      '  3 [ label="c" ];',
      '  1 -> 3;',
      '  2 -> 3;',
      '}',
      '',
    ].join('\n'),
  );
  expect(whole(dotPieces(readOf(new World()), []))).toBe('digraph G {\n}\n');
});

test('csv has a line for each node and each link', () => {
  const world = three();
  expect(whole(csvPieces(readOf(world), namesOf(world)))).toBe(
    'node,a,fresh,1 running\nnode,b,success,idle\nnode,c,fresh,idle\nlink,a,c\nlink,b,c\n',
  );
});

test('json has nodes and edges on one line', () => {
  const world = three();
  expect(whole(graphJsonPieces(readOf(world), namesOf(world)))).toBe(
    '{"nodes":[{"name":"a","status":"fresh","state":"1 running"},{"name":"b","status":"success","state":"idle"},' +
      '{"name":"c","status":"fresh","state":"idle"}],"edges":[{"from":"a","to":"c"},{"from":"b","to":"c"}]}',
  );
});

test('a job that is gone, or not in the graph, is left out', () => {
  const world = three();
  const names = ['a', 'b', 'gone'];
  expect(whole(dotPieces(readOf(world), names))).not.toContain('->');
  expect(whole(csvPieces(readOf(world), names))).not.toContain('gone');
});

test('there are pauses where no job has children', () => {
  const world = new World();
  world.put('a', {});
  const names = Array.from({ length: 1000 }, () => 'a');
  const pieces = [...csvPieces(readOf(world), names)];
  expect(pieces.filter((piece) => piece === '')).toHaveLength(10);
});
