import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';

let machine: OneMachine;
let url: string;

beforeAll(async () => {
  machine = new OneMachine();
  url = (await machine.startMaster()).http.url;
  await machine.startAgent('one', ['--resources=cpus:2;mem:512']);
});

afterAll(() => machine.stop());

const page = async <T>(path: string): Promise<T> => (await (await fetch(url + path)).json()) as T;
const post = (path: string, body: unknown) =>
  fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
const slaves = async () => (await page<{ slaves: { id: string }[] }>('/slaves')).slaves;

const MACHINE = { hostname: '127.0.0.1', ip: '127.0.0.1' };
const SCHEDULE = {
  windows: [{ machine_ids: [MACHINE], unavailability: { start: { nanoseconds: 2_000_000_000 } } }],
};

test('a framework is asked to leave a machine, which goes down with its agent and comes back', async () => {
  const scheduler = new TaskScheduler(url);
  await scheduler.subscribe();
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, 't1', 'sleep 1000', { resources: [scalar('cpus', 1)] }));
  await scheduler.states('t1', 'TASK_STARTING', 'TASK_RUNNING');

  expect((await post('/maintenance/schedule', SCHEDULE)).status).toBe(200);
  await scheduler.event('OFFERS', (event) =>
    (event.offers?.offers ?? []).some(({ unavailability }) => unavailability !== undefined),
  );
  const { inverse_offers } = await scheduler.event('INVERSE_OFFERS');
  const [asked] = inverse_offers?.inverse_offers ?? [];
  expect(asked).toMatchObject({
    agent_id: offer.agent_id,
    framework_id: { value: scheduler.frameworkId },
    unavailability: SCHEDULE.windows[0]?.unavailability,
    url: { scheme: 'http', path: '/slave(1)', address: { ip: '127.0.0.1' } },
  });
  const inverse_offer_ids = asked ? [asked.id] : [];
  const answer = { type: 'ACCEPT_INVERSE_OFFERS' as const, accept_inverse_offers: { inverse_offer_ids } };
  expect((await scheduler.call(answer)).status).toBe(202);
  await eventually('the answer in the status', async () => {
    const status = await page<{ draining_machines?: { statuses?: { status: string }[] }[] }>(
      '/maintenance/status',
    );
    return status.draining_machines?.[0]?.statuses?.[0]?.status === 'ACCEPT';
  });

  expect((await post('/machine/down', [MACHINE])).status).toBe(200);
  await scheduler.update('t1', 'TASK_LOST');
  await scheduler.event('FAILURE', ({ failure }) => failure?.agent_id?.value === offer.agent_id.value);
  await eventually('the end of the agent', () => machine.ended.length === 1);
  expect(await slaves()).toEqual([]);

  await machine.startAgent('one', ['--resources=cpus:2;mem:512']);
  await eventually('the second end of the agent', () => machine.ended.length === 2);
  expect(await page('/maintenance/status')).toEqual({ down_machines: [MACHINE] });

  expect((await post('/machine/up', [MACHINE])).status).toBe(200);
  await machine.startAgent('one', ['--resources=cpus:2;mem:512']);
  await eventually('the agent', async () => (await slaves()).length === 1);
  scheduler.stop();
});
