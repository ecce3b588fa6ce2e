import zookeeper from 'node-zookeeper-client';
import { HttpClient, type HttpRequest } from '../../../../../cluster/runtime/http/client';
import { MemoryStore } from '../../../../../cluster/state/memory';
import { describeZookeeper, until } from '../../../../cluster/zookeeper/setting';
import { type ListProcess, startList } from './led-process';

const { EPHEMERAL_SEQUENTIAL } = zookeeper.CreateMode;
const client = new HttpClient();
afterAll(() => client.close());

async function ask({ url }: ListProcess, path = '/words', request: Partial<HttpRequest> = {}) {
  const { status, headers, body } = await client.request({ ...request, url: url + path });
  return { status, headers, text: body.toString() };
}

const add = (list: ListProcess, word: string) => ask(list, '/words', { method: 'POST', body: word });

describe('a process alone', () => {
  it('leads from its start to its end, which its machine can ask for', async () => {
    const store = new MemoryStore();
    const list = await startList(undefined, store);
    expect((await add(list, 'a')).status).toBe(201);
    expect(await ask(list)).toMatchObject({ status: 200, text: '["a"]' });
    store.commit = () => Promise.reject(new Error('the disk is full'));
    void add(list, 'b').catch(() => undefined);
    await until('the end', () => list.ends.includes('the disk is full'));
    await list.stop();
  });

  it('does not start without its store', async () => {
    const store = new MemoryStore();
    store.fetchAll = () => Promise.reject(new Error('the store is damaged'));
    await expect(startList(undefined, store)).rejects.toThrow('the store is damaged');
  });
});

const SESSION_MS = 2000;

describeZookeeper('processes that share their state in ZooKeeper', (setting) => {
  let path: string;
  beforeEach(() => {
    path = `${setting.newPath()}/candidate`;
  });

  const start = async (): Promise<ListProcess> => {
    const servers = [{ host: '127.0.0.1', port: setting.server.port }];
    const url = { servers, path, auth: undefined };
    const list = await startList({ url, path, sessionTimeoutMs: SESSION_MS });
    setting.undo(() => list.stop());
    return list;
  };
  const serves = async (list: ListProcess): Promise<void> => {
    await until('an answer', async () => (await ask(list)).status === 200);
  };

  it('answer everything, one of them itself and the others by the leader', async () => {
    const first = await start();
    await serves(first);
    const second = await start();
    await serves(second);
    expect((await add(second, 'a')).status).toBe(201);
    expect((await ask(first)).text).toBe('["a"]');
    first.handled.length = 0;
    expect(await ask(second, '/words?x=%20y')).toMatchObject({ status: 200, text: '["a"]' });
    expect(first.handled).toEqual(['GET /words?x=%20y']);
    expect(second.handled).toEqual([]);
  });

  it('pass method, headers and body on, and status, headers and body of refusals back', async () => {
    const first = await start();
    await serves(first);
    const second = await start();
    await serves(second);
    const headers = { 'x-mine': 'kept', origin: second.url };
    const refused = await ask(second, '/fail', { method: 'PUT', body: '{"a":1}', headers });
    expect(refused.status).toBe(409);
    expect(JSON.parse(refused.text)).toEqual({ message: 'exists', echo: '{"a":1}', header: 'kept' });
    expect(refused.headers).toMatchObject({ 'x-reason': 'exists', 'x-list': 'yes' });
    expect((await ask(second, '/nowhere')).text).toBe('{"message":"URI not found","status":404}');
    const wrong = await ask(second, '/words', { method: 'DELETE' });
    expect(wrong).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } });
    expect(await ask(second, '/words', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it('have a node each, as Curator has, with their addresses', async () => {
    const first = await start();
    await serves(first);
    const watcher = setting.client();
    const [name = ''] = await watcher.children(path);
    expect(name).toMatch(/latch-\d{10}$/);
    expect((await watcher.get(`${path}/${name}`))?.data.toString()).toBe(first.address);
  });

  it('follow a leader of the original, whose node has an id before the word', async () => {
    const original = setting.client();
    await original.makePath(path);
    await original.create(`${path}/_c_0b5e-latch-`, Buffer.from('127.0.0.1:1'), EPHEMERAL_SEQUENTIAL);
    const list = await start();
    await until('the attempt', async () => (await ask(list)).text.includes('127.0.0.1:1 does not answer'));
    expect((await ask(list)).status).toBe(503);
    await original.stop();
    await serves(list);
  });

  it('have a new leader after the end of the old one, with all that it had stored', async () => {
    const first = await start();
    await serves(first);
    const second = await start();
    expect((await add(first, 'a')).status).toBe(201);
    await first.stop();
    await serves(second);
    expect((await ask(second)).text).toBe('["a"]');
    expect(second.handled.length).toBeGreaterThan(0);
  });

  it('step down while ZooKeeper is away, say why, and go on after it', async () => {
    const first = await start();
    await serves(first);
    expect((await add(first, 'a')).status).toBe(201);
    await setting.server.kill();
    await until('the refusal', async () => (await ask(first)).status === 503);
    expect(JSON.parse((await ask(first)).text).message).toContain('The list: there is no leader: ');
    await until('the end of the term', () => first.ends.length > 0);
    await setting.server.run();
    await serves(first);
    expect((await ask(first)).text).toBe('["a"]');
  });

  it('give way to others when their node is removed, and stand again', async () => {
    const first = await start();
    await serves(first);
    const second = await start();
    await serves(second);
    expect((await add(second, 'a')).status).toBe(201);
    const watcher = setting.client();
    const nodes = (await watcher.children(path)).sort();
    await watcher.remove(`${path}/${nodes[0]}`);
    await until('the end of the term', () => first.ends.length > 0);
    second.handled.length = 0;
    await until('an answer', async () => (await ask(first)).status === 200 && second.handled.length > 0);
    expect((await ask(first)).text).toBe('["a"]');
    await until('both stand', async () => (await watcher.children(path)).length === 2);
  });

  it('are up without ZooKeeper, and refuse with the reason', async () => {
    const url = { servers: [{ host: '127.0.0.1', port: 1 }], path, auth: undefined };
    const list = await startList({ url, path, sessionTimeoutMs: SESSION_MS });
    setting.undo(() => list.stop());
    expect(await ask(list)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(list.ends).toEqual([]);
  });
});
