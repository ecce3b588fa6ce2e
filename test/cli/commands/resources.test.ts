import { startEmulatedAgents } from '../../../cluster/emulator/main';
import { systemClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { MasterAtWork } from '../../cluster/master/edge/http/running';
import { runAt } from './run';

const work = new MasterAtWork();
let agents: Awaited<ReturnType<typeof startEmulatedAgents>>;
let agentId = '';

interface SlavesPage {
  slaves: {
    id: string;
    reserved_resources: Record<string, { disk: number; cpus: number }>;
    reserved_resources_full: Record<string, { name: string; disk?: object }[]>;
  }[];
}

beforeAll(async () => {
  const { http } = await work.start();
  agents = await startEmulatedAgents(
    {
      master: `${http.address}:${http.port}`,
      count: 1,
      ip: '127.0.0.1',
      port: 0,
      resources: [
        { name: 'cpus', type: 'SCALAR', scalar: { value: 4 } },
        { name: 'disk', type: 'SCALAR', scalar: { value: 1000 } },
      ],
      taskMs: 0,
      taskSpreadMs: 0,
      registrationBackoffMs: 1,
    },
    { log: silentLogger, clock: systemClock() },
  );
  while (agentId === '') {
    agentId = (await slaves()).slaves[0]?.id ?? '';
    await new Promise((soon) => setTimeout(soon, 5));
  }
});

afterAll(async () => {
  await agents.stop();
  await work.end();
});

/** One agent's page is made anew each time; that of all may be a moment old when making it is slow. */
async function slaves(): Promise<SlavesPage> {
  const path = agentId === '' ? '/slaves' : `/slaves?slave_id=${agentId}`;
  return JSON.parse((await work.ask(path)).text) as SlavesPage;
}

const meseta = (...args: string[]) => runAt(work.url, args);

describe('the commands for reservations and volumes', () => {
  const volume = ['--role=db', '--size=200'];

  it('reserve, create, grow, shrink, destroy and give back', async () => {
    const steps: [string[], string, number][] = [
      [['reserve', agentId, 'cpus(db):1;disk(db):300'], 'cpus(db):1; disk(db):300 of', 300],
      [['create-volume', agentId, 'v1', ...volume], 'The volume v1 of 200 MB', 300],
      [['grow-volume', agentId, 'v1', ...volume, '--by=50'], 'grows by 50 MB', 300],
      [['shrink-volume', agentId, 'v1', '--role=db', '--size=250', '--by=50'], 'shrinks by 50 MB', 300],
      [['destroy-volume', agentId, 'v1', ...volume], 'is destroyed', 300],
      [['unreserve', agentId, 'disk(db):100'], 'is free for everybody', 200],
    ];
    for (const [args, expected, left] of steps) {
      const { status, out, err } = await meseta('operation', ...args);
      expect({ status, err, out }).toEqual({ status: 0, err: '', out: expect.stringContaining(expected) });
      expect((await slaves()).slaves[0]?.reserved_resources['db']?.disk).toBe(left);
    }
  });

  it('show what is reserved one by one, too', async () => {
    const { reserved_resources_full: full } = (await slaves()).slaves[0] ?? {};
    expect(full?.['db']?.map(({ name }) => name)).toEqual(['cpus', 'disk']);
  });

  it('say what is wrong', async () => {
    const bare = await meseta('operation', 'reserve', agentId, 'cpus:1');
    expect(bare).toMatchObject({ status: 2, err: expect.stringContaining('write cpus(ROLE):AMOUNT') });
    const much = await meseta('operation', 'reserve', agentId, 'cpus(db):100');
    expect(much.status).not.toBe(0);
    expect(much.err).toContain('does not contain cpus:100');
    const nowhere = await meseta('operation', 'reserve', 'S9', 'cpus(db):1');
    expect(nowhere.err).toContain('Agent S9 does not exist');
  });

  it('list operations and frameworks, of which there are none', async () => {
    expect((await meseta('operation', 'list')).out).toBe('There are no operations under way.\n');
    expect((await meseta('framework', 'list')).out).toBe('There are no frameworks.\n');
    expect((await meseta('framework', 'show', 'F')).err).toContain('Framework F does not exist');
  });
});

describe('the v0 forms for reservations', () => {
  const form = (path: string, fields: Record<string, string>) =>
    work.ask(path, { method: 'POST', body: new URLSearchParams(fields).toString() });
  const resources = JSON.stringify([
    {
      name: 'cpus',
      type: 'SCALAR',
      scalar: { value: 1 },
      role: 'web',
      reservation: {},
    },
  ]);

  it('reserve and give back', async () => {
    expect((await form('/reserve', { slaveId: agentId, resources })).status).toBe(202);
    expect((await slaves()).slaves[0]?.reserved_resources['web']?.cpus).toBe(1);
    expect((await form('/unreserve', { slaveId: agentId, resources })).status).toBe(202);
    expect((await slaves()).slaves[0]?.reserved_resources['web']).toBeUndefined();
  });

  it.each<[string, Record<string, string>, string]>([
    ['/reserve', { resources }, "Missing 'slaveId' query parameter in the request body"],
    ['/reserve', { slaveId: 'S' }, "Missing 'resources' query parameter in the request body"],
    ['/create-volumes', { slaveId: 'S', volumes: '{' }, "Error in parsing 'volumes' query parameter"],
    ['/destroy-volumes', { slaveId: 'S', volumes: '[]' }, 'No agent found with specified ID'],
  ])('%s answers 400 to %j', async (path, fields, expected) => {
    const { status, text } = await form(path, fields);
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(expected) });
  });
});
