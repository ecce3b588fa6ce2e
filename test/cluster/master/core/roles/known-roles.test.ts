import { frameworksIn, knownRoles } from '../../../../../cluster/master/core/roles/known-roles';
import { BOOT } from '../../builders';
import { MasterScript } from '../../interpreter';

function play(...lines: string[]): MasterScript {
  const script = new MasterScript();
  script.play('start', ...lines);
  return script;
}

test('roles are known by their frameworks and weights, with the roles above them', () => {
  const { state } = play('framework web role=a/b/c');
  state.registry.weights.set('w/x', 2);
  expect(knownRoles(state)).toEqual(['a', 'a/b', 'a/b/c', 'w', 'w/x']);
});

test('with --roles only those are known, and the default one', () => {
  const script = new MasterScript({ ...BOOT, settings: { ...BOOT.settings, roles: ['x/y'] } });
  script.play('start', 'framework web role=x/y');
  expect(knownRoles(script.state)).toEqual(['*', 'x', 'x/y']);
});

test('a framework is in its roles', () => {
  const script = play('framework web role=a', 'framework db role=b');
  const { state } = script;
  expect(frameworksIn(state, 'a')).toEqual([script.frameworkId('web')]);
  expect(frameworksIn(state, 'nobody')).toEqual([]);
});
