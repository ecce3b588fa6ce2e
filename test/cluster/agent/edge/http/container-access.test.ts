import {
  type ContainerAction,
  type ContainerObject,
  mayAct,
} from '../../../../../cluster/agent/edge/http/container-access';
import type { Principal } from '../../../../../cluster/model/principal';
import { readAclsFlag } from '../../../../../cluster/runtime/auth/acls';

const user = (name: string) => [
  { principals: { values: ['ops'] }, users: { values: [name] } },
  { principals: { type: 'ANY' }, users: { type: 'NONE' } },
];
const ops = [
  { principals: { values: ['ops'] }, users: { type: 'ANY' } },
  { principals: { type: 'ANY' }, users: { type: 'NONE' } },
];
const acls = readAclsFlag(
  JSON.stringify({
    permissive: false,
    launch_nested_containers_as_user: user('bob'),
    launch_nested_containers_under_parent_with_user: user('alice'),
    launch_nested_container_sessions_as_user: ops,
    launch_nested_container_sessions_under_parent_with_user: user('alice'),
    wait_nested_containers: user('alice'),
    kill_nested_containers: user('n'),
    attach_containers_input: user('alice'),
    launch_standalone_containers: ops,
  }),
);

const nested: ContainerObject = { root: 'c', value: 'n', isNested: true, executorUser: 'alice' };
const ofNobody = { ...nested, executorUser: undefined };
const alone: ContainerObject = { root: 'c', value: 'c', isNested: false, executorUser: undefined };
const executor: Principal = { claims: { fid: 'f', eid: 'e', cid: 'c' } };
const named = { value: 'ops' };

test.each<[string, Principal, ContainerAction, ContainerObject, boolean]>([
  [
    'as the user of the list, in a container of the other one',
    named,
    'launch',
    { ...nested, commandUser: 'bob' },
    true,
  ],
  ['as another user', named, 'launch', { ...nested, commandUser: 'root' }, false],
  ['as whoever, where a user is named', named, 'launch', nested, false],
  ['in a container of another user', named, 'session', { ...nested, executorUser: 'root' }, false],
  ['a session of any user', named, 'session', { ...nested, commandUser: 'root' }, true],
  ['another principal', { value: 'dev' }, 'wait', nested, false],
  ['the user of the executor', named, 'wait', nested, true],
  ['a container of no executor, by its id', named, 'kill', ofNobody, true],
  ['a container of no executor, by another id', named, 'wait', ofNobody, false],
  ['input', named, 'input', nested, true],
  ['output, without a list', named, 'output', nested, false],
  ['standalone', named, 'launch', alone, true],
  ['standalone, without a list', named, 'kill', alone, false],
  ['an executor, in its container', executor, 'session', nested, true],
  ['an executor, its output', executor, 'output', nested, true],
  ['an executor, its input', executor, 'input', nested, false],
  ["an executor, in another's container", executor, 'launch', { ...nested, root: 'x' }, false],
  ['an executor, standalone', executor, 'launch', alone, false],
  ['a resource provider, by its prefix', { claims: { cid_prefix: 'c' } }, 'launch', alone, true],
  ['a resource provider, without its prefix', { claims: { cid_prefix: 'x' } }, 'kill', alone, false],
])('%s', (_name, sender, action, object, isAllowed) => {
  expect(mayAct(acls, sender, action, object)).toBe(isAllowed);
});

test('operators may do everything without a list, and executors what they may with one', () => {
  expect(mayAct(undefined, undefined, 'kill', alone)).toBe(true);
  expect(mayAct(undefined, named, 'kill', alone)).toBe(true);
  expect(mayAct(undefined, executor, 'kill', nested)).toBe(true);
  expect(mayAct(undefined, executor, 'kill', { ...nested, root: 'x' })).toBe(false);
  expect(mayAct(undefined, executor, 'kill', alone)).toBe(false);
  expect(mayAct(undefined, executor, 'input', nested)).toBe(false);
});
