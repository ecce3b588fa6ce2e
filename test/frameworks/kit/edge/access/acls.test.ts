import { StartError } from '../../../../../cluster/runtime/lifecycle';
import { readAclsFlag } from '../../../../../frameworks/kit/edge/access/acls';
import type { Action, Resource } from '../../../../../frameworks/kit/edge/access/authorizer';

const RULES = {
  rules: [
    { principals: ['alice'], actions: ['*'], paths: ['/team'] },
    { principals: ['alice', 'bob'], actions: ['view'], kinds: ['app'], paths: ['/shared/web'] },
    { principals: ['*'], actions: ['view'], system: ['leader'] },
    { principals: ['ops'], actions: ['*'], paths: ['/'], jobs: ['*'], system: ['*'] },
    { principals: ['bob'], actions: ['view', 'update'], jobs: ['team-*', 'nightly'] },
  ],
};
const app = (path: string): Resource => ({ kind: 'app', path });
const group = (path: string): Resource => ({ kind: 'group', path });
const job = (path: string): Resource => ({ kind: 'job', path });

describe('--acls', () => {
  const authorizer = readAclsFlag(JSON.stringify(RULES));

  test.each<[name: string | undefined, action: Action, resource: Resource, allowed: boolean]>([
    ['alice', 'delete', app('/team'), true],
    ['alice', 'create', app('/team/web/in'), true],
    ['alice', 'view', group('/team'), true],
    ['alice', 'view', { kind: 'pod', path: '/team/pod' }, true],
    ['alice', 'view', app('/team2'), false],
    ['alice', 'view', app('/teams/web'), false],
    ['alice', 'view', app('/'), false],
    ['alice', 'create', app('/team/../other'), false],
    ['alice', 'create', app('/team/./web'), false],
    ['alice', 'create', app('/team//web'), false],
    ['alice', 'create', app('team/web'), false],
    ['alice', 'create', { kind: 'app' }, false],
    ['alice', 'update', app('/shared/web'), false],
    ['alice', 'view', group('/shared/web'), false],
    ['alice', 'update', { kind: 'leader' }, false],
    ['bob', 'view', app('/shared/web'), true],
    ['bob', 'view', app('/team/web'), false],
    ['bob', 'view', { kind: 'leader' }, true],
    ['bob', 'view', { kind: 'config' }, false],
    ['bob', 'update', job('team-1'), true],
    ['bob', 'update', job('nightly'), true],
    ['bob', 'update', job('nightly2'), false],
    ['bob', 'delete', job('nightly'), false],
    ['bob', 'update', job('eam-1'), false],
    ['ops', 'delete', app('/any/thing'), true],
    ['ops', 'update', { kind: 'config' }, true],
    ['ops', 'delete', job('x'), true],
    ['Alice', 'view', app('/team'), false],
    ['', 'view', app('/team'), false],
    [undefined, 'view', app('/team'), false],
    [undefined, 'view', { kind: 'leader' }, true],
    ['*', 'view', app('/team'), false],
    ['constructor', 'view', app('/team'), false],
  ])('lets %s %s %o: %s', (value, action, resource, allowed) => {
    expect(authorizer?.isAuthorized({ value }, action, resource)).toBe(allowed);
  });

  it('is not there without the flag, and allows nothing without rules', () => {
    expect(readAclsFlag(undefined)).toBeUndefined();
    expect(readAclsFlag('{"rules": []}')?.isAuthorized({ value: 'a' }, 'view', app('/'))).toBe(false);
  });

  test.each([
    ['{', '--acls is not JSON'],
    ['[]', '--acls'],
    ['{"rule": []}', 'rule'],
    ['{"rules": [{"principals": ["a"], "actions": ["view"]}]}', 'expected paths, jobs or system'],
    ['{"rules": [{"principals": [], "actions": ["view"], "paths": ["/"]}]}', 'principals'],
    ['{"rules": [{"principals": ["a"], "actions": ["read"], "paths": ["/"]}]}', 'actions'],
    [
      '{"rules": [{"principals": ["a"], "actions": ["view"], "paths": ["team"]}]}',
      'expected a path such as /team',
    ],
    ['{"rules": [{"principals": ["a"], "actions": ["view"], "paths": ["/team/"]}]}', 'rules[0].paths[0]'],
    ['{"rules": [{"principals": ["a"], "actions": ["view"], "path": ["/team"]}]}', 'path'],
    ['{"rules": [{"principals": ["a"], "actions": ["view"], "jobs": ["a*b"]}]}', '* may only be at the end'],
    ['{"rules": [{"principals": ["a"], "actions": ["view"], "jobs": ["a"], "kinds": ["app"]}]}', 'kinds'],
    ['{"rules": [{"principals": ["a"], "actions": ["view"], "system": ["all"]}]}', 'system'],
  ])('stops the start for %s', (text, reason) => {
    expect(() => readAclsFlag(text)).toThrow(StartError);
    expect(() => readAclsFlag(text)).toThrow(reason);
  });
});
