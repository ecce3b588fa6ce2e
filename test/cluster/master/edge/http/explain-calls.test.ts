import { decodeProtobuf, encodeProtobuf } from '../../../../../cluster/api/protobuf';
import { MasterAtWork } from './running';

const work = new MasterAtWork();
const credentials = work.file(
  JSON.stringify({ credentials: ['ops', 'guest'].map((principal) => ({ principal, secret: 'pw' })) }),
);
const acls = {
  view_roles: [
    { principals: { values: ['ops'] }, roles: { type: 'ANY' } },
    { principals: { type: 'ANY' }, roles: { type: 'NONE' } },
  ],
};

beforeAll(() =>
  work.start(
    ...['--authenticate_http_readonly', '--authenticate_http_readwrite', '--roles=web'],
    ...[`--credentials=${credentials}`, `--acls=${JSON.stringify(acls)}`],
  ),
);
afterAll(() => work.end());

const ask = (call: object, name = 'ops') => work.call('/api/v1', call, `${name}:pw`);
const role = { type: 'EXPLAIN_ROLE', explain_role: { role: 'web', limit: 3 } };

describe('an EXPLAIN call', () => {
  it('has the answer of the page, in JSON and in protobuf', async () => {
    const page: unknown = JSON.parse((await work.ask('/explain/role/web', {}, 'ops:pw')).text);
    const { frameworks: _none, ...expected } = page as Record<string, unknown>;
    expect(JSON.parse((await ask(role)).text)).toEqual({ type: 'EXPLAIN_ROLE', explain_role: expected });
    const { body } = await work.client.request({
      url: `${work.url}/api/v1`,
      method: 'POST',
      headers: {
        'content-type': 'application/x-protobuf',
        accept: 'application/x-protobuf',
        authorization: `Basic ${Buffer.from('ops:pw').toString('base64')}`,
      },
      body: Buffer.from(
        encodeProtobuf('mesos.v1.master.Call', { type: 'EXPLAIN_ROLE', explain_role: { role: 'web' } }),
      ),
    });
    const { explain_role } = decodeProtobuf('mesos.v1.master.Response', body);
    expect(explain_role).toMatchObject({ role: 'web', weight: 1, guarantee: '{}' });
  });

  it.each([
    ['a role', { type: 'EXPLAIN_ROLE', explain_role: { role: 'x' } }, "There is no role 'x'"],
    [
      'a framework',
      { type: 'EXPLAIN_FRAMEWORK', explain_framework: { framework_id: { value: 'x' } } },
      "There is no framework 'x'",
    ],
    ['a task', { type: 'EXPLAIN_TASK', explain_task: { task_id: { value: 'x' } } }, "There is no task 'x'"],
  ])('about %s that is not there is answered 404', async (_what, call, text) => {
    expect(await ask(call)).toMatchObject({ status: 404, text });
  });

  it('finds no role that its sender may not see', async () => {
    expect(await ask(role, 'guest')).toMatchObject({ status: 404, text: "There is no role 'web'" });
  });

  it('must have its member', async () => {
    const text = "Failed to validate master::Call: Expecting 'explain_task' to be present";
    expect(await ask({ type: 'EXPLAIN_TASK' })).toMatchObject({ status: 400, text });
  });
});
