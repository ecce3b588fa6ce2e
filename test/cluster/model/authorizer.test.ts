import { ACL_LISTS, type AclList, type Acls, readAcls } from '../../../cluster/model/acls';
import { isAllowed, thing } from '../../../cluster/model/authorizer';

function acls(json: object): Acls {
  const read = readAcls(json);
  if ('error' in read) throw new Error(read.error);
  return read.acls;
}

const ANY = { type: 'ANY' };
const NONE = { type: 'NONE' };
const some = (...values: string[]) => ({ values });
const ann = { value: 'ann' };
const bob = { value: 'bob' };

describe('one rule', () => {
  // Each row: the rule's principals and objects, who asks about which user, the verdict of the rule with
  // permissive true and false: equal verdicts mean that the rule decided.
  it.each([
    [ANY, ANY, ann, 'root', true, true],
    [ANY, ANY, undefined, 'root', true, true],
    [ANY, NONE, ann, 'root', false, false],
    [ANY, some('root'), ann, 'root', true, true],
    [ANY, some('root'), ann, 'guest', true, false],
    [NONE, ANY, ann, 'root', false, false],
    [NONE, ANY, undefined, 'root', false, false],
    [NONE, some('root'), ann, 'root', false, false],
    [NONE, some('root'), ann, 'guest', true, false],
    [some('ann'), ANY, ann, 'root', true, true],
    [some('ann'), ANY, bob, 'root', true, false],
    [some('ann'), ANY, undefined, 'root', true, false],
    [some('ann'), NONE, ann, 'root', false, false],
    [some('ann'), NONE, bob, 'root', true, false],
    [some('ann', 'bob'), some('root', 'guest'), bob, 'guest', true, true],
    [some('ann'), some('root'), ann, '', true, false],
  ])('with principals %j and users %j, for %j as %s', (principals, users, sender, user, open, closed) => {
    const json = { run_tasks: [{ principals, users }] };
    expect(isAllowed(acls(json), 'run_tasks', sender, thing(user))).toBe(open);
    expect(isAllowed(acls({ ...json, permissive: false }), 'run_tasks', sender, thing(user))).toBe(closed);
  });

  it.each([
    [ANY, true, true],
    [NONE, false, false],
    [some('root'), true, false],
  ])('about %j decides about anything at all', (users, open, closed) => {
    const json = { view_containers: [{ principals: ANY, users }] };
    expect(isAllowed(acls(json), 'view_containers', ann)).toBe(open);
    expect(isAllowed(acls({ ...json, permissive: false }), 'view_containers', ann)).toBe(closed);
  });
});

describe('several rules', () => {
  it('are asked in order, and the first that fits decides', () => {
    const rules = acls({
      permissive: true,
      run_tasks: [
        { principals: some('ann'), users: some('root') },
        { principals: ANY, users: some('www') },
        { principals: some('ann'), users: NONE },
        { principals: NONE, users: some('root') },
      ],
    });
    const may = (sender: { value: string }, user: string): boolean =>
      isAllowed(rules, 'run_tasks', sender, thing(user));
    expect([may(ann, 'root'), may(ann, 'www'), may(ann, 'guest')]).toEqual([true, true, false]);
    expect([may(bob, 'root'), may(bob, 'www'), may(bob, 'guest')]).toEqual([false, true, true]);
  });

  it('of one list say nothing about another', () => {
    const rules = acls({ run_tasks: [{ principals: NONE, users: ANY }] });
    expect(isAllowed(rules, 'view_tasks', ann, thing('root'))).toBe(true);
  });
});

