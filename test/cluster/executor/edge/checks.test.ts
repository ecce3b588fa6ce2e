import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { CheckOrder } from '../../../../cluster/executor/core/events';
import { runCheck } from '../../../../cluster/executor/edge/checks';
import { taskEnvironment } from '../../../../cluster/executor/edge/environment';
import { HOST_NETWORK } from '../../../../cluster/executor/edge/network';
import { startCheck } from '../../../../cluster/executor/edge/process-check';
import { Certificates } from '../../runtime/tls/certificates';

const directory = mkdtempSync(join(tmpdir(), 'meseta-checks-'));
const servers: Server[] = [];
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
});

const variables = (values: Record<string, string>): mesos.Environment => ({
  variables: Object.entries(values).map(([name, value]) => ({ name, value })),
});

/** A task of Marathon's as its command says it, on an agent whose executor has a variable of its own. */
const task: mesos.CommandInfo = {
  value: 'run',
  environment: variables({ HOST: 'localhost', PORT0: '31000', PATH: '/opt/task:/usr/bin:/bin' }),
};
const environment = taskEnvironment({ MESOS_SANDBOX: directory, HOST: 'of the agent' }, { command: task });

/** On a busy machine an answer may take its time. */
const PATIENCE_MS = 60_000;
const place = { directory, environment, user: undefined };
const run = (order: CheckOrder, where: Parameters<typeof startCheck>[0] = place) =>
  runCheck(order, { exec: startCheck(where), network: HOST_NETWORK });
const command = (info: mesos.CommandInfo, timeoutMs = PATIENCE_MS): CheckOrder => ({
  type: 'COMMAND',
  command: info,
  timeoutMs,
});

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as { port: number }).port;
}

describe('the environment of a task', () => {
  it('is the executor’s under the one its command asks for', () => {
    expect(environment).toEqual({
      MESOS_SANDBOX: directory,
      HOST: 'localhost',
      PORT0: '31000',
      PATH: '/opt/task:/usr/bin:/bin',
    });
    expect(taskEnvironment({}, {})['PATH']).toMatch(/^\/usr\/local\/sbin:/);
  });

  it('names the role that its resources are allocated to, whatever its command says', () => {
    const own = { environment: variables({ MESOS_ALLOCATION_ROLE: 'mine' }) };
    const resources = [{ name: 'cpus', type: 'SCALAR', allocation_info: { role: 'web' } }] as const;
    expect(taskEnvironment({}, { command: own, resources })['MESOS_ALLOCATION_ROLE']).toBe('web');
  });
});

describe.each([false, true])('a command check (held: %s)', (held) => {
  const where = () => ({ ...place, runFolder: held ? join(directory, 'run') : undefined });
  const exit = (exit_code: number) => ({ status: { type: 'COMMAND', command: { exit_code } } });

  it('sees HOST and PORT0 of its task under its own variables, in the sandbox', async () => {
    const value = 'echo "http://$HOST:$PORT0/$EXTRA" > seen && pwd >> seen';
    const info = { value, environment: variables({ PORT0: '1', EXTRA: 'x' }) };
    expect(await run(command(info), where())).toEqual(exit(0));
    expect(readFileSync(join(directory, 'seen'), 'utf8')).toBe(`http://localhost:1/x\n${directory}\n`);
  });

  it('has its exit code as its result, also with arguments', async () => {
    expect(await run(command({ value: 'exit 3' }), where())).toEqual(exit(3));
    const info = { value: '/bin/sh', shell: false, arguments: ['sh', '-c', 'exit 4'] };
    expect(await run(command(info), where())).toEqual(exit(4));
  });

  it('that takes too long or cannot be executed is an error', async () => {
    expect(await run(command({ value: 'sleep 60' }, 50), where())).toEqual({
      error: 'Command timed out after 50ms',
    });
    expect(await run(command({ value: 'kill -9 $$' }), where())).toEqual({
      error: 'Command terminated with signal SIGKILL',
    });
    const missing = await run(command({ value: '/no/such/program', shell: false }), where());
    expect(missing).toEqual({ error: expect.stringContaining('ENOENT') });
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('runs as the user of its task (needs root)', async () => {
    const info = command({ value: '[ "$(id -un)" = nobody ]' });
    const as = (user: string) => run(info, { ...where(), directory: '/', user });
    expect(await as('nobody')).toEqual(exit(0));
    expect(await as('root')).toEqual(exit(1));
    expect(await as('no-such-user')).toEqual({
      error: expect.stringContaining('no such user on this agent'),
    });
  });
});

describe('a TCP check', () => {
  const tcp = (port: number, isIpv6 = false) => run({ type: 'TCP', port, isIpv6, timeoutMs: PATIENCE_MS });
  const result = (succeeded: boolean) => ({ status: { type: 'TCP', tcp: { succeeded } } });

  it('tells whether somebody listens', async () => {
    const server = createServer((socket) => socket.destroy());
    const port = await listen(server);
    expect(await tcp(port)).toEqual(result(true));
    expect(await tcp(port, true)).toEqual(result(false));
    servers.splice(servers.indexOf(server), 1);
    await new Promise((resolve) => server.close(resolve));
    expect(await tcp(port)).toEqual(result(false));
  });

  it('works with IPv6', async () => {
    const port = await listen(
      createServer((socket) => socket.destroy()),
      '::1',
    );
    expect(await tcp(port, true)).toEqual(result(true));
  });
});

describe('an HTTP check', () => {
  const http = (port: number, path: string, more: Partial<Extract<CheckOrder, { type: 'HTTP' }>> = {}) =>
    run({ type: 'HTTP', scheme: 'http', port, path, isIpv6: false, timeoutMs: PATIENCE_MS, ...more });
  const result = (status_code: number) => ({ status: { type: 'HTTP', http: { status_code } } });
  const answer: RequestListener = (request, reply) => {
    const redirects: Record<string, string> = {
      '/moved': '/ok',
      '/loop': '/loop',
      '/far': 'ftp://127.0.0.1/',
    };
    const location = redirects[request.url ?? ''];
    if (request.url === '/slow') return;
    if (location === undefined) reply.writeHead(request.url === '/ok' ? 200 : 404).end('text');
    else reply.writeHead(302, { location }).end();
  };

  it('has the status of the answer, after redirects', async () => {
    const port = await listen(createHttp(answer));
    expect(await http(port, '/ok')).toEqual(result(200));
    expect(await http(port, '/missing')).toEqual(result(404));
    expect(await http(port, '/moved')).toEqual(result(200));
    expect(await http(port, '')).toEqual(result(404));
    expect(await http(port, '/loop')).toEqual({ error: expect.stringContaining('redirects') });
    expect(await http(port, '/far')).toEqual({ error: expect.stringContaining('is not HTTP') });
    expect(await http(port, '/slow', { timeoutMs: 50 })).toEqual({
      error: 'HTTP request timed out after 50ms',
    });
    expect(await http(1, '/')).toEqual({ error: expect.stringContaining('ECONNREFUSED') });
  });

  it('does not verify certificates', async () => {
    const certificates = new Certificates();
    const pair = { key: readFileSync(certificates.key), cert: readFileSync(certificates.cert) };
    certificates.remove();
    const port = await listen(createHttps(pair, answer));
    expect(await http(port, '/moved', { scheme: 'https' })).toEqual(result(200));
  });

  it('works with IPv6', async () => {
    const port = await listen(createHttp(answer), '::1');
    expect(await http(port, '/ok', { isIpv6: true })).toEqual(result(200));
  });
});
