import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentFlags } from '../../../cluster/agent/config';
import { startAgent } from '../../../cluster/agent/main';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../cluster/runtime/log';

it.each(['::1', '::', '[::1]', 'fd00::2'])('does not start with --ip=%s, and touches nothing', async (ip) => {
  const folder = join(tmpdir(), `meseta-agent-never-${process.pid}`);
  const args = ['--master=127.0.0.1:1', '--port=0', '--insecure', `--work_dir=${folder}`, `--ip=${ip}`];
  const { flags } = parseFlags(agentFlags, { command: 'agent', about: '', env: {}, args });
  const executor = () => {
    throw new Error('nothing is launched here');
  };
  const started = startAgent(flags, { log: silentLogger, clock: new VirtualClock(), executor });
  await expect(started).rejects.toThrow(`--ip: ${ip} is an IPv6 address`);
  expect(existsSync(folder)).toBe(false);
});

it('tells others the advertised address and port, and listens on its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-agent-'));
  const args = [
    '--master=127.0.0.1:1',
    '--port=0',
    `--work_dir=${folder}`,
    '--resources=cpus:1;mem:64;disk:64',
  ];
  const advertised = ['--advertise_ip=10.9.8.7', '--advertise_port=5055'];
  const { flags } = parseFlags(agentFlags, {
    command: 'agent',
    about: '',
    env: {},
    args: [...args, ...advertised],
  });
  const agent = await startAgent(flags, {
    log: silentLogger,
    clock: new VirtualClock(),
    executor: () => {
      throw new Error('nothing is launched here');
    },
  });
  try {
    const response = await fetch(`${agent.http.url}/state`);
    expect(await response.json()).toMatchObject({ pid: 'slave(1)@10.9.8.7:5055', hostname: '10.9.8.7' });
    expect(agent.http.address).toBe('127.0.0.1');
  } finally {
    await agent.stop();
    rmSync(folder, { recursive: true });
  }
});
