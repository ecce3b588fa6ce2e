/** The command executor as a process of its own: its program under a holder, its session over HTTP. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call, Event } from '../../../cluster/api/generated/executor';
import { decodeProtobuf, encodeProtobuf } from '../../../cluster/api/protobuf';
import { runExecutor } from '../../../cluster/executor/main';
import { systemClock } from '../../../cluster/runtime/clock';
import type { HttpServer, Reply, Request } from '../../../cluster/runtime/http/server';
import { silentLogger } from '../../../cluster/runtime/log';
import { encodeRecord } from '../../../cluster/runtime/streams/recordio';
import { startTestServer } from '../runtime/http/test-server';
import { taskOf } from './play-executor';

const folder = mkdtempSync(join(tmpdir(), 'meseta-process-executor-'));
const said: string[] = [];
let server: HttpServer;
let stream: Reply | undefined;

const tell = (event: Event): void =>
  void stream?.raw.write(encodeRecord(encodeProtobuf('mesos.v1.executor.Event', event)));

/** An agent that admits the executor, has one task for it, and acknowledges all updates. */
function answer(request: Request, reply: Reply): unknown {
  const call: Call = decodeProtobuf('mesos.v1.executor.Call', request.body as Buffer);
  const status = call.update?.status;
  if (call.type === 'SUBSCRIBE') {
    reply.hijack();
    stream = reply;
    reply.raw.writeHead(200);
    const framework_info = { name: 'f', user: '' };
    const executor_info = { executor_id: call.executor_id };
    tell({
      type: 'SUBSCRIBED',
      subscribed: { executor_info, framework_info, agent_info: { hostname: 'h' } },
    });
    tell({ type: 'LAUNCH', launch: { task: taskOf('t', { command: { value: 'echo hello; exit 3' } }) } });
    return reply;
  }
  if (status) {
    said.push(`${status.state}${status.message === undefined ? '' : `: ${status.message}`}`);
    setImmediate(() =>
      tell({ type: 'ACKNOWLEDGED', acknowledged: { task_id: status.task_id, uuid: status.uuid ?? '' } }),
    );
  }
  return reply.code(202).send();
}

beforeAll(async () => {
  const path = '/slave(1)/api/v1/executor';
  server = await startTestServer({ routes: [{ path, methods: { POST: answer } }] });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each([false, true])('runs its task and leaves when the end is acknowledged (held: %s)', async (held) => {
  said.length = 0;
  const sandbox = mkdtempSync(join(folder, 'sandbox-'));
  const environment = {
    MESOS_AGENT_ENDPOINT: server.url.replace('http://', ''),
    MESOS_FRAMEWORK_ID: 'f',
    MESOS_EXECUTOR_ID: 't',
    MESOS_SANDBOX: sandbox,
    PATH: process.env['PATH'],
  };
  const runFolder = held ? mkdtempSync(join(folder, 'run-')) : undefined;
  const executor = await runExecutor(environment, { log: silentLogger, clock: systemClock(), runFolder });
  expect(await executor.exited).toBe('done');
  expect(said).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FAILED: Command exited with status 3']);
  expect(readFileSync(join(sandbox, 'stdout'), 'utf8')).toBe('hello\n');
});
