import { startEmulatedAgents } from '../../../cluster/emulator/main';
import { masterFlags } from '../../../cluster/master/config';
import { type RunningMaster, startMaster } from '../../../cluster/master/main';
import { systemClock } from '../../../cluster/runtime/clock';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../cluster/runtime/log';
import { MemoryStore } from '../../../cluster/state/memory';
import { describeZookeeper, until } from '../zookeeper/setting';

const COUNT = 20;

describeZookeeper('emulated agents over ZooKeeper', (setting) => {
  async function master(zk: string): Promise<RunningMaster> {
    const args = ['--port=0', `--zk=${zk}`, '--zk_session_timeout=6secs'];
    const { flags } = parseFlags(masterFlags, { command: 'test', about: '', args, env: {} });
    const running = await startMaster(flags, {
      log: silentLogger,
      clock: systemClock(),
      state: new MemoryStore(),
    });
    setting.undo(() => running.stop());
    return running;
  }

  const activeAt = async ({ http }: RunningMaster): Promise<number> => {
    const answer = await fetch(`${http.url}/state`, { redirect: 'manual' });
    if (answer.status !== 200) return 0;
    return ((await answer.json()) as { activated_slaves: number }).activated_slaves;
  };

  test('register with the leader, and with the next one when that goes', async () => {
    const zk = `zk://127.0.0.1:${setting.server.port}${setting.newPath()}`;
    const first = await master(zk);
    const second = await master(zk);
    const agents = await startEmulatedAgents(
      {
        master: zk,
        sessionTimeoutMs: 4000,
        count: COUNT,
        ip: '127.0.0.1',
        port: 0,
        taskMs: 0,
        taskSpreadMs: 0,
        registrationBackoffMs: 100,
        resources: [{ name: 'cpus', type: 'SCALAR', scalar: { value: 1 } }],
      },
      { log: silentLogger, clock: systemClock() },
    );
    setting.undo(() => agents.stop());
    const all = async (): Promise<boolean> =>
      (await activeAt(first)) === COUNT || (await activeAt(second)) === COUNT;
    await until('all agents at the first leader', all);
    const [leader, other] = (await activeAt(first)) === COUNT ? [first, second] : [second, first];
    await leader.stop();
    await until('all agents at the second one', async () => (await activeAt(other)) === COUNT);
    expect(agents.registered()).toBe(COUNT);
  });
});
