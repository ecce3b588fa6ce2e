import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskInfo } from '../../cluster/api/generated/mesos';
import { Driver } from './driver';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { OneMachine } from './one-machine';

const ERROR = 'mesos.internal.FrameworkErrorMessage';
const OFFERS = 'mesos.internal.ResourceOffersMessage';
const REGISTERED = 'mesos.internal.FrameworkRegisteredMessage';

const machine = new OneMachine();
let url = '';
let pid = '';
let agentPid = '';
const drivers: Driver[] = [];

beforeAll(async () => {
  const master = await machine.startMaster([]);
  url = master.http.url;
  pid = master.pid;
  await machine.startAgent('one', ['--resources=cpus:4;mem:1024;disk:1000']);
  await eventually('the agent', async () => {
    const [agent] = (await page('/slaves', 'slaves')) as { pid: string }[];
    agentPid = agent?.pid ?? '';
    return agent;
  });
});

afterAll(async () => {
  for (const driver of drivers) await driver.die().catch(() => undefined);
  await machine.stop();
});

async function page(path: string, member: string): Promise<Record<string, unknown>[]> {
  const body = (await (await fetch(url + path)).json()) as Record<string, Record<string, unknown>[]>;
  return body[member] ?? [];
}

async function start(...args: Parameters<typeof Driver.start>): Promise<Driver> {
  const driver = await Driver.start(...args);
  drivers.push(driver);
  return driver;
}

function task(id: string, agentId: string): TaskInfo {
  const scalar = (name: string, value: number) => ({ name, type: 'SCALAR' as const, scalar: { value } });
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: agentId },
    command: { value: 'sleep 300' },
    resources: [scalar('cpus', 0.5), scalar('mem', 32)],
  };
}

describe.each(['message', 'call'] as const)('a driver that speaks by %s', (dialect) => {
  it('launches, hears, acknowledges and kills; another one takes over; its end ends the tasks', async () => {
    const info = { name: `driver-${dialect}`, failover_timeout: 60, checkpoint: true };
    const driver = await start(pid, info, dialect);
    driver.subscribe();
    await driver.message(REGISTERED);
    const { offers = [], pids } = await driver.message(OFFERS);
    expect(pids).toEqual([agentPid]);
    const agentId = offers[0]?.agent_id.value ?? '';
    driver.launch(offers[0]?.id.value ?? '', [task('t1', agentId), task('t2', agentId)]);
    const { update, pid: teller } = await driver.update('t1', 'TASK_RUNNING');
    expect(teller).toBe(agentPid);
    expect(update.slave_id?.value).toBe(agentId);
    await driver.update('t2', 'TASK_RUNNING');
    expect(await page('/frameworks', 'frameworks')).toMatchObject([
      { pid: driver.pid, connected: true, active: true },
    ]);
    driver.kill('t1');
    await driver.update('t1', 'TASK_KILLED');

    const heir = await start(pid, info, dialect);
    heir.frameworkId = driver.frameworkId;
    heir.subscribe();
    expect((await heir.message(ERROR)).message).toBe('Framework failed over');
    heir.subscribe(true);
    await heir.message(REGISTERED);
    expect((await driver.message(ERROR)).message).toBe('Framework failed over');
    heir.kill('t2');
    await heir.update('t2', 'TASK_KILLED');
    expect(driver.acknowledgements).toBeGreaterThanOrEqual(3);
    // Updates are sent until they are acknowledged: no more of them means that the agent heard it.
    const completed = async () => {
      const [framework] = await page('/frameworks', 'frameworks');
      return (framework?.['completed_tasks'] as unknown[] | undefined)?.length === 2;
    };
    await eventually('both tasks completed', completed);
    heir.unregister();
    await eventually('the end of the framework', async () => {
      return (await page('/frameworks', 'frameworks')).length === 0;
    });
  });
});

describe('a driver whose process dies', () => {
  it('is disconnected, and its framework ends after the failover timeout', async () => {
    const driver = await start(pid, { name: 'mortal', failover_timeout: 60 });
    driver.subscribe();
    await driver.message(REGISTERED);
    const { pid: place } = driver;
    await driver.die();
    await eventually('that it is disconnected', async () => {
      const [framework] = await page('/frameworks', 'frameworks');
      return framework?.['connected'] === false && framework['pid'] === place;
    });
    const scheduler = new JsonScheduler(url, { name: 'mortal', failover_timeout: 0 });
    scheduler.frameworkId = driver.frameworkId;
    await scheduler.subscribe();
    const [framework] = await page('/frameworks', 'frameworks');
    expect(framework).not.toHaveProperty('pid');
    expect(framework).toMatchObject({ connected: true });
    scheduler.stop();
    await eventually('the end', async () => (await page('/frameworks', 'frameworks')).length === 0);
  });
});

describe('a master that asks who drivers are, and limits them', () => {
  const strict = new OneMachine();
  afterAll(() => strict.stop());

  it('refuses who does not show it, believes who does, and drops what is too much', async () => {
    const credentials = join(strict.folder, 'credentials');
    const known = [{ principal: 'ann', secret: 'right' }];
    writeFileSync(credentials, JSON.stringify({ credentials: known }), { mode: 0o600 });
    const limits = { limits: [{ principal: 'ann', qps: 1, capacity: 1 }] };
    const anybody = { type: 'ANY' };
    const register_frameworks = [
      { principals: anybody, roles: { values: ['*'] } },
      { principals: anybody, roles: { type: 'NONE' } },
    ];
    const acls = { register_frameworks };
    const master = await strict.startMaster([
      `--acls=${JSON.stringify(acls)}`,
      '--authenticate_frameworks',
      `--credentials=${credentials}`,
      `--rate_limits=${JSON.stringify(limits)}`,
    ]);
    const driver = await start(master.pid, { name: 'shown' });
    driver.subscribe();
    const { message } = await driver.message(ERROR);
    expect(message).toBe(`Framework at ${driver.pid} is not authenticated`);
    expect(await driver.authenticate('ann', 'wrong')).toBe('Failed');
    const greedy = await start(master.pid, { name: 'greedy', role: 'root' });
    expect(await greedy.authenticate('ann', 'right')).toBe('Completed');
    greedy.subscribe();
    const refusal = await greedy.message(ERROR);
    expect(refusal.message).toMatch(/^Not authorized to register framework .*with roles { root }$/);
    expect(await driver.authenticate('ann', 'right')).toBe('Completed');
    driver.subscribe();
    await driver.message(REGISTERED);
    const framework_id = { value: driver.frameworkId ?? '' };
    for (let round = 0; round < 4; round++) {
      driver.send('mesos.internal.ReviveOffersMessage', { framework_id });
    }
    const dropped = await driver.message(ERROR);
    expect(dropped.message).toBe('Message mesos.internal.ReviveOffersMessage dropped: capacity(1) exceeded');
    const numbers = (await (await fetch(`${master.http.url}/metrics/snapshot`)).json()) as object;
    expect(numbers).toMatchObject({
      'frameworks/ann/messages_received': 4,
      'master/messages_authenticate': 3,
    });
    const [framework] = (
      (await (await fetch(`${master.http.url}/frameworks`)).json()) as { frameworks: object[] }
    ).frameworks;
    expect(framework).toMatchObject({ principal: 'ann', pid: driver.pid });
  });
});
