import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openInput } from '../../../cli/container/agent-stream';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function refusedBy(answer: RequestListener): Promise<string | undefined> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = { hostname: 'h', url: `http://127.0.0.1:${port}`, credentials: undefined };
  const input = openInput(agent, { value: 'c' });
  const refusal = await input.refused;
  input.close();
  return refusal?.message;
}

test('input that the agent refuses tells its reason, also one that breaks off', async () => {
  const whole = await refusedBy((_request, reply) => reply.writeHead(403).end('You may not'));
  expect(whole).toBe('The agent on h answered 403: You may not');
  const broken = await refusedBy((_request, reply) => {
    reply.writeHead(403, { 'content-length': 100 }).write('You', () => reply.destroy());
  });
  expect(broken).toBe('The agent on h answered 403: aborted');
});
