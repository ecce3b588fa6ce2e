import { createServer, type Server } from 'node:net';
import { freeServicePort, takenPorts } from '../../../cli/cluster/free-ports';
import { upFlags } from '../../../cli/cluster/options';
import { parseFlags } from '../../../cluster/runtime/config/flags';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
});

async function take(port: number, host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, host, done));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const options = (...args: string[]) =>
  parseFlags(upFlags, { command: 'test', about: '', args, env: {} }).flags;
/** Ports that nobody else can have, whatever runs beside this test. */
const ANY = Object.keys(upFlags)
  .filter((flag) => /-port$/.test(flag))
  .map((flag) => `--${flag}=0`);

it('names the ports of the flags that somebody has, agents and service ports too', async () => {
  const marathon = await take(0);
  const service = await take(0);
  const args = [...ANY, '--agents=0', `--marathon-port=${marathon}`, `--service-port=${service}`];
  expect(await takenPorts(options(...args))).toEqual([marathon, service]);
  const agent = await take(0, '127.0.0.1');
  expect(await takenPorts(options(...ANY, '--agents=1', `--agent-port=${agent}`))).toEqual([agent]);
});

it('finds service ports that are free in a row', async () => {
  const first = await freeServicePort();
  await take(first + 3);
  const next = await freeServicePort();
  expect(next).toBeGreaterThan(first + 3);
});
