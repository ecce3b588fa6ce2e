import { heartbeat } from '../../../../../cluster/master/core/frameworks/heartbeat';
import { effectsOf } from '../../../../effects-of';
import { MasterScript } from '../../interpreter';

test.each<[name: string, lines: readonly string[], kinds: readonly string[]]>([
  ['nobody', [], ['wake']],
  ['each framework over HTTP', ['framework web', 'framework db'], ['event', 'event', 'wake']],
  ['no framework that is away', ['framework web failover=100', 'disconnect web'], ['wake']],
  ['no driver', ['driver old'], ['wake']],
  ['operators who follow', ['follow'], ['publish', 'wake']],
])('a heartbeat goes to %s, and comes again after 15 seconds', (_name, lines, kinds) => {
  const script = new MasterScript();
  script.play('start', ...lines);
  const effects = effectsOf(script.state, heartbeat, 1000);
  expect(effects.map(({ kind }) => kind)).toEqual(kinds);
  expect(effects.at(-1)).toEqual({ kind: 'wake', timer: 'heartbeat', at: 16_000 });
});
