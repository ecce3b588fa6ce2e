import { connectionErrors } from '../../../../../cluster/master/core/state/check-connections';
import type { Framework, MasterState } from '../../../../../cluster/master/core/state/state';
import { MasterScript } from '../../interpreter';

type Damage = (state: MasterState, framework: Framework) => unknown;

test.each<[name: string, damage: Damage, violations: readonly string[]]>([
  ['no damage', () => undefined, []],
  [
    'a stream of nobody',
    ({ frameworkByStream }) => frameworkByStream.set('x', 'nobody'),
    ['streams of nobody'],
  ],
  ['a pid of nobody', ({ frameworkByPid }) => frameworkByPid.set('x', 'nobody'), ['pids of nobody']],
  [
    'an active framework without a stream',
    ({ frameworkByStream }, framework) => {
      frameworkByStream.clear();
      framework.stream = undefined;
    },
    ['M-0000 is active and not connected'],
  ],
  [
    'a stream that leads elsewhere',
    ({ frameworkByStream }) => frameworkByStream.set('stream-1', 'other'),
    ['M-0000: stream stream-1'],
  ],
])('%s is found', (_name, damage, violations) => {
  const script = new MasterScript();
  script.play('start', 'framework web');
  const [framework] = script.state.frameworks.values();
  if (!framework) throw new Error('no framework');
  damage(script.state, framework);
  expect(connectionErrors(script.state)).toEqual(violations);
});
