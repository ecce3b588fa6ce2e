import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { MasterAtWork } from './running';

const work = new MasterAtWork();
const log = work.file('one\ntwo\n');
const tokens = work.file('{"tokens": [{"principal": "a", "token": "t"}]}');

beforeAll(() =>
  work.start(
    '--cluster=lab',
    '--jsonp',
    `--external_log_file=${log}`,
    `--http_tokens=${tokens}`,
    '--logging_level=ERROR',
  ),
);
afterAll(() => work.end());

const json = async (path: string): Promise<unknown> => JSON.parse((await work.ask(path)).text);
const call = async (made: object) => {
  const { status, text } = await work.call('/api/v1', made);
  return { status, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
};

describe('the files of a master', () => {
  it('are its log', async () => {
    expect(await json('/files/debug')).toEqual({ '/master/log': log });
    expect(await json('/files/read?path=/master/log')).toEqual({ data: '', offset: 8 });
    expect(await json('/files/read?path=/master/log&offset=-1&length=-1')).toEqual({ data: '', offset: 8 });
    expect(await json('/files/read?path=/master/log&offset=4')).toEqual({ data: 'two\n', offset: 4 });
    expect(await json('/files/read?path=/master/log&offset=4&length=2')).toEqual({ data: 'tw', offset: 4 });
    expect(await json('/files/read?path=/master/log&offset=99')).toEqual({ data: '', offset: 99 });
  });

  it('are downloaded as attachments', async () => {
    const { status, headers, text } = await work.ask('/files/download?path=/master/log');
    expect([status, text, headers['content-length']]).toEqual([200, 'one\ntwo\n', '8']);
    expect(headers['content-disposition']).toMatch(/^attachment; filename="file-0"$/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    ['/files/read', 400, "Expecting 'path=value' in query.\n"],
    ['/files/browse?path=', 400, "Expecting 'path=value' in query.\n"],
    ['/files/download', 400, "Expecting 'path=value' in query.\n"],
    ['/files/read?path=/master/log&offset=-2', 400, 'Negative offset provided: -2.\n'],
    ['/files/read?path=/master/log&length=-7&offset=0', 400, 'Negative length provided: -7.\n'],
    [
      '/files/read?path=/master/log&offset=x',
      400,
      "Failed to parse offset: Failed to convert 'x' to number.\n",
    ],
    ['/files/read?path=/etc/passwd', 404, ''],
    ['/files/browse?path=/', 404, ''],
    ['/files/download?path=/none', 404, ''],
  ])('%s is answered %i %j', async (path, status, text) => {
    expect(await work.ask(path)).toMatchObject({ status, text });
  });

  it('are listed and read by v1 calls', async () => {
    expect(await call({ type: 'READ_FILE', read_file: { path: '/master/log', offset: 4 } })).toEqual({
      status: 200,
      body: { type: 'READ_FILE', read_file: { size: 8, data: Buffer.from('two\n').toString('base64') } },
    });
    expect(await call({ type: 'LIST_FILES', list_files: { path: '/master/log' } })).toMatchObject({
      status: 200,
    });
    expect(await call({ type: 'LIST_FILES', list_files: { path: '/none' } })).toEqual({
      status: 404,
      body: '',
    });
    expect(await call({ type: 'READ_FILE' })).toEqual({
      status: 400,
      body: "Failed to validate master::Call: Expecting 'read_file' to be present",
    });
  });
});

describe('logging', () => {
  it('has a higher verbosity for a given time', async () => {
    const toggle = (query: string) => work.ask(`/logging/toggle${query}`);
    expect(await toggle('')).toMatchObject({ status: 200, text: '0\n' });
    expect(await toggle('?level=1')).toMatchObject({
      status: 400,
      text: "Expecting 'duration=value' in query.\n",
    });
    expect(await toggle('?duration=1secs')).toMatchObject({ text: "Expecting 'level=value' in query.\n" });
    expect((await toggle('?level=x&duration=1secs')).status).toBe(400);
    expect((await toggle('?level=-1&duration=1secs')).text).toBe("Invalid level '-1'.\n");
    expect((await toggle('?level=1&duration=soon')).status).toBe(400);
    expect(await toggle('?level=2&duration=10mins')).toMatchObject({ status: 200, text: '' });
    expect((await toggle('')).text).toBe('2\n');
    expect((await call({ type: 'GET_LOGGING_LEVEL' })).body).toEqual({
      type: 'GET_LOGGING_LEVEL',
      get_logging_level: { level: 2 },
    });
    const quiet = { level: 0, duration: { nanoseconds: 1_000_000_000 } };
    expect((await call({ type: 'SET_LOGGING_LEVEL', set_logging_level: quiet })).status).toBe(200);
    expect((await toggle('')).text).toBe('0\n');
    expect((await call({ type: 'SET_LOGGING_LEVEL' })).status).toBe(400);
  });
});

describe('pages of every process', () => {
  it('show version, machine, metrics and registry', async () => {
    expect(await json('/version')).toMatchObject({
      version: '1.11.0',
      build_date: expect.any(String) as string,
    });
    expect(Object.keys((await json('/system/stats.json')) as object)).toEqual([
      'avg_load_15min',
      'avg_load_1min',
      'avg_load_5min',
      'cpus_total',
      'mem_free_bytes',
      'mem_total_bytes',
    ]);
    expect(await json('/metrics/snapshot?timeout=5secs')).toMatchObject({ 'master/elected': 1 });
    expect((await work.ask('/metrics/snapshot?timeout=soon')).status).toBe(400);
    for (const path of ['/registrar(1)/registry', '/registrar%281%29/registry']) {
      expect(await json(path)).toMatchObject({ slaves: {} });
    }
  });

  it('answer other methods, too: some exporters POST', async () => {
    const post = async (path: string) => {
      const { status, text } = await work.ask(path, { method: 'POST', body: '' });
      return text.startsWith('{') ? status : `${status} ${text}`;
    };
    const read = [
      '/metrics/snapshot',
      '/master/tasks',
      '/master/frameworks',
      '/slaves/M-S0',
      '/state-summary',
    ];
    for (const path of [...read, '/state', '/roles', '/flags', '/version', '/files/read?path=/master/log'])
      expect([path, await post(path)]).toEqual([path, 200]);
    expect(await post('/maintenance/status')).toBe(
      "405 405 Method Not Allowed. Expecting one of { 'GET' }, but received 'POST'.",
    );
  });

  it('have help pages', async () => {
    const curl = await work.ask('/help', { headers: { 'user-agent': 'curl/8' } });
    expect(curl.text).toContain('[/master](/help/master)');
    expect(curl.headers['content-type']).toBe('text/x-markdown');
    const page = await work.ask('/help');
    expect(page.text).toContain('<a href="/help/master">/master</a>');
    expect(page.headers['content-type']).toBe('text/html');
    expect((await work.ask('/help/master/state')).text).toContain('GET /state');
    expect((await work.ask('/help/files')).text).toContain('/files/read');
    expect(await work.ask('/help/none')).toMatchObject({
      status: 400,
      text: "No help available for '/none'.\n",
    });
    const { processes } = (await json('/help?format=json')) as { processes: { id: string }[] };
    expect(processes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['files', 'logging', 'master', 'metrics']),
    );
    expect(await json('/__processes__')).toContainEqual({ id: 'master', events: [] });
  });

  it('are served as JSONP, and gzipped', async () => {
    expect((await work.ask('/version?jsonp=tell')).text).toMatch(/^tell\(\{.*\}\)$/);
    expect((await work.ask('/version?jsonp=alert(1)')).status).toBe(400);
    const { body, headers } = await work.client.request({
      url: `${work.url}/metrics/snapshot`,
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(body).toString())).toMatchObject({ 'master/elected': 1 });
  });

  it('hide secrets in flags', async () => {
    const flags = (await json('/flags')) as { flags: Record<string, string> };
    expect(flags.flags).toMatchObject({ cluster: 'lab', http_tokens: tokens });
    expect(JSON.stringify(flags)).not.toContain('"t"');
  });
});

describe('paths', () => {
  it.each([
    ['/master/state', 200],
    ['/state/x', 200],
    ['/state.json', 404],
    ['/master', 200],
    ['/nothing', 404],
  ])('%s is %i', async (path, status) => {
    expect((await work.ask(path)).status).toBe(status);
  });

  it.each([
    ['GET /../state HTTP/1.1', '404 Not Found'],
    ['GET /files/../state HTTP/1.1', '404 Not Found'],
    ['GET * HTTP/1.1', '400 Bad Request'],
    ['GET state HTTP/1.1', '400 Bad Request'],
    ['GET http://elsewhere/health HTTP/1.1', '200 OK'],
  ])('%s is answered %s', async (line, expected) => {
    const { hostname, port } = new URL(work.url);
    const socket = connect(Number(port), hostname);
    socket.end(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect((await buffer(socket)).toString()).toContain(`HTTP/1.1 ${expected}`);
  });

  it('of requests sent at once are answered in order', async () => {
    const { hostname, port } = new URL(work.url);
    const paths = ['/state', '/health', '/version', '/none', '/slaves', '/health'];
    const socket = connect(Number(port), hostname);
    const head = (path: string, last: boolean) =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
    socket.write(paths.map((path, index) => head(path, index === paths.length - 1)).join(''));
    const text = (await buffer(socket)).toString();
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))).toEqual([
      200, 200, 200, 404, 200, 200,
    ]);
  });
});

describe('a master with limits', () => {
  const limited = new MasterAtWork();
  afterAll(() => limited.end());

  it('disables endpoints for everybody, and closes the oldest follower above the limit', async () => {
    await limited.start(
      '--firewall_rules={"disabled_endpoints": {"paths": ["/master/slaves", "/files/debug"]}}',
      '--max_operator_event_stream_subscribers=1',
    );
    for (const path of ['/slaves', '/master/slaves', '/slaves/']) {
      expect(await limited.ask(path)).toMatchObject({
        status: 403,
        text: "Endpoint '/master/slaves' is disabled",
      });
    }
    expect((await limited.ask('/files/debug')).status).toBe(403);
    expect((await limited.ask('/frameworks')).status).toBe(200);
    const follow = () =>
      limited.client.stream({
        url: `${limited.url}/api/v1`,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"type": "SUBSCRIBE"}',
      });
    const first = await follow();
    const second = await follow();
    expect((await buffer(first.body)).toString()).toContain('SUBSCRIBED');
    second.close();
  });
});
