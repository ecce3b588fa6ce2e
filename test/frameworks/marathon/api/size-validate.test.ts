import { ID_MAX } from '../../../../frameworks/marathon/api/id-validate';
import { violationsOfPod } from '../../../../frameworks/marathon/api/pod-validate';
import { definitionFindings } from '../../../../frameworks/marathon/api/size-validate';
import { pod } from '../pods';
import { findingsOf } from './violations-of';

const BIG = 'x'.repeat(131_070);

test.each<[string, Record<string, unknown>, string, RegExp]>([
  ['very many instances', { instances: 2_000_000_000 }, '/instances', /at most 100000/],
  ['10,000 ports', { ports: Array(10_000).fill(0) }, '/portDefinitions', /at most 1000 ports, not 10000/],
  [
    '10,000 mappings',
    {
      networks: [{ mode: 'container/bridge' }],
      container: { type: 'MESOS', portMappings: Array(10_000).fill({}) },
    },
    '/container/portMappings',
    /at most 1000 ports, not 10000/,
  ],
  ['a command that is too long', { cmd: `${BIG}xx` }, '/cmd', /at most 131071 bytes, not 131072/],
  ['a command with NUL', { cmd: 'a\0b' }, '/cmd', /NUL/],
  ['an argument with NUL', { cmd: undefined, args: ['a', 'b\0'] }, '/args(1)', /NUL/],
  ['a variable that is too long', { env: { A: BIG } }, '/env/A', /at most 131071 bytes, not 131072/],
  ['a variable without a name', { env: { '': 'x' } }, '/env/', /must not be empty/],
  ['a name with =', { env: { 'A=B': 'x' } }, '/env/A=B', /must not contain =/],
  ['labels that are too large', { labels: { A: 'x'.repeat(1e6) } }, '/labels', /at most 1000000 bytes/],
])('%s is refused with its path and the reason', (_case, members, path, error) => {
  expect(findingsOf(members)).toContainEqual({ path, error: expect.stringMatching(error) as string });
});

test('an environment of 5 MB in small variables is refused as a whole', () => {
  const env = Object.fromEntries(
    Array.from({ length: 50_000 }, (_none, index) => [`A${index}`, 'x'.repeat(90)]),
  );
  expect(findingsOf({ env })).toEqual([
    { path: '/env', error: expect.stringMatching(/not 5\d{6}$/) as string },
  ]);
});

test('what just fits is taken', () => {
  const id = `/${'a'.repeat(ID_MAX - 1)}`;
  const ports = Array(1000).fill(0);
  expect(findingsOf({ id, ports, instances: 100_000, env: { AB: 'x'.repeat(131_068) } })).toEqual([]);
});

test('members that are large together are refused as a whole', () => {
  const text = 'x'.repeat(600_000);
  expect(definitionFindings({ a: text, b: text })).toEqual([
    { path: '/', error: 'must have at most 1000000 bytes, not 1200004' },
  ]);
});

test('a pod has the same limits', () => {
  const large = pod({ id: `/${'p'.repeat(300)}`, scaling: { kind: 'fixed', instances: 1_000_000 } });
  const paths = violationsOfPod(large, { features: [], validRoles: ['*'] }).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['/id', '/scaling/instances']));
});
