import { createServer } from 'node:net';
import { promisify } from 'node:util';
import zookeeper from 'node-zookeeper-client';
import { silentLogger } from '../../../../cluster/runtime/log';
import { readZkUrl, type ZkUrl } from '../../../../cluster/zookeeper/core/url';
import { DATA_MAX_BYTES, ZkClient, type ZkState } from '../../../../cluster/zookeeper/edge/client';
import { connectionOf, guard } from '../../../../cluster/zookeeper/edge/guard';
import { Relay } from '../relay';
import { missingForZookeeper, ZookeeperServer } from '../server';

const missing = missingForZookeeper();
const describeReal = missing === undefined ? describe : describe.skip;
const { CreateMode } = zookeeper;
const SESSION_MS = 2000;
/** A session that outlives a busy machine, where another one would be a fault. */
const LONG_SESSION_MS = 8000;

describeReal(
  `against a real server${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`,
  () => {
    let server: ZookeeperServer;
    const undo: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      server = await ZookeeperServer.start();
    });
    afterEach(async () => {
      for (const stop of undo.splice(0).reverse()) await stop();
    });
    afterAll(async () => {
      await server?.stop();
    });

    async function relay(): Promise<Relay> {
      const started = await Relay.start(server.port);
      undo.push(() => started.stop());
      return started;
    }

    function client(
      ports: readonly number[],
      auth = '',
      callTimeoutMs = 5000,
      sessionTimeoutMs = SESSION_MS,
    ) {
      const text = `zk://${auth}${ports.map((port) => `127.0.0.1:${port}`).join(',')}/`;
      const url = readZkUrl(text) as ZkUrl;
      const zk = new ZkClient({ url, sessionTimeoutMs, log: silentLogger, callTimeoutMs });
      const states: ZkState[] = [];
      zk.listen((state) => states.push(state));
      undo.push(() => zk.stop());
      zk.start();
      return { client: zk, states };
    }

    async function until(check: () => boolean, ms = 60_000): Promise<void> {
      const end = Date.now() + ms;
      while (!check()) {
        if (Date.now() > end) throw new Error('waited in vain');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }

    let paths = 0;
    const path = (): string => `/node-${paths++}`;

    test('nodes are made, read, changed and removed; what is not there is undefined', async () => {
      const { client: zk } = client([server.port]);
      const nodePath = path();
      expect(await zk.get(nodePath)).toBeUndefined();
      expect(await zk.exists(nodePath)).toBeUndefined();
      await zk.makePath(`${nodePath}/a/b`);
      await zk.create(`${nodePath}/c`, Buffer.from('one'), CreateMode.PERSISTENT);
      expect((await zk.get(`${nodePath}/c`))?.data.toString()).toBe('one');
      await zk.set(`${nodePath}/c`, Buffer.from('two'), 0);
      await expect(zk.set(`${nodePath}/c`, Buffer.from('three'), 0)).rejects.toMatchObject({
        code: 'BAD_VERSION',
      });
      expect((await zk.children(nodePath)).sort()).toEqual(['a', 'c']);
      await zk.transaction([
        { kind: 'check', path: `${nodePath}/c`, version: 1 },
        { kind: 'remove', path: `${nodePath}/c` },
        { kind: 'create', path: `${nodePath}/d`, data: Buffer.alloc(0) },
      ]);
      expect((await zk.get(`${nodePath}/d`))?.data.length).toBe(0);
      await zk.set(`${nodePath}/d`, Buffer.from('one'));
      for (const kind of ['check', 'remove'] as const) {
        const step = { kind, path: `${nodePath}/d`, version: 0 };
        await expect(zk.transaction([step])).rejects.toMatchObject({ code: 'BAD_VERSION' });
      }
      const set = { kind: 'set', path: `${nodePath}/d`, data: Buffer.alloc(1), version: 0 } as const;
      await expect(zk.transaction([set])).rejects.toMatchObject({ code: 'BAD_VERSION' });
      await expect(zk.transaction([{ kind: 'check', path: `${nodePath}/c` }])).rejects.toThrow('NO_NODE');
    });

    test('data that is too large is refused before it is sent', async () => {
      const { client: zk } = client([server.port]);
      const large = Buffer.alloc(DATA_MAX_BYTES + 1);
      await expect(zk.create(path(), large, CreateMode.PERSISTENT)).rejects.toMatchObject({
        code: 'TOO_LARGE',
      });
      const half = { kind: 'create', data: Buffer.alloc(DATA_MAX_BYTES / 2 + 1) } as const;
      const steps = [path(), path()].map((nodePath) => ({ ...half, path: nodePath }));
      await expect(zk.transaction(steps)).rejects.toMatchObject({ code: 'TOO_LARGE' });
      const most = path();
      await zk.create(most, Buffer.alloc(DATA_MAX_BYTES), CreateMode.PERSISTENT);
      expect((await zk.get(most))?.data.length).toBe(DATA_MAX_BYTES);
    });

    test('row 1: a connection that says nothing any more counts as lost', async () => {
      const wire = await relay();
      const { client: zk, states } = client([wire.port]);
      await until(() => zk.state === 'connected');
      wire.frozen = true;
      await until(() => zk.state === 'disconnected');
      wire.frozen = false;
      await until(() => zk.state === 'connected');
      expect(states).not.toContain('auth-failed');
    });

    test('row 2: a server that accepts and says nothing is left for the next', async () => {
      const mute = createServer((socket) => void socket.on('error', () => undefined));
      await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
      undo.push(async () => void mute.close());
      const address = mute.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      for (let turn = 0; turn < 4; turn++) {
        const { client: zk, states } = client([port, server.port], '', undefined, 2 * SESSION_MS);
        await until(() => zk.state === 'connected');
        // By the same client, before a new one is tried.
        expect(states).toEqual(['connected']);
        await zk.stop();
      }
    });

    test('row 3: half a frame of a lost connection does not harm the next', async () => {
      const wire = await relay();
      const { client: zk, states } = client([wire.port], '', undefined, LONG_SESSION_MS);
      const nodePath = path();
      await zk.create(nodePath, Buffer.alloc(10_000, 1), CreateMode.PERSISTENT);
      wire.passLeft = 200;
      await expect(zk.get(nodePath)).rejects.toMatchObject({ code: 'CONNECTION_LOSS' });
      await until(() => zk.state === 'connected');
      expect((await zk.get(nodePath))?.data.length).toBe(10_000);
      // In the same session, by the same client.
      expect(states).toEqual(['connected', 'disconnected', 'connected']);
    });

    test('rows 4 and 5: when a session is over all calls fail, watches are told, and a new session serves', async () => {
      const wire = await relay();
      const { client: zk, states } = client([wire.port], '', 60_000);
      await until(() => zk.state === 'connected');
      const nodePath = await zk.create(path(), Buffer.alloc(0), CreateMode.EPHEMERAL);
      const before = zk.sessionId();
      wire.closed = true;
      wire.cut();
      await until(() => zk.state === 'disconnected');
      const waiting = zk.get(nodePath).catch((error: Error) => error);
      await new Promise((resolve) => setTimeout(resolve, SESSION_MS * 2));
      wire.closed = false;
      expect(await waiting).toMatchObject({ code: 'SESSION_EXPIRED' });
      await until(() => zk.state === 'connected');
      expect(states).toContain('expired');
      expect(zk.sessionId().equals(before)).toBe(false);
      expect(await zk.get(nodePath)).toBeUndefined();
    });

    test('row 6: after a lost connection credentials go out before what was waiting', async () => {
      const wire = await relay();
      const { client: zk } = client([wire.port], 'user:secret@');
      const nodePath = path();
      await zk.create(nodePath, Buffer.from('mine'), CreateMode.PERSISTENT);
      for (let turn = 0; turn < 3; turn++) {
        wire.closed = true;
        wire.cut();
        await until(() => zk.state === 'disconnected');
        const written = zk.set(nodePath, Buffer.from(`turn ${turn}`));
        wire.closed = false;
        await written;
      }
      const { client: other } = client([server.port]);
      expect((await other.get(nodePath))?.data.toString()).toBe('turn 2');
      await expect(other.set(nodePath, Buffer.from('theirs'))).rejects.toMatchObject({ code: 'NO_AUTH' });
    });

    test('row 7: a server that hangs up as soon as the session is there is not asked a hundred times a second', async () => {
      const wire = await relay();
      wire.cutEach = 1;
      client([wire.port]);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(wire.connections).toBeGreaterThan(1);
      expect(wire.connections).toBeLessThan(15);
    });

    test('row 8: it can be stopped at any moment, and nothing of it goes on', async () => {
      const wire = await relay();
      for (const ms of [0, 0, 1, 2, 5, 10, 20]) {
        const { client: zk, states } = client([wire.port]);
        if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
        await zk.stop();
        await expect(zk.children('/')).rejects.toMatchObject({ code: 'CLOSED' });
        const told = states.length;
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect([states.length, wire.open()]).toEqual([told, 0]);
      }
      const { client: nowhere } = client([1]);
      await nowhere.stop();
    });

    test('row 9: the numbers of requests begin again after the highest', async () => {
      const raw = zookeeper.createClient(`127.0.0.1:${server.port}`, {
        sessionTimeout: SESSION_MS,
        retries: 0,
      });
      const { end } = guard(raw);
      undo.push(async () => end());
      raw.connect();
      await new Promise<void>((resolve) => raw.once('connected', () => resolve()));
      connectionOf(raw).xid = 2 ** 31 - 3;
      const names = Array.from({ length: 6 }, () => path());
      const created = await Promise.all(
        names.map((nodePath) =>
          promisify<string, Buffer, string>(raw.create.bind(raw))(nodePath, Buffer.alloc(0)),
        ),
      );
      expect(created).toEqual(names);
      expect(connectionOf(raw).xid).toBeLessThan(10);
    });

    test('an answer that was under way for long says nothing about the time since it was asked for', async () => {
      const wire = await relay();
      const { client: zk } = client([wire.port]);
      await zk.exists('/');
      wire.answersMs = SESSION_MS / 3;
      await zk.exists('/');
      expect(zk.sessionLeftMs()).toBeLessThanOrEqual((SESSION_MS * 2) / 3);
    });

    test('calls settle in time when there is no server', async () => {
      const { client: zk } = client([1], '', 300);
      await expect(zk.get('/x')).rejects.toMatchObject({ code: 'TIMEOUT' });
    });

    test('stopping ends the session, so that its ephemeral nodes go at once', async () => {
      const { client: zk } = client([server.port]);
      const { client: other } = client([server.port]);
      const nodePath = await zk.create(path(), Buffer.alloc(0), CreateMode.EPHEMERAL_SEQUENTIAL);
      expect(await other.exists(nodePath)).toBeDefined();
      await zk.stop();
      expect(await other.exists(nodePath)).toBeUndefined();
    });

    test('row 13: a create whose answer was lost is not made again', async () => {
      const wire = await relay();
      const { client: zk } = client([wire.port]);
      const nodePath = path();
      await zk.makePath(nodePath);
      wire.passLeft = 1;
      const created = zk.create(`${nodePath}/n-`, Buffer.alloc(0), CreateMode.PERSISTENT_SEQUENTIAL);
      await expect(created).rejects.toMatchObject({ code: 'CONNECTION_LOSS' });
      await until(() => zk.state === 'connected');
      expect(await zk.children(nodePath)).toHaveLength(1);
    });

    test('row 14: credentials that the server does not take are said once and for all', async () => {
      const strict = await ZookeeperServer.start(['-Dzookeeper.DigestAuthenticationProvider.enabled=false']);
      undo.push(() => strict.stop());
      const wire = await Relay.start(strict.port);
      undo.push(() => wire.stop());
      const { client: zk, states } = client([wire.port], 'user:secret@');
      const waiting = zk.get('/').catch((error: Error) => error);
      await until(() => zk.state === 'auth-failed');
      expect(await waiting).toMatchObject({ code: expect.stringMatching(/AUTH_FAILED|CONNECTION_LOSS/) });
      await expect(zk.get('/')).rejects.toMatchObject({ code: 'AUTH_FAILED' });
      const { connections } = wire;
      await new Promise((resolve) => setTimeout(resolve, SESSION_MS));
      expect([zk.state, states.at(-1), wire.connections]).toEqual([
        'auth-failed',
        'auth-failed',
        connections,
      ]);
    });

    test('row 11: an ensemble that was made anew is found again', async () => {
      const otherServer = await ZookeeperServer.start();
      undo.push(() => otherServer.stop());
      const { client: zk, states } = client([otherServer.port]);
      for (let turn = 0; turn < 20; turn++) await zk.create(path(), Buffer.alloc(0), CreateMode.PERSISTENT);
      await otherServer.kill();
      otherServer.wipe();
      await otherServer.run();
      await until(() => states.includes('expired'), 30_000);
      await until(() => zk.state === 'connected');
      expect((await zk.children('/')).includes('zookeeper')).toBe(true);
    });
  },
);
