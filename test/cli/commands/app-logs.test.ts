import { runCli } from '../../../cli/main';
import { appView, ScriptedApi } from '../scripted-api';

const FIRST = 'web.instance-01a22e7e-969e-7c26-8427-9e38249fd11d._app.1';
const SECOND = 'web.instance-01a22e7e-969e-75d0-83dd-ea6530dc12e2._app.1';

const api = new ScriptedApi(['/v2/apps', '/v2/apps/*', '/tasks', '/slaves', '/state', '/api/v1']);
let url = '';
beforeAll(async () => {
  url = await api.start();
});
afterAll(() => api.stop());

const taskOf = (id: string) => ({ id, host: 'h', state: 'TASK_RUNNING', ports: [] });

/** The app has these tasks now, all on one agent, and each has printed this. */
function running(ids: readonly string[], printed: string): void {
  api.answers.set('GET /v2/apps/web', { app: appView('/web', { tasks: ids.map(taskOf) }) });
  const base = { name: 'web', framework_id: 'F', executor_id: '', slave_id: 'A', state: 'TASK_RUNNING' };
  api.answers.set('GET /tasks', { tasks: ids.map((id) => ({ ...base, id, statuses: [] })) });
  const pid = `slave(1)@${url.slice('http://'.length)}`;
  api.answers.set('GET /slaves', { slaves: [{ id: 'A', hostname: 'h', pid, port: 1 }] });
  const executors = [FIRST, SECOND].map((id) => ({ id, directory: '/sandbox' }));
  const frameworks = [{ id: 'F', executors, completed_executors: [] }];
  api.answers.set('GET /state', { frameworks, completed_frameworks: [] });
  const data = Buffer.from(printed).toString('base64');
  api.answers.set('POST /api/v1', { read_file: { size: printed.length, data } });
}

/** Runs the command; `polled` is called after each look for new output, and ends it with true. */
async function logs(args: readonly string[], polled: (poll: number) => boolean = () => true) {
  let [out, err, polls] = ['', '', 0];
  const terminal = {
    env: { MESETA_MASTER: url, MESETA_MARATHON: url },
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    isClosed: () => polled(++polls),
  };
  const status = await runCli(['app', 'logs', ...args], terminal);
  return { status, out, err };
}

test('the output of all tasks of an app has the task before each line', async () => {
  running([FIRST, SECOND], 'one\ntwo');
  expect(await logs(['web'])).toEqual({
    status: 0,
    out: '9e38249fd11d | one\n9e38249fd11d | two\nea6530dc12e2 | one\nea6530dc12e2 | two\n',
    err: `9e38249fd11d | is ${FIRST} on h\nea6530dc12e2 | is ${SECOND} on h\n`,
  });
  expect(await logs(['web', '--no-prefix'])).toMatchObject({ out: 'one\ntwo\none\ntwo\n', err: '' });
  expect(await logs(['web', '--task', SECOND])).toMatchObject({ out: 'one\ntwo', err: '' });
  running([], '');
  expect((await logs(['web'])).err).toContain('/web has no tasks now');
});

test('a task whose agent is not registered is told, and the others are printed', async () => {
  running([FIRST, SECOND], 'one\n');
  const { tasks } = api.answers.get('GET /tasks') as { tasks: { id: string }[] };
  api.answers.set('GET /tasks', {
    tasks: tasks.map((task) => (task.id === FIRST ? { ...task, slave_id: 'B' } : task)),
  });
  const { status, out, err } = await logs(['web']);
  expect([status, out]).toEqual([0, 'ea6530dc12e2 | one\n']);
  expect(err).toContain(`${FIRST} cannot be read: the master has no registered agent with it\n`);
});

test('an app is followed with its new tasks, until it is removed', async () => {
  running([FIRST], 'one\n');
  const { status, out, err } = await logs(['web', '-f'], (poll) => {
    if (poll === 1) running([FIRST, SECOND], 'one\n');
    if (poll === 8) running([SECOND], 'one\n');
    if (poll === 14) api.answers.delete('GET /v2/apps/web');
    return poll > 30;
  });
  expect([status, out]).toEqual([0, '9e38249fd11d | one\nea6530dc12e2 | one\n']);
  expect(err.split('\n').slice(1)).toEqual([
    `ea6530dc12e2 | is ${SECOND} on h`,
    '9e38249fd11d | has ended',
    '/web was removed',
    '',
  ]);
}, 30_000);

test('an agent that does not answer is told once, and the others go on', async () => {
  running([FIRST], 'one\n');
  api.answers.set('POST /api/v1', { status: 500, body: { message: 'no disk' } });
  const { out, err } = await logs(['web', '-f'], (poll) => {
    if (poll === 3) running([FIRST], 'one\n');
    return poll === 4;
  });
  expect(out).toBe('9e38249fd11d | one\n');
  expect(err.split('\n').slice(1)).toEqual(['9e38249fd11d | The agent on h answered 500: no disk', '']);
}, 20_000);
