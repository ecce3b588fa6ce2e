/** What all answers have in common: headers, access, compression and limits. */

import { RestWorld } from '../../rest-world';

const opened: RestWorld[] = [];

async function open(...access: Parameters<typeof RestWorld.open>): Promise<RestWorld> {
  const rest = await RestWorld.open(...access);
  opened.push(rest);
  return rest;
}

afterAll(() => Promise.all(opened.map((rest) => rest.close())));

const DAILY = { schedule: 'R/2027-01-01T00:00:00Z/P1D' };

test('every answer may be read by any origin and kept by nobody', async () => {
  const rest = await open();
  for (const path of [
    '/ping',
    '/v1/scheduler/jobs',
    '/v1/scheduler/job/x',
    '/nothing',
    '/scheduler/graph/dot',
  ]) {
    const { headers } = await rest.send('GET', path);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cache-control')).toBe('must-revalidate,no-cache,no-store');
  }
});

test('credentials guard every path, ping too', async () => {
  const rest = await open({ credentials: { user: 'u', password: 'p' } });
  for (const path of ['/ping', '/scheduler/jobs', '/metrics']) {
    const { status, headers } = await rest.send('GET', path);
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Mesosphere"']);
    const authorization = `Basic ${Buffer.from('u:p').toString('base64')}`;
    expect((await rest.send('GET', path, undefined, { authorization })).status).toBe(200);
  }
});

test('pages of other origins are refused, and change nothing', async () => {
  const rest = await open();
  const body = JSON.stringify({ name: 'a', ...DAILY });
  const origin = await rest.send('POST', '/v1/scheduler/iso8601', body, { origin: 'http://evil.example' });
  expect(origin.status).toBe(403);
  const site = await rest.send('PUT', '/v1/scheduler/task/ct:1:0:a:', body, {
    'sec-fetch-site': 'cross-site',
  });
  expect(site.status).toBe(403);
  const form = await rest.send('POST', '/v1/scheduler/iso8601', body, { 'content-type': 'text/plain' });
  expect([form.status, JSON.parse(form.text)]).toEqual([
    415,
    { message: 'The body must be application/json, not text/plain', status: 'Unsupported Media Type' },
  ]);
  expect(rest.world.state.jobs.size).toBe(0);
});

test('a body that is too large is refused in the form of other errors', async () => {
  const rest = await open();
  const { status, text } = await rest.send('POST', '/v1/scheduler/iso8601', 'x'.repeat(17 * 1024 * 1024));
  expect([status, JSON.parse(text)]).toMatchObject([413, { status: 'Payload Too Large' }]);
});

test('a long list is one line, whole or compressed, and has the headers of its form', async () => {
  const rest = await open();
  rest.world.put('a', { ...DAILY, description: 'long '.repeat(100) });
  for (let number = 1; number < 2000; number++) {
    const entry = rest.world.entry('a');
    const { record } = entry;
    const job = { ...record.job, name: `job-${number}` };
    rest.world.state.jobs.set(job.name, { ...entry, record: { ...record, job } });
  }
  for (const encoding of ['gzip', 'identity']) {
    const { headers, text } = await rest.send('GET', '/v1/scheduler/jobs', undefined, {
      'accept-encoding': encoding,
    });
    expect(headers.get('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : null);
    expect(text).not.toContain('\n');
    expect((JSON.parse(text) as unknown[]).length).toBe(2000);
  }
  const head = await rest.send('HEAD', '/v1/scheduler/jobs');
  expect([head.status, head.text]).toEqual([200, '']);
});

test('metrics have the timers of the original, and Prometheus the numbers of jobs', async () => {
  const rest = await open();
  rest.world.put('a', { ...DAILY, disabled: true });
  await rest.send('GET', '/v1/scheduler/jobs');
  const metrics = JSON.parse((await rest.send('GET', '/metrics?pretty=true')).text) as object;
  expect(metrics).toMatchObject({
    version: '3.0.0',
    gauges: { 'org.apache.mesos.chronos.scheduler.jobs.TaskManager.queueSize': { value: 0 } },
    counters: {
      'org.apache.mesos.chronos.scheduler.mesos.MesosOfferReviver.reviveOffersCount': { count: 3 },
    },
    timers: { 'org.apache.mesos.chronos.scheduler.api.JobManagementResource.list': { count: 1 } },
  });
  const { text, headers } = await rest.send('GET', '/metrics/prometheus');
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text).toContain('chronos_jobs 1\n');
  expect(text).toContain('chronos_jobs_disabled 1\n');
  expect(text).toContain('chronos_queue_size 0\n');
});

test('the level of the log is changed by its page', async () => {
  const rest = await open();
  for (const level of ['DEBUG', 'INHERIT']) {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await rest.send('POST', '/logging', `logger=ROOT&level=${level}`, form)).status).toBe(200);
  }
  expect(rest.levels).toEqual(['debug', undefined]);
});

test('the document of the API has the schemas that validate, with the defaults of this process', async () => {
  const rest = await open();
  const document = JSON.parse((await rest.send('GET', '/openapi.json')).text) as object;
  expect(document).toMatchObject({
    openapi: '3.1.0',
    paths: { '/v1/scheduler/iso8601': { post: {}, put: {} }, '/scheduler/jobs': { get: {} } },
    components: {
      schemas: {
        ScheduledJob: { properties: { cpus: { default: 0.1 } } },
        TaskCallback: { required: ['statusCode'] },
      },
    },
  });
});
