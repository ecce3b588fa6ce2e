import { newGraph, putJob } from '../../../../../frameworks/chronos/core/graph/graph';
import {
  type GraphNode,
  printCsv,
  printDot,
  printGraphJson,
} from '../../../../../frameworks/chronos/core/graph/graph-text';

const GRAPH = newGraph();
putJob(GRAPH, 'b', []);
putJob(GRAPH, 'a', []);
putJob(GRAPH, 'c', ['a', 'b']);

const node = (name: string): GraphNode => ({
  name,
  status: name === 'c' ? 'failure' : 'success',
  state: name === 'a' ? '1 running' : 'idle',
});

test('dot has numbered nodes and their edges', () => {
  expect(printDot(GRAPH)).toBe(
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
  expect(printDot(newGraph())).toBe('digraph G {\n}\n');
});

test('csv has a line for each node and each link', () => {
  expect(printCsv(GRAPH, node)).toBe(
    'node,a,success,1 running\nnode,b,success,idle\nnode,c,failure,idle\nlink,a,c\nlink,b,c\n',
  );
});

test('json has nodes and edges on one line', () => {
  expect(printGraphJson(GRAPH, node)).toBe(
    '{"nodes":[{"name":"a","status":"success","state":"1 running"},{"name":"b","status":"success","state":"idle"},' +
      '{"name":"c","status":"failure","state":"idle"}],"edges":[{"from":"a","to":"c"},{"from":"b","to":"c"}]}',
  );
});
