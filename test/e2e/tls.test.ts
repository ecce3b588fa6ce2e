import { Certificates } from '../cluster/runtime/tls/certificates';
import { JsonScheduler } from './json-scheduler';
import { OneMachine } from './one-machine';

jest.setTimeout(60_000);

const certificates = new Certificates();
const before = { ...process.env };
const machine = new OneMachine();
let scheduler: JsonScheduler | undefined;

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
  scheduler = new JsonScheduler(`http://127.0.0.1:${http.port}`);
  await scheduler.subscribe();
  const { offers } = await scheduler.event('OFFERS');
  const [offer] = offers?.offers ?? [];
  if (!offer) throw new Error('an empty offer');
  const resources = [
    { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 } },
    { name: 'mem', type: 'SCALAR', scalar: { value: 32 } },
  ] as const;
  const task = {
    name: 't',
    task_id: { value: 't' },
    agent_id: offer.agent_id,
    command: { value: 'true' },
    resources,
  };
  const operations = [{ type: 'LAUNCH', launch: { task_infos: [task] } }] as const;
  await scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations } });
  for (const state of ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']) await scheduler.update('t', state);
});
