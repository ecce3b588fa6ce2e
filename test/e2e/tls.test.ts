import { Certificates } from '../cluster/runtime/tls/certificates';
import { OneMachine } from './one-machine';
import { TaskScheduler, taskOn } from './task-scheduler';

const certificates = new Certificates();
const before = { ...process.env };
const machine = new OneMachine();
let scheduler: TaskScheduler | undefined;

beforeAll(() => {
  const more = { LIBPROCESS_SSL_SUPPORT_DOWNGRADE: '1', LIBPROCESS_SSL_VERIFY_SERVER_CERT: '1' };
  Object.assign(process.env, certificates.env(more));
});
afterAll(async () => {
  scheduler?.stop();
  await machine.stop();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  certificates.remove();
});

it('runs a task in a cluster whose parts verify each other, asked by somebody who speaks plain HTTP', async () => {
  const { http } = await machine.startMaster();
  expect(http.url).toMatch(/^https:/);
  const agent = await machine.startAgent();
  expect(agent.http.url).toMatch(/^https:/);
  scheduler = new TaskScheduler(`http://127.0.0.1:${http.port}`);
  await scheduler.subscribe();
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, 't', 'true'));
  await scheduler.states('t', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
});
