import { silentLogger } from '../../../../cluster/runtime/log';
import { Libprocess, type LibprocessOptions } from '../../../../cluster/runtime/messages/libprocess';
import type { Message } from '../../../../cluster/runtime/messages/receive';
import { until } from '../eventually';
import { startTestServer } from '../http/test-server';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function create(id: string, options: Partial<LibprocessOptions> = {}): Libprocess {
  const address = { ip: '127.0.0.1' };
  return new Libprocess({ id, address, log: silentLogger, exited: () => undefined, ...options });
}

async function open(libprocess: Libprocess): Promise<void> {
  const server = await startTestServer({ routes: [], messages: libprocess.router });
  ends.push(() => server.close());
  ends.push(() => libprocess.stop());
  await libprocess.open(server);
}

it('receives messages to its ids once it is open, and sends its own from them', async () => {
  const [master, agents] = [create('master'), create('agents')];
  const received: Message[] = [];
  agents.register('slave(2)', (message) => received.push(message));
  await open(master);
  await open(agents);
  master.send(agents.pid('slave(2)'), 'mesos.internal.PingSlaveMessage', Buffer.from('one'));
  master.send(agents.pid('slave(2)'), 'mesos.internal.PingSlaveMessage', Buffer.from('two'), 'session(1)');
  await until(() => received.length === 2);
  expect(received.map(({ from, body }) => [from, body.toString()])).toEqual([
    [master.pid(), 'one'],
    [master.pid('session(1)'), 'two'],
  ]);
});

it('tells others the advertised address', async () => {
  const libprocess = create('master', {
    address: { ip: '127.0.0.1', advertise_ip: '10.9.8.7', advertise_port: 5055 },
  });
  await open(libprocess);
  expect([libprocess.pid(), libprocess.address]).toEqual([
    'master@10.9.8.7:5055',
    { host: '10.9.8.7', port: 5055 },
  ]);
});

it('has no address, and drops what it is to send, before it is open', () => {
  const libprocess = create('master');
  expect(() => libprocess.pid()).toThrow('the server does not listen yet');
  expect(() => libprocess.send('slave(1)@127.0.0.1:1', 'x.Message', Buffer.alloc(0))).not.toThrow();
});

it('refuses an address that others cannot be told', () => {
  expect(() => create('master', { address: { ip: '::1' } })).toThrow('--ip: ::1 is an IPv6 address');
});
