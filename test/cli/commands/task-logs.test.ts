import { printLog } from '../../../cli/commands/task-logs';
import { ScriptedApi } from '../scripted-api';

const api = new ScriptedApi(['/tasks', '/slaves', '/state', '/api/v1']);
let master = '';
beforeAll(async () => {
  master = await api.start();
});
afterAll(() => api.stop());

const isPage = (request: string): boolean => /^GET \/(tasks|slaves)/.test(request);

function answerWith(state: string): void {
  const task = { id: 't', name: 't', framework_id: 'F', executor_id: '', slave_id: 'A', state, statuses: [] };
  api.answers.set('GET /tasks', { tasks: [task] });
}

test('to follow a log asks the master seldom, and for this task alone', async () => {
  answerWith('TASK_RUNNING');
  const pid = `slave(1)@${master.slice('http://'.length)}`;
  api.answers.set('GET /slaves', { slaves: [{ id: 'A', hostname: 'h', pid, port: 1 }] });
  const executors = [{ id: 't', directory: '/sandbox' }];
  const frameworks = [{ id: 'F', executors, completed_executors: [] }];
  api.answers.set('GET /state', { frameworks, completed_frameworks: [] });
  api.answers.set('POST /api/v1', { read_file: { size: 0, data: '' } });
  let polls = 0;
  const terminal = {
    env: {},
    out: () => undefined,
    err: () => undefined,
    isClosed: () => {
      polls += 1;
      if (polls === 4) answerWith('TASK_FINISHED');
      return polls > 20;
    },
  };
  const plan = { stderr: false, follow: true, tail: undefined, terminal };
  await printLog({ master, credentials: undefined } as never, 't', plan);
  expect(polls).toBe(5);
  expect(api.asked.filter(isPage)).toEqual([
    'GET /tasks?limit=1000000&order=asc',
    'GET /slaves',
    'GET /tasks?framework_id=F&task_id=t',
    'GET /tasks?framework_id=F&task_id=t',
  ]);
}, 20_000);
