import { signJwt } from '../../../../../cluster/runtime/auth/jwt';
import { MasterAtWork } from './running';

const work = new MasterAtWork();
const credentials = work.file(
  '{"credentials": [{"principal": "ops", "secret": "pw"}, {"principal": "web", "secret": "pw"}]}',
);
const key = work.file('key');

afterEach(() => work.stop());
afterAll(() => work.end());

const subscribe = (principal?: string): object => ({
  type: 'SUBSCRIBE',
  subscribe: { framework_info: { user: 'root', name: 'test', principal } },
});

describe('a master with authentication', () => {
  const all = [
    '--authenticate_http_readonly',
    '--authenticate_http_readwrite',
    '--authenticate_http_frameworks',
    '--authenticate_frameworks',
    '--authenticate_agents',
    `--credentials=${credentials}`,
  ];

  it('asks in the realm of each path, and leaves open paths open', async () => {
    await work.start(...all);
    const realm = async (path: string, method: 'GET' | 'POST' = 'GET') =>
      (await work.ask(path, { method })).headers['www-authenticate'];
    for (const path of ['/state', '/master/state', '/slaves', '/roles', '/flags', '/metrics/snapshot']) {
      expect(await realm(path)).toBe('Basic realm="mesos-master-readonly"');
    }
    for (const path of ['/api/v1', '/teardown']) {
      expect(await realm(path, 'POST')).toBe('Basic realm="mesos-master-readwrite"');
    }
    expect(await realm('/api/v1/scheduler', 'POST')).toBe('Basic realm="mesos-master-scheduler"');
    for (const path of ['/health', '/version']) expect((await work.ask(path)).status).toBe(200);
    expect((await work.ask('/redirect')).status).toBe(307);
    expect((await work.ask('/state', {}, 'ops:pw')).status).toBe(200);
    expect((await work.ask('/state', {}, 'ops:no')).status).toBe(401);
    expect((await work.call('/api/v1', { type: 'GET_HEALTH' }, 'ops:pw')).status).toBe(200);
  });

  it('may listen on other addresses', async () => {
    expect((await work.start(...all, '--ip=0.0.0.0')).http.port).toBeGreaterThan(0);
  });

  it.each(['::1', '::', 'fd00::2'])('does not start on %s alone, which messages cannot name', async (ip) => {
    await expect(work.start(...all, `--ip=${ip}`)).rejects.toThrow(`--ip: ${ip} is an IPv6 address`);
  });

  it('refuses a framework of another principal', async () => {
    await work.start(...all);
    const refused = await work.call('/api/v1/scheduler', subscribe('web'), 'ops:pw');
    expect(refused).toMatchObject({
      status: 400,
      text:
        "Failed to validate scheduler::Call: Authenticated principal 'ops' does not match principal 'web' " +
        'set in `FrameworkInfo`',
    });
  });

  it('gives a framework the principal of its connection, and accepts its calls from that one only', async () => {
    await work.start(...all);
    const stream = await work.client.stream({
      url: `${work.url}/api/v1/scheduler`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from('web:pw').toString('base64')}`,
      },
      body: JSON.stringify(subscribe()),
    });
    const state = JSON.parse((await work.ask('/frameworks', {}, 'ops:pw')).text) as {
      frameworks: { id: string; principal: string }[];
    };
    const [framework] = state.frameworks;
    expect(framework?.principal).toBe('web');
    const revive = { type: 'REVIVE', framework_id: { value: framework?.id } };
    expect(await work.call('/api/v1/scheduler', revive, 'ops:pw')).toMatchObject({
      status: 400,
      text: "Authenticated principal 'ops' does not match principal 'web' set in `FrameworkInfo`",
    });
    stream.close();
  });

  it('accepts signed tokens, but none without a principal', async () => {
    const jwt = ['--authenticate_http_readwrite', '--http_authenticators=basic,jwt'];
    await work.start(...jwt, `--credentials=${credentials}`, `--jwt_secret_key=file://${key}`);
    const ask = async (claims: object) => {
      const authorization = `Bearer ${signJwt({ ...claims }, Buffer.from('key'))}`;
      const headers = { 'content-type': 'application/json', authorization };
      return await work.ask('/api/v1', { method: 'POST', headers, body: '{"type": "GET_HEALTH"}' });
    };
    expect((await ask({ sub: 'ann' })).status).toBe(200);
    expect(await ask({ cid: 'container' })).toMatchObject({
      status: 403,
      text: expect.stringContaining('claims, but no value string') as string,
    });
    expect((await ask({ sub: 'ann', exp: 1 })).status).toBe(401);
    const nameless = `Bearer ${signJwt({ cid: 'container' }, Buffer.from('key'))}`;
    expect((await work.ask('/flags', { headers: { authorization: nameless } })).status).toBe(200);
    await work.stop();
    await work.start(
      ...jwt,
      '--authenticate_http_readonly',
      `--credentials=${credentials}`,
      `--jwt_secret_key=file://${key}`,
    );
    expect((await work.ask('/flags', { headers: { authorization: nameless } })).status).toBe(403);
    expect((await work.ask('/api/v1', { method: 'POST' })).headers['www-authenticate']).toBe(
      'Basic realm="mesos-master-readwrite",Bearer realm="mesos-master-readwrite"',
    );
  });
});

describe('a master without full authentication', () => {
  it.each([
    [[]],
    [['--authenticate_http_readwrite', `--credentials=${credentials}`]],
    [['--authenticate_http_readonly', `--credentials=${credentials}`]],
    [['--authenticate_http_readwrite', '--authenticate_http_frameworks', `--credentials=${credentials}`]],
    [
      [
        '--authenticate_http_readwrite',
        '--authenticate_http_frameworks',
        '--authenticate_agents',
        `--credentials=${credentials}`,
      ],
    ],
  ])('with %j does not listen on other addresses', async (args) => {
    await expect(work.start(...args, '--ip=0.0.0.0')).rejects.toThrow(
      'set --authenticate_http_readwrite, --authenticate_http_frameworks, --authenticate_frameworks, ' +
        '--authenticate_agents and --credentials PATH',
    );
  });
});
