import { MasterAtWork } from './running';

const work = new MasterAtWork();

beforeAll(async () => {
  const whitelist = work.file('a\n b \n');
  await work.start(`--whitelist=${whitelist}`, '--min_allocatable_resources=cpus:1|mem:10;disk:1');
});
afterAll(() => work.end());

const scalar = (name: string, value: number): object => ({ name, type: 'SCALAR', scalar: { value } });
const post = (path: string, value: unknown) =>
  work.ask(path, {
    method: 'POST',
    body: JSON.stringify(value),
    headers: { 'content-type': 'application/json' },
  });

describe('the pages of quotas', () => {
  it('set a quota, show it in both forms, and remove it', async () => {
    const wanted = { role: 'web', guarantee: [scalar('cpus', 1.5)] };
    expect(await post('/quota', wanted)).toMatchObject({
      status: 409,
      text: expect.stringContaining('overcommit'),
    });
    expect(await post('/quota', { ...wanted, force: true })).toMatchObject({ status: 200, text: '' });
    expect(await post('/quota', wanted)).toMatchObject({
      status: 400,
      text: expect.stringContaining('already has quota'),
    });
    const { text } = await work.ask('/quota');
    expect(JSON.parse(text)).toEqual({
      infos: [
        { role: 'web', guarantee: [expect.objectContaining({ name: 'cpus', scalar: { value: 1.5 } })] },
      ],
      configs: [{ role: 'web', guarantees: { cpus: { value: 1.5 } }, limits: { cpus: { value: 1.5 } } }],
    });
    const roles = JSON.parse((await work.ask('/roles')).text) as {
      roles: { name: string; quota: unknown }[];
    };
    expect(roles.roles.find(({ name }) => name === 'web')?.quota).toEqual({
      role: 'web',
      guarantee: { cpus: 1.5 },
      limit: { cpus: 1.5 },
      consumed: {},
    });
    const metrics = JSON.parse((await work.ask('/metrics/snapshot')).text) as Record<string, number>;
    expect(metrics['allocator/mesos/quota/roles/web/resources/cpus/guarantee']).toBe(1.5);
    expect((await work.ask('/quota/web', { method: 'DELETE' })).status).toBe(200);
    expect((await work.ask('/quota/web', { method: 'DELETE' })).text).toBe(
      "Failed to remove quota for path '/master/quota/web': Role 'web' has no quota set",
    );
  });

  it('show quotas of v1 calls', async () => {
    const quota_configs = [{ role: 'db', limits: { mem: { value: 64 } } }];
    const update = { type: 'UPDATE_QUOTA', update_quota: { quota_configs } };
    expect(await post('/api/v1', update)).toMatchObject({ status: 200, text: '' });
    expect(JSON.parse((await post('/api/v1', { type: 'GET_QUOTA' })).text)).toEqual({
      type: 'GET_QUOTA',
      get_quota: { status: { infos: [{ role: 'db' }], configs: quota_configs } },
    });
    const bad = [{ role: 'db', limits: { mem: { value: -1 } } }];
    expect(await post('/api/v1', { ...update, update_quota: { quota_configs: bad } })).toMatchObject({
      status: 400,
      text: "Invalid QuotaConfig: Invalid limit configuration {'mem': -1}: Negative values not supported",
    });
  });

  it('show a limit of zero, but no guarantee of zero', async () => {
    const quota_configs = [
      { role: 'none', guarantees: { cpus: { value: 0 } }, limits: { cpus: { value: 0 }, mem: { value: 5 } } },
    ];
    await post('/api/v1', { type: 'UPDATE_QUOTA', update_quota: { quota_configs } });
    const { roles } = JSON.parse((await work.ask('/roles')).text) as { roles: { name: string }[] };
    expect(roles.find(({ name }) => name === 'none')).toMatchObject({
      quota: { role: 'none', guarantee: {}, limit: { cpus: 0, mem: 5 }, consumed: {} },
    });
    const { configs } = JSON.parse((await work.ask('/quota')).text) as { configs: { role: string }[] };
    expect(configs.find(({ role }) => role === 'none')).toEqual({
      role: 'none',
      limits: { cpus: { value: 0 }, mem: { value: 5 } },
    });
  });

  it('refuse bodies that cannot be read', async () => {
    expect(await work.ask('/quota', { method: 'POST', body: '{' })).toMatchObject({
      status: 400,
      text: expect.stringContaining("Failed to parse set quota request JSON '{': "),
    });
    expect((await post('/quota', { role: 7 })).text).toContain('Failed to validate set quota request JSON');
    const noValue = { role: 'web', guarantee: [{ name: 'cpus', type: 'SCALAR' }] };
    expect(await post('/quota', noValue)).toMatchObject({
      status: 400,
      text: expect.stringMatching(
        /^Failed to validate .*: QuotaInfo with invalid resource: .* scalar resource$/,
      ),
    });
  });
});

describe('offer constraints over HTTP', () => {
  const subscribe = (regex: string): object => ({
    type: 'SUBSCRIBE',
    subscribe: {
      framework_info: { user: 'u', name: 'picky' },
      offer_constraints: {
        role_constraints: {
          '*': {
            groups: [
              {
                attribute_constraints: [
                  { selector: { attribute_name: 'rack' }, predicate: { text_matches: { regex } } },
                ],
              },
            ],
          },
        },
      },
    },
  });

  it('are refused on the stream when a pattern is not valid', async () => {
    const { text } = await post('/api/v1/scheduler', subscribe('(a'));
    expect(text).toContain(
      "Offer constraints are not valid: A role * has an invalid 'AttributeConstraint': " +
        "Failed to construct regex from pattern '(a': missing ): (a",
    );
  });

  it('are shown in the state and on the page for debugging', async () => {
    const controller = new AbortController();
    const stream = fetch(`${work.url}/api/v1/scheduler`, {
      method: 'POST',
      body: JSON.stringify(subscribe('r[0-9]+')),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      signal: controller.signal,
    });
    await stream;
    const state = JSON.parse((await work.ask('/state')).text) as {
      frameworks: { id: string; offer_constraints: unknown }[];
    };
    const [framework] = state.frameworks;
    expect(framework?.offer_constraints).toMatchObject({ role_constraints: { '*': { groups: [{}] } } });
    const debug = JSON.parse((await work.ask('/allocator/offer_constraints_debug')).text) as object;
    expect(debug).toEqual({
      frameworks: {
        [framework?.id ?? '']: { suppressed_roles: [], excluded_by_attribute_constraints: { '*': [] } },
      },
    });
    const explained = JSON.parse((await work.ask(`/explain/framework/${framework?.id}`)).text) as object;
    expect(explained).toMatchObject({
      name: 'picky',
      reasons: ['no agents'],
      roles: [{ role: '*', counts: {} }],
    });
    controller.abort();
  });
});
