import { MasterAtWork } from './running';

const work = new MasterAtWork();

afterAll(() => work.end());

async function metric(name: string): Promise<number | undefined> {
  const { text } = await work.ask('/metrics/snapshot');
  const metrics = JSON.parse(text) as Record<string, number>;
  return metrics[`master/${name}`];
}

async function call(body: object): Promise<string> {
  const { status, text } = await work.call('/api/v1/scheduler', body);
  return `${status} ${text}`;
}

test('a call with a wrong form is refused, and counted if there is a metric for it', async () => {
  await work.start();
  const framework_id = { value: 'web' };
  const acknowledge = { agent_id: { value: 'S0' }, task_id: { value: 't1' }, uuid: 'Ym9ndXM=' };
  const wrong = 'Failed to validate scheduler::Call:';
  expect(await call({ type: 'ACKNOWLEDGE', framework_id, acknowledge })).toBe(
    `400 ${wrong} Not a valid UUID`,
  );
  expect(await call({ type: 'MESSAGE', framework_id })).toBe(
    `400 ${wrong} Expecting 'message' to be present`,
  );
  expect(await call({ type: 'KILL', framework_id })).toBe(`400 ${wrong} Expecting 'kill' to be present`);
  expect(await metric('invalid_status_update_acknowledgements')).toBe(1);
  expect(await metric('invalid_framework_to_executor_messages')).toBe(1);
});
