import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentFlags } from '../../../cluster/agent/config';
import { startAgent } from '../../../cluster/agent/main';
import { hostExecutor } from '../../../cluster/executor/main';
import { masterFlags } from '../../../cluster/master/config';
import { startMaster } from '../../../cluster/master/main';
import { systemClock } from '../../../cluster/runtime/clock';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import type { Running } from '../../../cluster/runtime/lifecycle';
import { silentLogger } from '../../../cluster/runtime/log';
import { MemoryStore } from '../../../cluster/state/memory';
import { parseChronosConfig } from '../../../frameworks/chronos/config';
import { type Chronos, startChronos } from '../../../frameworks/chronos/main';

const clock = systemClock();
const log = silentLogger;

interface JobAnswer {
  readonly successCount: number;
  readonly errorCount: number;
}

/** Chronos with our own master and agent: real processes are launched. */
describe('Chronos on a real cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chronos-real-'));
  const running: Running[] = [];
  const store = new MemoryStore();
  let port: number;
  let chronos: Chronos;

  const boot = async (): Promise<Chronos> => {
    const args = ['--master', `127.0.0.1:${port}`, '--http_port', '0', '--hostname', '127.0.0.1'];
    const parsed = parseChronosConfig({ args: [...args, '--failure_retry', '100', '--user', ''], env: {} });
    if (!('config' in parsed)) throw new Error('help');
    return startChronos(parsed.config, { log, clock, state: store });
  };

  beforeAll(async () => {
    const parse = { command: '', about: '', env: {} };
    const master = await startMaster(
      parseFlags(masterFlags, { ...parse, args: ['--port=0', '--in_memory'] }).flags,
      { log, clock, state: new MemoryStore() },
    );
    port = master.http.port;
    running.push(master);
    const args = [
      `--master=127.0.0.1:${port}`,
      '--port=0',
      `--work_dir=${join(folder, 'agent')}`,
      '--resources=cpus:4;mem:2048;disk:4000;ports:[31000-31099]',
      '--registration_backoff_factor=10ms',
    ];
    const { flags } = parseFlags(agentFlags, { ...parse, args });
    running.push(await startAgent(flags, { log, clock, executor: hostExecutor, endsTasks: true }));
    chronos = await boot();
  });

  afterAll(async () => {
    await chronos.stop();
    for (const each of running.reverse()) await each.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (method: string, path: string, body?: object): Promise<string> => {
    const response = await fetch(`${chronos.http.url}/v1/scheduler/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  };

  const until = async (name: string, isDone: (job: JobAnswer) => boolean): Promise<void> => {
    for (let turn = 0; turn < 6000; turn++) {
      if (isDone(JSON.parse(await ask('GET', `job/${name}`)) as JobAnswer)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${await ask('GET', `job/${name}`)} ${await ask('GET', `job/${name}/explain`)}`);
  };

  const untilState = async (name: string, state: string): Promise<void> => {
    for (let turn = 0; turn < 6000; turn++) {
      const { jobs } = JSON.parse(await ask('GET', 'jobs/summary')) as {
        jobs: { name: string; state: string }[];
      };
      if (jobs.find((job) => job.name === name)?.state === state) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(await ask('GET', `job/${name}/explain`));
  };

  const small = { cpus: 0.1, mem: 32, disk: 1 };

  it('runs a job, and then the one that depends on it', async () => {
    const file = join(folder, 'child');
    await ask('POST', 'iso8601', {
      ...small,
      name: 'later',
      schedule: 'R/2037-01-01T00:00:00Z/P1D',
      command: 'true',
    });
    await ask('POST', 'dependency', {
      ...small,
      name: 'child',
      parents: ['later'],
      command: `echo $CHRONOS_JOB_NAME > ${file}`,
    });
    await ask('PUT', 'job/later');
    await until('later', ({ successCount }) => successCount === 1);
    await until('child', ({ successCount }) => successCount === 1);
    expect(readFileSync(file, 'utf8')).toBe('child\n');
  });

  it('places a job beside one that fits nowhere, and tells why that one waits', async () => {
    await ask('POST', 'iso8601', {
      ...small,
      cpus: 99,
      name: 'huge',
      highPriority: true,
      schedule: 'R1//PT1H',
      command: 'true',
    });
    await ask('POST', 'iso8601', { ...small, name: 'small', schedule: 'R1//PT1H', command: 'true' });
    await until('small', ({ successCount }) => successCount === 1);
    expect(await ask('GET', 'job/huge/explain')).toContain('has less than 99 cpus');
    await ask('DELETE', 'job/huge');
  });

  it('retries a failure, kills a task, and knows its tasks after a restart', async () => {
    await ask('POST', 'iso8601', {
      ...small,
      name: 'fails',
      retries: 1,
      schedule: 'R1//PT1H',
      command: 'exit 3',
    });
    await until('fails', ({ errorCount }) => errorCount === 1);
    const begun = join(folder, 'begun');
    const command = `echo x >> ${begun}; exec sleep 100`;
    await ask('POST', 'iso8601', { ...small, name: 'long', schedule: 'R1//PT1H', command });
    await untilState('long', '1 running');
    await chronos.stop();
    chronos = await boot();
    await ask('DELETE', 'task/kill/long');
    await untilState('long', 'idle');
    expect(readFileSync(begun, 'utf8')).toBe('x\n');
  });
});
