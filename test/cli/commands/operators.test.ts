import { startEmulatedAgents } from '../../../cluster/emulator/main';
import { systemClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { MasterAtWork } from '../../cluster/master/edge/http/running';
import { runAt } from './run';

const work = new MasterAtWork();
let agents: Awaited<ReturnType<typeof startEmulatedAgents>>;

beforeAll(async () => {
  const { http } = await work.start();
  const resources = [{ name: 'cpus', type: 'SCALAR' as const, scalar: { value: 4 } }];
  agents = await startEmulatedAgents(
    {
      master: `${http.address}:${http.port}`,
      count: 1,
      ip: '127.0.0.1',
      port: 0,
      resources,
      taskMs: 0,
      taskSpreadMs: 0,
      registrationBackoffMs: 1,
    },
    { log: silentLogger, clock: systemClock() },
  );
  await until(async () => (await agentIds()).length === 1);
});

afterAll(async () => {
  await agents.stop();
  await work.end();
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((soon) => setTimeout(soon, 5));
}

async function agentIds(): Promise<string[]> {
  const { slaves } = JSON.parse((await work.ask('/slaves')).text) as { slaves: { id: string }[] };
  return slaves.map(({ id }) => id);
}

const meseta = (...args: string[]) => runAt(work.url, args);

describe('the commands for agents', () => {
  it('list and show them', async () => {
    const [id = ''] = await agentIds();
    const listed = await meseta('agent', 'list');
    expect(listed.out).toMatch(/^ID +HOSTNAME +ADDRESS +STATE/);
    expect(listed.out).toContain(id);
    const shown = await meseta('agent', 'show', id);
    expect(shown.out).toMatch(/state +active\n/);
    expect(shown.out).toMatch(/cpus +4 +0 +0/);
    expect(JSON.parse((await meseta('agent', 'show', id, '--json')).out)).toMatchObject({ id, tasks: [] });
    expect(await meseta('agent', 'show', 'nobody')).toEqual({
      status: 1,
      out: '',
      err: "meseta: Agent nobody does not exist. 'meseta agent list' lists them.\n",
    });
  });

  it('take one out and bring it back', async () => {
    const [id = ''] = await agentIds();
    expect((await meseta('agent', 'deactivate', id)).status).toBe(0);
    expect((await meseta('agent', 'list')).out).toMatch(/ deactivated /);
    expect((await meseta('agent', 'reactivate', id)).out).toBe(`${id} is offered again\n`);
    expect((await meseta('agent', 'reactivate', id)).err).toContain('answered 400: Agent is not deactivated');
    const drained = await meseta('agent', 'drain', id, '--grace=5secs', '--wait');
    expect(drained.out).toContain(`${id} is drained\n`);
    expect((await meseta('agent', 'show', id)).out).toMatch(/drain +since .*, at most 5 s for each task\n/);
    expect((await meseta('agent', 'reactivate', id)).status).toBe(0);
  });
});

describe('the commands for maintenance', () => {
  it('plan a machine, take it down and up', async () => {
    expect((await meseta('maintenance', 'show')).out).toBe('No maintenance is planned.\n');
    expect((await meseta('maintenance', 'status')).out).toBe('No machine is under maintenance.\n');
    const [id = ''] = await agentIds();
    const start = '--start=2030-01-31T18:00:00Z';
    const planned = await meseta('maintenance', 'schedule', id, start, '--duration=2hrs');
    expect(planned).toMatchObject({ status: 0, err: '' });
    expect(planned.out).toMatch(/emulated-1 +127\.0\.0\.1 +draining +2030-01-31T18:00:00\.000Z +2hrs\n/);
    await meseta('maintenance', 'schedule', 'db1@10.0.0.7', '--start=+1hrs');
    const shown = await meseta('maintenance', 'show');
    expect(shown.out).toMatch(/db1 +10\.0\.0\.7 +draining .* until further notice\n/);
    expect(JSON.parse((await meseta('maintenance', 'show', '--json')).out)).toMatchObject({
      windows: [{ machine_ids: [{ ip: '127.0.0.1' }] }, { machine_ids: [{ hostname: 'db1' }] }],
    });
    expect((await meseta('agent', 'drain', id)).err).toContain('is part of a maintenance schedule');
    expect((await meseta('maintenance', 'down', 'db1')).out).toBe(
      'db1@10.0.0.7 is down: its agent is told to end\n',
    );
    expect((await meseta('maintenance', 'status')).out).toMatch(/db1 +10\.0\.0\.7 +down\n/);
    expect((await meseta('maintenance', 'up', 'DB1')).out).toBe(
      'db1@10.0.0.7 is up: agents may register from it\n',
    );
    const cleared = await meseta('maintenance', 'schedule', id, '--remove');
    expect(cleared.out).toBe('No maintenance is planned.\n');
  });

  it('replace the whole schedule from a file', async () => {
    const nanoseconds = '1443830400000000001';
    const text = `{"windows":[{"machine_ids":[{"hostname":"a","ip":"10.0.0.2"}],"unavailability":{"start":{"nanoseconds":${nanoseconds}}}}]}`;
    expect((await meseta('maintenance', 'schedule', `--file=${work.file(text)}`)).status).toBe(0);
    expect((await meseta('maintenance', 'show', '--json')).out).toBe(`${text}\n`);
    expect((await meseta('maintenance', 'schedule', `--file=${work.file('{}')}`)).out).toBe(
      'No maintenance is planned.\n',
    );
    const broken = await meseta('maintenance', 'schedule', `--file=${work.file('{"windows":[{}]}')}`);
    expect(broken.err).toContain('is not a schedule: ');
  });

  it('say what is wrong and what to do', async () => {
    expect(await meseta('maintenance', 'down', 'nowhere')).toMatchObject({
      status: 1,
      err: 'meseta: No agent is on a machine "nowhere". Name one that has none as HOSTNAME@IP.\n',
    });
    expect((await meseta('maintenance', 'down', 'a@10.0.0.2')).err).toContain(
      'is not part of a maintenance schedule',
    );
    expect(await meseta('maintenance', 'schedule')).toMatchObject({ status: 2 });
    expect((await meseta('maintenance', 'schedule', 'a@10.0.0.2', '--start=soon')).err).toContain(
      '--start: "soon" is not a time. Write now, +2hrs or 2030-01-31T18:00:00Z.',
    );
    expect((await meseta('maintenance', 'down')).status).toBe(2);
  });
});
