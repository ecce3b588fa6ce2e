import { MasterAtWork } from './running';

const work = new MasterAtWork();

beforeAll(() => work.start('--jsonp'));
afterAll(() => work.end());

const MACHINE = { hostname: 'a', ip: '10.0.0.2' };
const SCHEDULE = {
  windows: [
    {
      machine_ids: [MACHINE],
      unavailability: {
        start: { nanoseconds: 1443830400000000000n },
        duration: { nanoseconds: 3600000000000n },
      },
    },
  ],
};

/** JSON with whole 64-bit numbers. */
function print(value: unknown): string {
  const text = JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? `#${one}#` : one));
  return text.replace(/"#(\d+)#"/g, '$1');
}

const post = (path: string, value: unknown) => work.ask(path, { method: 'POST', body: print(value) });
const get = async (path: string) => (await work.ask(path)).text;

describe('the pages of maintenance', () => {
  it('take a machine from its schedule down and up again', async () => {
    expect(await get('/maintenance/schedule')).toBe('{}');
    expect(await get('/maintenance/status')).toBe('{}');
    expect(await post('/maintenance/schedule', SCHEDULE)).toMatchObject({ status: 200, text: '' });
    expect(await get('/maintenance/schedule')).toBe(print(SCHEDULE));
    expect(await get('/maintenance/status')).toBe(print({ draining_machines: [{ id: MACHINE }] }));
    expect((await post('/machine/down', [{ ...MACHINE, hostname: 'A' }])).status).toBe(200);
    expect(await get('/master/maintenance/status?jsonp=fn')).toBe(
      `fn(${print({ down_machines: [MACHINE] })})`,
    );
    expect((await post('/machine/up', [MACHINE])).status).toBe(200);
    expect(await get('/maintenance/schedule')).toBe('{}');
  });

  it('refuse bodies that cannot be read, and changes that do not fit the modes', async () => {
    expect(await post('/maintenance/schedule', { windows: [{}] })).toMatchObject({
      status: 400,
      text: expect.stringContaining('unavailability'),
    });
    expect((await work.ask('/machine/down', { method: 'POST', body: '[{' })).status).toBe(400);
    expect(await post('/machine/down', {})).toMatchObject({
      status: 400,
      text: 'Expecting a JSON array of machines',
    });
    expect(await post('/machine/down', [MACHINE])).toMatchObject({
      status: 400,
      text: `Machine '${print(MACHINE)}' is not part of a maintenance schedule`,
    });
    expect(await work.ask('/machine/up')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it('show changes by v1 calls', async () => {
    const update = { type: 'UPDATE_MAINTENANCE_SCHEDULE' };
    expect(await work.call('/api/v1', update)).toMatchObject({
      status: 400,
      text: "Failed to validate master::Call: Expecting 'update_maintenance_schedule' to be present",
    });
    const schedule = { windows: [{ machine_ids: [MACHINE], unavailability: { start: { nanoseconds: 5 } } }] };
    expect(
      await work.call('/api/v1', { ...update, update_maintenance_schedule: { schedule } }),
    ).toMatchObject({ status: 200, text: '' });
    const read = async (type: string): Promise<unknown> =>
      JSON.parse((await work.call('/api/v1', { type })).text);
    expect(await read('GET_MAINTENANCE_SCHEDULE')).toEqual({
      type: 'GET_MAINTENANCE_SCHEDULE',
      get_maintenance_schedule: { schedule },
    });
    expect(await read('GET_MAINTENANCE_STATUS')).toEqual({
      type: 'GET_MAINTENANCE_STATUS',
      get_maintenance_status: { status: { draining_machines: [{ id: MACHINE }] } },
    });
    const start_maintenance = { machines: [MACHINE] };
    expect((await work.call('/api/v1', { type: 'START_MAINTENANCE', start_maintenance })).status).toBe(200);
    expect(await get('/maintenance/status')).toBe(print({ down_machines: [MACHINE] }));
    const stop_maintenance = { machines: [MACHINE] };
    expect((await work.call('/api/v1', { type: 'STOP_MAINTENANCE', stop_maintenance })).status).toBe(200);
    expect(await get('/maintenance/status')).toBe('{}');
  });
});
