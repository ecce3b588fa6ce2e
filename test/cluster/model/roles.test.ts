import { ancestorsOf, isStrictSubrole, roleError, topRole } from '../../../cluster/model/roles';

describe('a role', () => {
  it.each([
    'foo',
    '123',
    'foo_1',
    '*',
    'foo-bar',
    'foo..bar',
    '...',
    'foo/.bar',
    'a/b/c/d/e/f',
    'caf\u00e9\u00a0x',
  ])('may be named %j', (role) => expect(roleError(role)).toBeUndefined());

  it.each([
    ['', 'Role names cannot be the empty string'],
    ['/', "Role '/' cannot start with a slash"],
    ['foo/', "Role 'foo/' cannot end with a slash"],
    ['./a//b', "Role './a//b' cannot contain two adjacent slashes"],
    ['..', "Role '..' cannot include '..' as a component"],
    ['foo/./bar', "Role 'foo/./bar' cannot include '.' as a component"],
    ['foo/*', "Role 'foo/*' cannot include '*' as a component"],
    ['foo/-bar', "Role component '-bar' is invalid because it starts with a dash"],
    ['foo bar', "Role component 'foo bar' is invalid because it contains backspace or whitespace"],
    ['a/b\x7f', "Role component 'b\x7f' is invalid because it contains backspace or whitespace"],
  ])('may not be named %j', (role, error) => expect(roleError(role)).toBe(error));

  it('is below those whose name it goes on from a slash', () => {
    expect(isStrictSubrole('foo/bar/baz', 'foo')).toBe(true);
    for (const [role, above] of [
      ['foo', 'foo'],
      ['foobar', 'foo'],
      ['foo', 'foo/bar'],
    ] as const)
      expect(isStrictSubrole(role, above)).toBe(false);
    expect(ancestorsOf('a/b/c')).toEqual(['a/b', 'a']);
    expect([topRole('a/b/c'), topRole('a')]).toEqual(['a', 'a']);
  });
});