describe('rules about roles', () => {
  const rules = acls({
    permissive: false,
    register_frameworks: [{ principals: some('ann'), roles: some('eng/%', 'ops') }],
    view_roles: [
      { principals: some('bob'), roles: some('eng/secret/%', 'eng/secret') },
      { principals: NONE, roles: some('eng/%') },
      { principals: ANY, roles: ANY },
    ],
  });

  it.each([
    [ann, 'eng/web', true],
    [ann, 'eng/web/front', true],
    [ann, 'eng', false],
    [ann, 'engineers/web', false],
    [ann, 'ops', true],
    [ann, 'ops/web', false],
    [bob, 'eng/web', false],
  ])('let %j into %s: %s', (sender, role, expected) => {
    expect(isAllowed(rules, 'register_frameworks', sender, thing(role))).toBe(expected);
  });

  it.each([
    [bob, 'eng/secret', true],
    [bob, 'eng/secret/x', true],
    [bob, 'eng/web', false],
    [ann, 'eng/secret', false],
    [ann, 'eng', true],
    [ann, 'ops', true],
  ])('show %j the role %s: %s', (sender, role, expected) => {
    expect(isAllowed(rules, 'view_roles', sender, thing(role))).toBe(expected);
  });

  it('below a role do not decide about anything at all', () => {
    const only = acls({ permissive: false, view_roles: [{ principals: ANY, roles: some('eng/%') }] });
    expect(isAllowed(only, 'view_roles', ann)).toBe(false);
  });
});

describe('who asks', () => {
  it('may do everything where there are no lists', () => {
    expect(isAllowed(undefined, 'run_tasks', undefined, thing('root'))).toBe(true);
  });

  it('without a name, but with claims, may do nothing that lists decide', () => {
    const rules = acls({ permissive: true });
    expect(isAllowed(rules, 'view_flags', { claims: { cid: 'c' } })).toBe(false);
    expect(isAllowed(rules, 'view_flags', undefined)).toBe(true);
  });
});

describe('reading lists', () => {
  it('knows every list of the original', () => {
    expect(Object.keys(ACL_LISTS)).toHaveLength(54);
    for (const [name, { objects }] of Object.entries(ACL_LISTS)) {
      const read = readAcls({ [name]: [{ principals: ANY, [objects]: NONE }] });
      expect(read).toEqual({
        acls: { permissive: true, rules: { [name]: [{ principals: ANY, objects: NONE }] } },
      });
    }
  });

  const nameless: AclList[] = [
    'view_flags',
    'access_mesos_logs',
    'set_log_level',
    'drain_agents',
    'prune_images',
  ];
  it.each(nameless)('takes only ANY or NONE in %s', (list) => {
    const { objects } = ACL_LISTS[list];
    expect(readAcls({ [list]: [{ principals: ANY, [objects]: some('x') }] })).toEqual({
      error: `${list}[0]: "${objects}" must be of type ANY or NONE`,
    });
  });

  it.each<[unknown, string]>([
    [[], 'expected a JSON object'],
    [{ permissive: 'yes' }, '"permissive" must be true or false'],
    [{ run_task: [] }, '"run_task" is not a list of rules; there are register_frameworks, '],
    [{ run_tasks: {} }, '"run_tasks" must be a list of rules'],
    [{ run_tasks: [1] }, 'run_tasks[0]: expected an object'],
    [{ run_tasks: [{ users: ANY }] }, 'run_tasks[0]: "principals" is missing'],
    [{ run_tasks: [{ principals: ANY }] }, 'run_tasks[0]: "users" is missing'],
    [{ run_tasks: [{ principals: { type: 'ALL' }, users: ANY }] }, 'must have the type ANY, NONE or SOME'],
    [{ run_tasks: [{ principals: { values: 'ann' }, users: ANY }] }, '"values", a list of texts'],
    [{ run_tasks: [{ principals: { values: [1] }, users: ANY }] }, '"values", a list of texts'],
    [{ get_endpoints: [{ principals: ANY, paths: some('/state') }] }, '"/state" is none of /containers'],
  ])('refuses %j: %s', (json, expected) => {
    expect(readAcls(json)).toEqual({ error: expect.stringContaining(expected) as string });
  });
});
