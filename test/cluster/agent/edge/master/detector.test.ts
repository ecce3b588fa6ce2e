import { readDetector } from '../../../../../cluster/agent/edge/master/detector';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../../cluster/runtime/log';

it.each([
  ['127.0.0.1:5050', 'master@127.0.0.1:5050'],
  ['http://127.0.0.1:5050/', 'master@127.0.0.1:5050'],
  ['localhost:5050', 'master@127.0.0.1:5050'],
])('%s is the master %s, which is told of once', async (master, pid) => {
  const detect = await readDetector({
    master,
    sessionTimeoutMs: 1000,
    clock: systemClock(),
    log: silentLogger,
  });
  const told: (string | undefined)[] = [];
  const running = detect({ changed: (pid) => told.push(pid), failed: () => undefined });
  await running.stop();
  expect(told).toEqual([pid]);
});

it.each([
  ['[::1]:5050', '--master: [::1] is an IPv6 address, and masters are reached by IPv4'],
  ['http://[fd00::2]:5050', '--master: [fd00::2] is an IPv6 address'],
  ['a..b:5050', '--master: no IPv4 address of a..b is found'],
  ['nowhere', 'neither host:port, such as 127.0.0.1:5050, nor zk://'],
  ['zk://user:hidden@a:2181', '--master: a path is missing'],
  ['http://user:hidden@a:5050', 'give them with --credential'],
  ['zk://a:2181:/mesos', '--master: a server ends in a colon'],
  ['zk://user:hidden@', '--master: each server is host or host:port'],
])('%s is refused with a fix, and without a password', async (master, text) => {
  const read = readDetector({ master, sessionTimeoutMs: 1000, clock: systemClock(), log: silentLogger });
  await expect(read).rejects.toThrow(text);
  await expect(read).rejects.not.toThrow('hidden');
});
