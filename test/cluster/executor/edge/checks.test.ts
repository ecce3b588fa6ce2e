import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as mesos from '../../../../cluster/api/generated/mesos';
import { runCheck } from '../../../../cluster/executor/edge/checks';
import { checkEnvironment, taskEnvironment } from '../../../../cluster/executor/edge/environment';
import { HttpClient } from '../../../../cluster/runtime/http/client';

const directory = mkdtempSync(join(tmpdir(), 'meseta-checks-'));
const client = new HttpClient();
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await client.close();
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

let runFolder: string | undefined;
const check = (command: mesos.CommandInfo, more: Partial<mesos.HealthCheck> = {}) =>
  runCheck(
    { type: 'COMMAND', command, ...more },
    { directory, environment, user: undefined, client, runFolder },
  );

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
    const command = { environment: variables({ MESOS_ALLOCATION_ROLE: 'mine' }) };
    const resources = [{ name: 'cpus', type: 'SCALAR', allocation_info: { role: 'web' } }] as const;
    expect(taskEnvironment({}, { command, resources })['MESOS_ALLOCATION_ROLE']).toBe('web');
  });

  it('is what a command check sees, under the one the check asks for', () => {
    const command = { environment: variables({ PORT0: '1', EXTRA: 'x' }) };
    expect(checkEnvironment(environment, command)).toEqual({ ...environment, PORT0: '1', EXTRA: 'x' });
  });
});

describe.each([false, true])('a command check (held: %s)', (held) => {
  beforeAll(() => {
    runFolder = held ? join(directory, 'run') : undefined;
  });

  it('sees HOST and PORT0 of its task, in the sandbox', async () => {
    const result = await check({ value: 'echo "http://$HOST:$PORT0/health" > seen && pwd >> seen' });
    expect(result.ok).toBe(true);
    expect(readFileSync(join(directory, 'seen'), 'utf8')).toBe(
      `http://localhost:31000/health\n${directory}\n`,
    );
  });

  it('reaches the port of its task, as the example in Marathon’s documents does', async () => {
    const server: Server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const environment = taskEnvironment(
      {},
      { command: { environment: variables({ HOST: '127.0.0.1', PORT0: String(port) }) } },
    );
    const command = { value: 'exec 3<>/dev/tcp/$HOST/$PORT0', shell: false, arguments: [] };
    const bash = { ...command, value: '/bin/bash', arguments: ['bash', '-c', command.value] };
    const context = { directory, environment: environment, user: undefined, client };
    expect(await runCheck({ type: 'COMMAND', command: bash }, context)).toMatchObject({ ok: true });
    await new Promise((resolve) => server.close(resolve));
    expect(await runCheck({ type: 'COMMAND', command: bash }, context)).toMatchObject({ ok: false });
  });

  it('that fails or takes too long says how it ended', async () => {
    expect(await check({ value: 'exit 3' })).toEqual({ ok: false, detail: 'the command exited with 3' });
    expect(await check({ value: 'sleep 60' }, { timeout_seconds: 0.05 })).toEqual({
      ok: false,
      detail: 'the command was ended by SIGKILL',
    });
    expect((await check({ value: '/no/such/program', shell: false, arguments: [] })).detail).toMatch(
      /ENOENT/,
    );
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('runs as the user of its task (needs root)', async () => {
    const command = { value: '[ "$(id -un)" = nobody ]' };
    const context = { directory: '/', environment, client };
    const asNobody = { ...context, user: 'nobody' };
    expect(await runCheck({ type: 'COMMAND', command }, asNobody)).toMatchObject({ ok: true });
    expect((await runCheck({ type: 'COMMAND', command }, { ...context, user: 'root' })).ok).toBe(false);
    const missing = await runCheck({ type: 'COMMAND', command }, { ...context, user: 'no-such-user' });
    expect(missing.detail).toMatch(/no such user on this agent/);
  });
});
